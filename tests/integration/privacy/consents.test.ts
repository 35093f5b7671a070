import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { PersonalData } from '../../../core/contract/personalData.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const FERN = 'fern@example.org';
let t: TestStore;
let app: TestApp;
let house: House;
let owner: Awaited<ReturnType<typeof letIn>>;
let line: Normaliser;
let audience: string;

beforeEach(async () => {
  t = await openTestStore();
  app = testApp(t.store, { config: { enrolPerMinute: 10_000, apiPerMinute: 10_000 } });
  await app.listen();
  house = await furnish(t.store, t.organisation.id);
  owner = await letIn(t.store, t.organisation.id, house.access('owner'));
  audience = (await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'mailchimp', name: 'Newsletter', path: 'native', settings: { listId: 'a6b5da1054' }, secrets: { apiKey: 'key-us1' }, actor: { kind: 'system', id: null, name: 'test' } })).connectionId;
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: t.options.clock, ids: createIds(), log: t.log });
});
afterEach(async () => {
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

async function tell(type: string, firedAt: string, more: Record<string, string> = {}): Promise<void> {
  const form = new URLSearchParams({ type, fired_at: firedAt, 'data[id]': '8a25ff1d98', 'data[email]': FERN, 'data[list_id]': 'a6b5da1054', ...more }).toString();
  await t.store.addDelivery({ ...delivery(t, 'stripe', {}), connectionId: audience, system: 'mailchimp', mediaType: 'application/x-www-form-urlencoded', bodyText: form });
  await line.idle();
}
async function listed(member: object): Promise<void> {
  await t.store.addDelivery({ ...delivery(t, 'stripe', { unique_email_id: '8a25ff1d98', email_address: FERN, merge_fields: {}, ...member }), connectionId: audience, system: 'mailchimp', origin: 'poll' });
  await line.idle();
}
const contacts = async () => (await t.store.snapshot(t.organisation.id)).rows.contacts;
const fern = async () => (await contacts()).find(({ id }) => id === house.florist);
const said = (state: string, at: string) => [{ system: 'mailchimp', connectionId: audience, state, at }];

test('somebody who unsubscribed says so, whatever older facts and mere lists say after it', async () => {
  await tell('subscribe', '2026-10-01 08:00:00');
  expect((await fern())?.consents).toEqual(said('given', '2026-10-01T08:00:00.000Z'));
  await tell('unsubscribe', '2026-10-20 08:00:00');
  // A fact from before comes late, a profile changes, and a list shows them as subscribed since the beginning.
  await tell('subscribe', '2026-10-02 08:00:00');
  await tell('profile', '2026-10-21 08:00:00');
  await listed({ status: 'subscribed', last_changed: '2026-10-22T08:00:00+00:00', timestamp_opt: '2026-10-01T08:00:00+00:00' });
  expect((await fern())?.consents).toEqual(said('withdrawn', '2026-10-20T08:00:00.000Z'));
  // They have come back by themselves.
  await listed({ status: 'subscribed', last_changed: '2026-10-24T08:00:00+00:00', timestamp_opt: '2026-10-23T08:00:00+00:00' });
  expect((await fern())?.consents).toEqual(said('given', '2026-10-23T08:00:00.000Z'));
  await tell('cleaned', '2026-10-25 08:00:00');
  expect((await fern())?.consents).toEqual(said('unreachable', '2026-10-25T08:00:00.000Z'));
  // A withdrawal that was held up behind a change of the profile counts from when it was.
  await tell('profile', '2026-10-28 08:00:00');
  await tell('unsubscribe', '2026-10-27 08:00:00');
  expect((await fern())?.consents).toEqual(said('withdrawn', '2026-10-27T08:00:00.000Z'));

  const snapshot = await t.store.snapshot(t.organisation.id);
  const empty = { epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() };
  expect(applyEvents(empty, await t.store.readEvents(t.organisation.id, 0, 10_000), snapshot.seq)).toEqual(fromSnapshot(snapshot));
  expect((await verifyRecord(t.store.internals.database, () => undefined)).sound).toBe(true);
});

test('it is part of what is told to the person, is not told to guests, and goes with them', async () => {
  await tell('unsubscribe', '2026-10-20 08:00:00');
  const get = (headers: { authorization: string }) => app.app.inject({ method: 'GET', url: HTTP.personalData.path.replace(':id', house.florist), headers });
  const held = PersonalData.parse((await get(owner.headers)).json());
  expect(held.contacts[0]?.row.consents).toEqual(said('withdrawn', '2026-10-20T08:00:00.000Z'));
  expect(held.history.some(({ row }) => JSON.stringify(row).includes('"withdrawn"'))).toBe(true);

  const guest = await letIn(t.store, t.organisation.id, house.access('vendor'));
  const shown = await app.app.inject({ method: 'GET', url: '/api/snapshot', headers: guest.headers });
  expect(shown.body).not.toContain('withdrawn');
  expect(shown.body).not.toContain(audience);

  const confirm = (await fern())?.name ?? '';
  const done = await app.app.inject({ method: 'POST', url: HTTP.erase.path.replace(':id', house.florist), headers: owner.headers, payload: { confirm, reason: 'asked_by_person' } });
  expect(done.statusCode).toBe(200);
  expect(await fern()).toMatchObject({ name: 'Erased', consents: null });
  expect(JSON.stringify(await t.store.readEvents(t.organisation.id, 0, 10_000))).not.toContain('withdrawn');
  // Told again, they do not come back.
  await tell('cleaned', '2026-10-25 08:00:00');
  await tell('subscribe', '2026-10-26 08:00:00');
  expect(JSON.stringify(await contacts())).not.toContain(FERN);
});

test('who asks not to be texted is told so on everybody of that number, known before or after, and on no other channel', async () => {
  const phone = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'twilio', name: 'Texts', path: 'native', settings: {}, secrets: { authToken: 'token' }, actor: { kind: 'system', id: null, name: 'test' } });
  const text = async (From: string, OptOutType: string, receivedAt: string) => {
    const form = new URLSearchParams({ MessageSid: `SM${randomUUID().replaceAll('-', '')}`, From, To: '+441632960001', Body: OptOutType, NumMedia: '0', OptOutType }).toString();
    await t.store.addDelivery({ ...delivery(t, 'stripe', {}), connectionId: phone.connectionId, system: 'twilio', mediaType: 'application/x-www-form-urlencoded', bodyText: form, receivedAt });
    await line.idle();
  };
  const saidBy = (state: string, at: string) => [{ system: 'twilio', connectionId: phone.connectionId, channel: 'text', state, at }];
  const [unknown, at] = ['+447700900777', '2026-11-20T08:00:00.000Z'];
  await text(unknown, 'STOP', at);
  const numberOnly = (await contacts()).find((one) => one.phone === unknown);
  expect(numberOnly).toMatchObject({ name: unknown, email: null, weddingId: null, consents: saidBy('withdrawn', at) });
  // A mailing list tells of them by name, with the number as people write it.
  await listed({ status: 'subscribed', unique_email_id: 'n3w0000001', email_address: 'kit@example.org', full_name: 'Kit New', last_changed: '2026-11-21T08:00:00+00:00', timestamp_opt: '2026-11-21T08:00:00+00:00', merge_fields: { PHONE: '07700 900 777' } });
  const kit = (await contacts()).filter((one) => one.phone?.endsWith('777'));
  expect(kit).toMatchObject([{ id: numberOnly?.id, name: 'Kit New', email: 'kit@example.org', phone: '07700 900 777' }]);
  expect(kit[0]?.consents).toEqual([...said('given', '2026-11-21T08:00:00.000Z'), ...saidBy('withdrawn', at)]);
  const later = '2026-11-22T08:00:00.000Z';
  await text(unknown, 'START', later);
  expect((await contacts()).filter((one) => one.phone?.endsWith('777')).map(({ consents }) => consents)).toEqual([[...saidBy('given', later), ...said('given', '2026-11-21T08:00:00.000Z')]]);
  expect((await verifyRecord(t.store.internals.database, () => undefined)).sound).toBe(true);
});
