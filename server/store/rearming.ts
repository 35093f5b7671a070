import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';

/** What was refused for want of access, and never got to be tried again by itself. */
const WANT_OF_ACCESS = ['normalise.no_access', 'normalise.forbidden', 'connect.leave_failed', 'connect.leave_ended'];
/** A valid key of another account finds nothing: that is told as if the objects were gone. */
const NOT_FOUND = 'normalise.reread_refused';

/**
 * A connection that did not get in is let in again: what was set aside or given up for that since then is worked on again,
 * in its old order of arrival, and its cards are settled by what becomes of it. `since` = when it began to fail; null =
 * nobody knew that it did. `held` = its connection is paused: it waits for that too. Gives how many.
 */
export async function rearmRefused(tx: Tx, connectionId: string, since: string | null, held: 'held.paused' | 'held.disabled' | null = null): Promise<number> {
  // As a replay that nobody has asked for: what was told otherwise since is not overwritten, and old cards are closed.
  const done = await sql`
    update deliveries set state = ${held === null ? 'received' : 'held'}, reason = ${held}, next_attempt_at = null, attempts = 0, in_hand = false, done_at = null, replay_id = ${randomUUID()}
    where connection_id = ${connectionId} and state in ('quarantined', 'dead') and emptied_at is null
      and (reason = any(${WANT_OF_ACCESS}::text[]) or (reason = ${NOT_FOUND} and done_at >= ${since}::timestamptz))
  `.execute(tx);
  return Number(done.numAffectedRows ?? 0n);
}

/** A connection that goes on where it stopped, and how many of its deliveries are worked on again for that. */
export interface Rearmed {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly deliveries: number;
}

/** Leaves the trace of it, once it stands: a line for the connection, and one more where deliveries of it are worked on again. */
export function auditRearmed(internals: Pick<StoreInternals, 'audit' | 'clock' | 'log'>, actor: Pick<Actor, 'id'>, rearmed: readonly Rearmed[]): void {
  for (const { organisationId, connectionId, deliveries } of rearmed) {
    const line = { organisationId, at: instant(internals.clock), actor: actor.id ?? 'system', subject: connectionId, outcome: 'ok' };
    internals.audit({ ...line, action: 'connection.rearmed' });
    if (deliveries > 0) internals.audit({ ...line, action: 'deliveries.rearmed' });
    internals.log.info({ organisationId, connectionId, deliveries }, 'a connection goes on where it stopped');
  }
}
