import { sql } from 'kysely';
import { REPLAY_LIMIT, type DeliveryState, type Replay, type ReplayOrder } from '../../core/contract/deliveries.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import type { ReplaysTable } from '../store/deliveryTables.ts';
import { keepStates, markLeftOut } from '../workers/shown.ts';
import { expiryOf } from './expiry.ts';
import { countLot, inLot } from './lotRows.ts';
import { isNamed, isShown, statesOf, type Place } from './lots.ts';

export type ReplayFault = Extract<ErrorCode, 'replay.running' | 'replay.nothing' | 'replay.body_gone' | 'replay.too_large' | 'replay.dry_run_over' | 'request.not_found' | 'request.invalid'>;

/** Replays that are listed. */
const LISTED = 10;
const COLUMNS = ['id', 'state', 'total', 'handed', 'done', 'outcomes', 'differs', 'startedAt', 'finishedAt'] as const;
type Row = Pick<ReplaysTable, 'id' | 'total' | 'startedAt' | 'finishedAt'> & { readonly state: Replay['state']; readonly handed: number; readonly done: number; readonly differs: number; readonly outcomes: unknown };

/** Handed to the workers and not done yet. */
export async function outstanding(tx: Tx, replayId: string): Promise<{ readonly received: number; readonly waiting: number }> {
  const { rows } = await sql<{ received: number; waiting: number }>`
    select count(*) filter (where state = 'received') as received, count(*) filter (where state = 'waiting') as waiting from deliveries where replay_id = ${replayId} and state in ('received', 'waiting')
  `.execute(tx);
  return rows[0] ?? { received: 0, waiting: 0 };
}

async function outcomesOf(tx: Tx, replayId: string): Promise<Replay['outcomes']> {
  const { rows } = await sql<{ state: DeliveryState; count: number }>`
    select state, count(*) as count from deliveries where replay_id = ${replayId} and state not in ('received', 'waiting') group by state
  `.execute(tx);
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

async function told(tx: Tx, { id, state, total, handed, done, outcomes, differs, startedAt, finishedAt }: Row): Promise<Replay> {
  const plain = { id, state, total, differs, startedAt, finishedAt };
  if (state !== 'running') return { ...plain, done, outcomes: outcomes as Replay['outcomes'] };
  const left = await outstanding(tx, id);
  return { ...plain, done: Math.max(0, handed - left.received - left.waiting), outcomes: await outcomesOf(tx, id) };
}

/** Begins one; the workers' process takes it from here. One at a time for each organisation. */
export async function startReplay(internals: StoreInternals, organisationId: string, lot: ReplayOrder, startedBy: string): Promise<Result<Replay, ReplayFault>> {
  if (!isShown(lot) && !isNamed(lot) && (statesOf(lot.state) === null || lot.from > lot.to)) return err('request.invalid');
  const now = instant(internals.clock);
  // What comes from now on is worked on anyway.
  const closed: ReplayOrder = isShown(lot) ? lot : isNamed(lot) ? { ids: [...new Set(lot.ids)] } : { ...lot, to: lot.to < now ? lot.to : now };
  return internals.writer.write(organisationId, async ({ tx }): Promise<Result<Replay, ReplayFault>> => {
    const running = await tx.selectFrom('replays').select('id').where('organisationId', '=', organisationId).where('state', '=', 'running').executeTakeFirst();
    if (running) return err('replay.running');
    if (isShown(closed)) {
      const run = await tx.selectFrom('dryRuns').select(['state', 'replayId', 'expiresAt']).where('organisationId', '=', organisationId).where('id', '=', closed.dryRun).forUpdate().executeTakeFirst();
      if (run?.state !== 'done' || run.replayId !== null || run.expiresAt <= now) return err('replay.dry_run_over');
    }
    const total = await countLot(tx, organisationId, closed);
    if (total > REPLAY_LIMIT) return err('replay.too_large');
    if (total === 0) {
      if (!isNamed(closed)) return err('replay.nothing');
      const known = await sql<{ id: string }>`${await inLot(tx, organisationId, closed, null, 1)}`.execute(tx);
      return err(known.rows.length > 0 ? 'replay.body_gone' : 'request.not_found');
    }
    const id = internals.ids.next();
    await sql`
      insert into replays (id, organisation_id, lot, total, started_by, started_at) values (${id}, ${organisationId}, ${JSON.stringify(closed)}::jsonb, ${total}, ${startedBy}, ${now})
    `.execute(tx);
    if (isShown(closed)) await tx.updateTable('dryRuns').set({ replayId: id, expiresAt: expiryOf(internals.clock.now()) }).where('id', '=', closed.dryRun).execute();
    return ok({ id, state: 'running', total, done: 0, outcomes: {}, differs: 0, startedAt: now, finishedAt: null });
  });
}

/** Null = there is none of that id. */
export async function readReplay(internals: StoreInternals, organisationId: string, id: string): Promise<Replay | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const row = await tx.selectFrom('replays').select(COLUMNS).where('organisationId', '=', organisationId).where('id', '=', id).executeTakeFirst();
    return row ? told(tx, row) : null;
  });
}

