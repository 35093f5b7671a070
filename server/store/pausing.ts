import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from './alertsAbout.ts';
import { freePaused, holdDeliveries } from './held.ts';
import { instant, type StoreInternals } from './internals.ts';
import { readRows } from './rows.ts';
import type { Writing } from './write.ts';

export interface Pausing {
  readonly paused: boolean;
  /** Who has decided it. */
  readonly actor: Actor;
  /** Why, in that person's words; only told of a pause. */
  readonly reason: string | null;
}

/** Pauses or resumes a connection in the caller's transaction; call {@link pausedAfter} once it stands. Gives the place in the log; null = it is so already. */
export async function pauseIn(internals: StoreInternals, { tx, record }: Pick<Writing, 'tx' | 'record'>, organisationId: string, row: Connection, { paused, actor, reason }: Pausing): Promise<number | null> {
  const isPaused = row.health === 'paused';
  if (paused ? isPaused : !isPaused && row.health !== 'disabled') return null;
  const now = instant(internals.clock);
  // Of its troubles nothing is remembered on either side of a pause: somebody has seen to it.
  await sql`
    update connection_access set paused = ${paused}, failures = 0, told = null, breaker = null,
      next_poll_at = case when ${paused} or next_poll_at is null then next_poll_at else ${now}::timestamptz end
    where organisation_id = ${organisationId} and id = ${row.id}
  `.execute(tx);
  if (paused) await holdDeliveries(tx, [row.id], 'held.paused');
  else await freePaused(tx, row.id);
  await internals.peers.announceConnection(tx, row.id);
  const context: DraftContext = { actor, source: null, deliveryId: null };
  const health = paused ? 'paused' : (await everWorked(tx, row.id)) ? 'healthy' : 'waiting';
  const draft = draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason: paused ? reason : null, healthSince: now }, null, context);
  if (!draft) throw new Error('a pause changes the health of its connection');
  const [event] = await record([draft, ...alertsFor([draft], await alertsAbout(tx, organisationId, row.id), internals.clock.now(), context, () => internals.ids.next())]);
  return event?.seq ?? row.seq;
}

/** Whether a fact has ever come of it. */
export async function everWorked(tx: Writing['tx'], connectionId: string): Promise<boolean> {
  const found = await tx.selectFrom('deliveries').select('id').where('connectionId', '=', connectionId).where('state', 'in', ['processed', 'parked']).limit(1).executeTakeFirst();
  return found !== undefined;
}

/** What this process has to do once the change stands. */
export function pausedAfter(internals: StoreInternals, connectionId: string): void {
  internals.intakeCache.forget(connectionId);
  internals.callWorkers();
}

/** The same in a transaction of its own; false = it was so already. Errors: `request.not_found`. */
export async function setPaused(internals: StoreInternals, organisationId: string, connectionId: string, pausing: Pausing): Promise<Result<boolean, CodedError>> {
  const changed = await internals.writer.write(organisationId, async (writing) => {
    const [row] = await readRows(writing.tx, organisationId, 'connections', [connectionId]);
    return row ? (await pauseIn(internals, writing, organisationId, row, pausing)) !== null : null;
  });
  if (changed === null) return err(codedError('request.not_found', 'There is no such connection.'));
  pausedAfter(internals, connectionId);
  return ok(changed);
}
