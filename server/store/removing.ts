import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Removal } from '../../core/contract/systems.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { twinDrafts } from './calendars/twins.ts';
import { asTableOwner, type Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';
import { leaveEntries } from './leftEntries.ts';
import { readRows } from './rows.ts';
import type { Writing } from './write.ts';

/** Why a delivery was thrown away: its connection was removed. */
export const REMOVED = 'connect.removed' satisfies ErrorCode;

type Counts = Pick<Removal, 'rows' | 'written' | 'deliveries' | 'parked' | 'unfinished'>;

/** What a connection has brought, and what of it is not done. */
export async function countsOf(tx: Tx, organisationId: string, connectionId: string): Promise<Counts> {
  const { rows } = await sql<{ told: number; deliveries: number; waiting: number; held: number; parked: number; refused: number; written: number }>`
    select m.*, d.*, r.*, p.*
    from (
      select count(distinct local_id) as told from mappings where organisation_id = ${organisationId} and connection_id = ${connectionId} and collection not in ('calendars', 'pushes')
    ) as m, (
      select count(*) as deliveries, count(*) filter (where state in ('received', 'waiting')) as waiting,
        count(*) filter (where state = 'held') as held
      from deliveries where organisation_id = ${organisationId} and connection_id = ${connectionId}
    ) as d, (
      select count(*) filter (where kind = 'parked') as parked, count(*) filter (where kind in ('quarantined', 'dead')) as refused
      from review_items where organisation_id = ${organisationId} and connection_id = ${connectionId} and state = 'open'
    ) as r, (
      select count(*) as written from pushes p join calendars k on k.organisation_id = p.organisation_id and k.id = p.calendar_id
      where k.organisation_id = ${organisationId} and k.connection_id = ${connectionId} and p.wish = 'present' and p.written_version is not null
    ) as p
  `.execute(tx);
  const { told = 0, deliveries = 0, waiting = 0, held = 0, parked = 0, refused = 0, written = 0 } = rows[0] ?? {};
  return { rows: told, written, deliveries, parked, unfinished: { waiting, held, refused } };
}

/** When a connection was removed; null = it was not, or there never was one. */
export async function removedAt(tx: Tx, organisationId: string, connectionId: string): Promise<string | null> {
  const access = tx.selectFrom('connectionAccess').where('organisationId', '=', organisationId).where('id', '=', connectionId);
  const row = await access.select('removedAt').executeTakeFirst();
  return row?.removedAt ?? null;
}

/**
 * Removes a connection in the caller's transaction: its access is overwritten, what is not done is thrown away, the cards
 * and alerts about it are settled, and the log says who did it. Rows, mappings, deliveries and history stay, and so do
 * cards of facts without a wedding, which need no connection; what was counted of it goes. Call {@link removedAfter} once it stands.
 */
export async function removeIn(
  internals: StoreInternals,
  writing: Pick<Writing, 'tx' | 'record'>,
  organisationId: string,
  row: Connection,
  actor: Actor,
): Promise<string> {
  const { tx, record } = writing;
  const now = instant(internals.clock);
  const context: DraftContext = { actor, source: null, deliveryId: null };
  await sql`
    update connection_access set removed_at = ${now}::timestamptz, paused = true, settings = '{}'::jsonb, secrets_sealed = '', intake_key_sealed = '',
      cursor = null, reading = null, next_poll_at = null, failures = 0, told = null, breaker = null, brake = null, forwarding = null,
      leave_until = null, leave_scope = null, leave_ended = false, leave_refused = null, leave_renewing_until = null,
      kept_by = null, kept_fence = kept_fence + 1, kept_keys = '[]'::jsonb, kept_mark = null, kept_waits = false, calendars_wait = false
    where organisation_id = ${organisationId} and id = ${row.id}
  `.execute(tx);
  await asTableOwner(tx, () => sql`delete from leave_requests where organisation_id = ${organisationId} and connection_id = ${row.id}`.execute(tx));
  await sql`delete from calendar_channels where organisation_id = ${organisationId} and connection_id = ${row.id}`.execute(tx);
  await sql`delete from desk_turns where organisation_id = ${organisationId} and connection_id = ${row.id}`.execute(tx);
  await sql`delete from open_links where organisation_id = ${organisationId} and connection_id = ${row.id}`.execute(tx);
  await sql`delete from connection_figures where organisation_id = ${organisationId} and connection_id = ${row.id}`.execute(tx);
  await sql`
    update deliveries set state = 'ignored', reason = ${REMOVED}, in_hand = false, next_attempt_at = null, done_at = ${now}::timestamptz
    where organisation_id = ${organisationId} and connection_id = ${row.id} and state in ('received', 'waiting', 'held', 'quarantined', 'dead')
  `.execute(tx);
  await internals.peers.announceConnection(tx, row.id);
  const settled = await settledWith(tx, organisationId, row.id, context);
  const removed = draftUpdated('connection.removed', 'connections', null, row, {}, null, context);
  if (!removed) throw new Error('a removal is always told');
  await record([...settled, ...(await calendarsDropped(tx, organisationId, row.id, now, context)), removed]);
  const twins = await twinDrafts(tx, organisationId);
  if (twins.length > 0) await record(twins);
  return now;
}

/** What was written over there stays there; nobody follows it until the same calendar is connected again. */
async function calendarsDropped(tx: Tx, organisationId: string, connectionId: string, now: string, context: DraftContext): Promise<EventDraft[]> {
  const calendars = await sql<{ id: string }>`select id from calendars where organisation_id = ${organisationId} and connection_id = ${connectionId}`.execute(tx);
  const ids = calendars.rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const idsOf = async (table: 'pushes' | 'differences' | 'alerts') => {
    const of = table === 'alerts' ? sql`subject->>'id' = any(${ids}::text[]) and state <> 'resolved'` : sql`calendar_id = any(${ids}::uuid[])`;
    return (await sql<{ id: string }>`select id from ${sql.table(table)} where organisation_id = ${organisationId} and ${of}`.execute(tx)).rows.map(({ id }) => id);
  };
  const [pushes, differences, alerts] = [await idsOf('pushes'), await idsOf('differences'), await idsOf('alerts')];
  await leaveEntries(tx, organisationId, ids, now);
  for (const table of ['push_states', 'calendar_states']) await sql`delete from ${sql.table(table)} where organisation_id = ${organisationId} and calendar_id = any(${ids}::uuid[])`.execute(tx);
  return [
    ...(await readRows(tx, organisationId, 'alerts', alerts)).flatMap((row) => draftUpdated('alert.resolved', 'alerts', row.weddingId, row, { state: 'resolved' }, null, context) ?? []),
    ...(await readRows(tx, organisationId, 'differences', differences)).flatMap((row) => draftUpdated('difference.dropped', 'differences', row.weddingId, row, {}, null, context) ?? []),
    ...(await readRows(tx, organisationId, 'pushes', pushes)).flatMap((row) => draftUpdated('push.dropped', 'pushes', row.weddingId, row, {}, null, context) ?? []),
    ...(await readRows(tx, organisationId, 'calendars', ids)).flatMap((row) => draftUpdated('calendar.removed', 'calendars', null, row, {}, null, context) ?? []),
  ];
}

/** Cards of what was thrown away, and alerts about them or about the connection: nobody can do anything about these any more. */
async function settledWith(tx: Tx, organisationId: string, connectionId: string, context: DraftContext): Promise<EventDraft[]> {
  const open = await sql<{ id: string }>`
    select id from review_items where organisation_id = ${organisationId} and connection_id = ${connectionId} and state = 'open' and kind <> 'parked'
  `.execute(tx);
  const cards: readonly ReviewItem[] = open.rows.length === 0 ? [] : await readRows(tx, organisationId, 'reviewItems', open.rows.map(({ id }) => id));
  const about = [connectionId, ...cards.map(({ id }) => id)];
  const told = await sql<{ id: string }>`
    select id from alerts where organisation_id = ${organisationId} and state <> 'resolved' and subject->>'id' = any(${about}::text[])
  `.execute(tx);
  const alerts = told.rows.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', told.rows.map(({ id }) => id));
  return [
    ...cards.flatMap((card) => draftUpdated('review.resolved', 'reviewItems', null, card, { state: 'resolved' }, null, context) ?? []),
    ...alerts.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []),
  ];
}

/** What this process has to do once the removal stands. */
export function removedAfter(internals: StoreInternals, connectionId: string): void {
  internals.intakeCache.forget(connectionId);
  internals.callWorkers();
}
