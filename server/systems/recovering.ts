import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import { freeLeave } from '../store/held.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { rearmRefused, type Rearmed } from '../store/rearming.ts';
import type { Writing } from '../store/write.ts';
import { freeCalendars } from '../desk/calendarsWait.ts';

/** Records that a connection fails or works again, with what its people are told of it. */
export async function healthIn(internals: StoreInternals, { tx, record }: Writing, organisationId: string, row: Connection, health: Connection['health'], reason: ErrorCode | null, actor: Actor): Promise<void> {
  const context: DraftContext = { actor, source: null, deliveryId: null };
  const draft = draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason: reason, ...(health === row.health ? {} : { healthSince: instant(internals.clock) }) }, null, context);
  if (!draft) return;
  await record([draft, ...alertsFor([draft], await alertsAbout(tx, organisationId, row.id), internals.clock.now(), context, () => internals.ids.next())]);
}

/**
 * New credentials stand. Its troubles are forgotten, what waits or was refused for want of access is due now, and it is
 * looked at now, so that the gap is filled. `works` = it was tried out: then it counts as recovered at once. One that is paused or disabled stays so.
 * What it gives is for `auditRearmed`, once it stands.
 */
export async function recoverIn(internals: StoreInternals, writing: Writing, organisationId: string, row: Connection, { works, actor }: { readonly works: boolean; readonly actor: Actor }): Promise<Rearmed> {
  const { tx } = writing;
  const now = instant(internals.clock);
  const stopped = row.health === 'paused' || row.health === 'disabled';
  const { rows: [access] } = await sql<{ kept: boolean }>`
    update connection_access set failures = 0, told = null, breaker = null, calendars_at = null, calendars_wait = false, next_poll_at = case when next_poll_at is null then next_poll_at else ${now}::timestamptz end
    where organisation_id = ${organisationId} and id = ${row.id} returning kept_fence > 0 as kept
  `.execute(tx);
  if (access?.kept === true) await freeCalendars(writing, organisationId, [row.id], 'all');
  await sql`update deliveries set next_attempt_at = ${now}::timestamptz where connection_id = ${row.id} and state = 'waiting' and not in_hand`.execute(tx);
  const deliveries = await rearmRefused(tx, row.id, row.health === 'failing' ? row.healthSince : null, row.health === 'paused' ? 'held.paused' : row.health === 'disabled' ? 'held.disabled' : null);
  const rearmed = { organisationId, connectionId: row.id, deliveries };
  if (stopped) return rearmed;
  await freeLeave(tx, row.id);
  const away = row.health === 'waiting' && row.healthReason === 'desk.away';
  if (works && (row.health === 'failing' || away)) await healthIn(internals, writing, organisationId, row, 'healthy', null, actor);
  return rearmed;
}

/** The vendor has taken its leave back: nobody calls it until leave is given again. */
export async function endLeaveIn(internals: StoreInternals, writing: Writing, organisationId: string, row: Connection, actor: Actor): Promise<void> {
  await sql`update connection_access set leave_ended = true, leave_renewing_until = null where organisation_id = ${organisationId} and id = ${row.id}`.execute(writing.tx);
  if (row.health === 'paused' || row.health === 'disabled') return;
  await healthIn(internals, writing, organisationId, row, 'failing', 'connect.leave_ended', actor);
}