export async function listReplays(internals: StoreInternals, organisationId: string): Promise<Replay[]> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const rows = await tx.selectFrom('replays').select(COLUMNS).where('organisationId', '=', organisationId).orderBy('startedAt', 'desc').orderBy('id', 'desc').limit(LISTED).execute();
    const replays: Replay[] = [];
    for (const row of rows) replays.push(await told(tx, row));
    return replays;
  });
}

/** Hands no more out; what was handed to the workers already is still worked on. One that has ended stays as it is. */
export async function cancelReplay(internals: StoreInternals, organisationId: string, id: string): Promise<Replay | null> {
  return internals.writer.write(organisationId, async ({ tx }) => {
    const running = await tx.selectFrom('replays').select('id').where('organisationId', '=', organisationId).where('id', '=', id).where('state', '=', 'running').forUpdate().executeTakeFirst();
    if (running) await endReplay(tx, id, 'cancelled', instant(internals.clock));
    const row = await tx.selectFrom('replays').select(COLUMNS).where('organisationId', '=', organisationId).where('id', '=', id).executeTakeFirst();
    return row ? told(tx, row) : null;
  });
}

/** Writes down how far it got, since its deliveries may be part of another one later. */
export async function endReplay(tx: Tx, id: string, state: 'done' | 'cancelled' | 'failed', now: string): Promise<void> {
  const left = await outstanding(tx, id);
  await sql`
    update replays set state = ${state}, lot = null, done = greatest(0, handed - ${left.received + left.waiting}::bigint), outcomes = ${JSON.stringify(await outcomesOf(tx, id))}::jsonb, finished_at = ${now}
    where id = ${id}
  `.execute(tx);
}

/** Hands the next ones to the workers; false = there are no more. The caller holds the organisation's row. */
export async function handOut(tx: Tx, organisationId: string, replay: { readonly id: string; readonly lot: ReplayOrder; readonly place: Place | null }, limit: number): Promise<boolean> {
  const { rows } = await sql<{ id: string; receivedAt: string; arrival: number }>`
    select d.id, d.received_at, d.arrival from (${await inLot(tx, organisationId, replay.lot, replay.place, limit)}) as d order by d.received_at, d.arrival
  `.execute(tx);
  const last = rows.at(-1);
  if (isShown(replay.lot)) await keepStates(tx, replay.lot.dryRun, rows.map((row) => row.id));
  // What waits or is held already keeps its place: it is worked on in its turn, and counts once it is.
  const handed = await sql`
    update deliveries d set replay_id = ${replay.id},
      state = case when s.again then 'received' else d.state end, reason = case when s.again then null else d.reason end, attempts = case when s.again then 0 else d.attempts end,
      next_attempt_at = case when s.again then null else d.next_attempt_at end, in_hand = d.in_hand and not s.again, done_at = case when s.again then null else d.done_at end
    from (select id, state not in ('received', 'waiting', 'held') as again from deliveries where id = any(${rows.map((row) => row.id)}::uuid[])) as s
    where d.id = s.id and d.emptied_at is null and d.origin <> 'test'
  `.execute(tx);
  await sql`
    update replays set handed = handed + ${handed.numAffectedRows ?? 0n}, handed_all = ${rows.length < limit},
      place_at = ${last?.receivedAt ?? replay.place?.at ?? null}::timestamptz, place_arrival = ${last?.arrival ?? replay.place?.arrival ?? null}::bigint
    where id = ${replay.id}
  `.execute(tx);
  if (isShown(replay.lot) && rows.length < limit) await markLeftOut(tx, replay.lot.dryRun, replay.id);
  return rows.length === limit;
}
