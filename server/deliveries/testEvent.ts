import type { OpenedStore } from '../store/internals.ts';

/** Sends an event of ours the whole way: it is stored, taken from the queue and ends as ignored. Null = there is no such connection. */
export async function sendTestEvent({ internals, addDelivery }: Pick<OpenedStore, 'internals' | 'addDelivery'>, organisationId: string, connectionId: string, sentBy: string): Promise<string | null> {
  const { database, ids, clock } = internals;
  const known = await database.withOrganisation(organisationId, (tx) => tx.selectFrom('connectionAccess').select('system').where('organisationId', '=', organisationId).where('id', '=', connectionId).where('removedAt', 'is', null).executeTakeFirst());
  if (!known) return null;
  const receivedAt = new Date(clock.now()).toISOString();
  const bodyText = JSON.stringify({ wedsync: 'test event', note: 'Made by WedSync to show that deliveries of this connection are stored and worked on. It changes nothing.', sentBy, sentAt: receivedAt });
  const delivery = { organisationId, connectionId, system: known.system, deliveryKey: `wedsync-test:${ids.next()}`, vendorEvent: 'wedsync.test', mediaType: 'application/json', headers: {}, bodyText, receivedAt, origin: 'test' } as const;
  return (await addDelivery(delivery)).deliveryId;
}
