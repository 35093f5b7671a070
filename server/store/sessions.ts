import { sql } from 'kysely';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';

/** What other processes are told about devices that have another role from now on. */
export const CHANGED = 'device.changed';

type Told = Pick<StoreInternals, 'database' | 'clock' | 'peers' | 'revocations'>;

/** True for a device that lives by a session which is over. */
export const isGone = (now: string) =>
  sql<boolean>`session_id is not null and not exists (select from sessions where sessions.id = devices.session_id and sessions.expires_at > ${now})`;

/** Revokes devices in the caller's transaction; their lines are dropped once `told` is called after the commit. */
export async function revokeIn(internals: Told, tx: Tx, by: 'sessionId' | 'membershipId' | 'accountId', ids: readonly string[]): Promise<{ readonly deviceIds: readonly string[]; told(): void }> {
  if (ids.length === 0) return { deviceIds: [], told: () => undefined };
  const revoked = await tx.updateTable('devices').set({ revokedAt: instant(internals.clock) }).where(by, 'in', [...ids]).where('revokedAt', 'is', null).returning('id').execute();
  for (const { id } of revoked) await internals.peers.announceRevoked(tx, id);
  const deviceIds = revoked.map(({ id }) => id);
  return { deviceIds, told: () => deviceIds.forEach((id) => internals.revocations.tell(id)) };
}

/** Ends sessions, and with them the devices that live by them. */
export async function endSessions(internals: Told, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return;
  const { told } = await internals.database.system.transaction().execute(async (tx) => {
    await tx.deleteFrom('sessions').where('id', 'in', [...sessionIds]).execute();
    return revokeIn(internals, tx, 'sessionId', sessionIds);
  });
  told();
}
