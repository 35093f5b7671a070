import { sql } from 'kysely';
import { REPLAY_LIMIT, type Lot } from '../../core/contract/deliveries.ts';
import { DRY_RUN_PAGE, UNREAD_SHOWN, type DryRun, type DryRunLine, type DryRunPage, type DryRunQuery } from '../../core/contract/dryRuns.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { expiryOf } from './expiry.ts';
import { inLot } from './lotRows.ts';
import { isNamed, placeText, statesOf, type Place } from './lots.ts';
import { endReplay } from './replays.ts';

export type DryRunFault = Extract<ErrorCode, 'replay.nothing' | 'replay.too_large' | 'request.not_found' | 'request.invalid'>;

const COLUMNS = ['id', 'state', 'total', 'done', 'outcomes', 'rows', 'fields', 'read', 'reasons', 'startedAt', 'finishedAt', 'expiresAt', 'replayId'] as const;

async function told(tx: Tx, organisationId: string, id: string): Promise<DryRun | null> {
  const row = await tx.selectFrom('dryRuns').select(COLUMNS).where('organisationId', '=', organisationId).where('id', '=', id).executeTakeFirst();
  return row ? { ...row, outcomes: row.outcomes as DryRun['outcomes'], reasons: row.reasons as string[] } : null;
}

interface Beginning {
  readonly organisationId: string;
  readonly lot: Lot;
  /** Whoever asks for it has one at a time. */
  readonly deviceId: string;
}

/** Begins one; a worker's process takes it from here. */
export async function beginDryRun(internals: StoreInternals, { organisationId, lot, deviceId }: Beginning): Promise<Result<DryRun, DryRunFault>> {
  if (!isNamed(lot) && (statesOf(lot.state) === null || lot.from > lot.to)) return err('request.invalid');
  const now = instant(internals.clock);
  const closed: Lot = isNamed(lot) ? { ids: [...new Set(lot.ids)] } : { ...lot, to: lot.to < now ? lot.to : now };
  const total = await internals.database.withOrganisation(organisationId, async (tx) => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from (${await inLot(tx, organisationId, closed, null, REPLAY_LIMIT + 1)}) as d where d.origin <> 'test'
    `.execute(tx);
    return rows[0]?.count ?? 0;
  });
  if (total > REPLAY_LIMIT) return err('replay.too_large');
  if (total === 0) return err(isNamed(closed) ? 'request.not_found' : 'replay.nothing');
  // In its turn with the record: one that began while somebody is being erased would still read what goes, and outlive it.
  return internals.writer.write(organisationId, async ({ tx }): Promise<Result<DryRun, DryRunFault>> => {
    await tx.deleteFrom('dryRuns').where('organisationId', '=', organisationId).where('deviceId', '=', deviceId).where('replayId', 'is', null).execute();
    const id = internals.ids.next();
    await sql`
      insert into dry_runs (id, organisation_id, device_id, lot, total, started_at, expires_at)
      values (${id}, ${organisationId}, ${deviceId}, ${JSON.stringify(closed)}::jsonb, ${total}, ${now}, ${expiryOf(internals.clock.now())})
    `.execute(tx);
    const begun = await told(tx, organisationId, id);
    return begun ? ok(begun) : err('request.not_found');
  });
}

export interface PageAsked {
  readonly after: Place | null;
  readonly only: DryRunQuery['only'];
}

interface LineRow extends DryRunLine {
  readonly arrival: number;
}

const ONLY = { changing: sql`and l.rows <> '[]'::jsonb`, differing: sql`and l.differs` };

/** Whose source was not read, and why; the most first. */
async function unreadOf(tx: Tx, organisationId: string, id: string): Promise<DryRunPage['unread']> {
  const { rows } = await sql<DryRunPage['unread'][number]>`
    select d.connection_id, l.reason, count(*) as count from dry_run_lines l join deliveries d on d.id = l.delivery_id
    where l.dry_run_id = ${id} and l.organisation_id = ${organisationId} and l.outcome = 'reads_source'
    group by d.connection_id, l.reason order by count desc, d.connection_id, l.reason limit ${UNREAD_SHOWN}
  `.execute(tx);
  return rows;
}

/** Null = there is none of that id, or not any more. */
export async function readDryRun(internals: StoreInternals, organisationId: string, id: string, { after, only }: PageAsked): Promise<DryRunPage | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const run = await told(tx, organisationId, id);
    if (!run) return null;
    const place = after ? sql`and (l.received_at, l.arrival) > (${after.at}::timestamptz, ${after.arrival}::bigint)` : sql``;
    const { rows } = await sql<LineRow>`
      select l.delivery_id, d.connection_id, l.outcome, l.reason, l.rows, l.read_at, l.differs, l.received_at, l.arrival from dry_run_lines l join deliveries d on d.id = l.delivery_id
      where l.dry_run_id = ${id} and l.organisation_id = ${organisationId} ${place} ${only === undefined ? sql`` : ONLY[only]}
      order by l.received_at, l.arrival limit ${DRY_RUN_PAGE + 1}
    `.execute(tx);
    const page = rows.slice(0, DRY_RUN_PAGE);
    const last = page.at(-1);
    const lines = page.map(({ arrival: _arrival, rows: changed, ...line }): DryRunLine => ({ ...line, rows: changed }));
    const unread = run.state === 'done' && (run.outcomes.reads_source ?? 0) > 0 ? await unreadOf(tx, organisationId, id) : [];
    return { ...run, unread, lines, after: last && rows.length > page.length ? placeText({ at: last.receivedAt, arrival: last.arrival }) : null };
  });
}

/**
 * Takes every dry run away because somebody is erased: they show the same again, and what sources have said besides. What one
 * is being carried out of stops: what the workers have not begun with stands as it did before. The caller holds the organisation's row.
 */
export async function dropDryRuns(tx: Tx, organisationId: string, now: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select p.id from replays p join dry_runs r on r.replay_id = p.id where r.organisation_id = ${organisationId} and p.state = 'running' for update of p
  `.execute(tx);
  for (const { id } of rows) {
    await sql`
      update deliveries d set state = l.was_state, reason = l.was_reason, attempts = l.was_attempts, done_at = ${now}::timestamptz
      from dry_runs r join dry_run_lines l on l.dry_run_id = r.id
      where r.replay_id = ${id} and d.id = l.delivery_id and d.replay_id = ${id} and d.state = 'received' and l.was_state is not null
    `.execute(tx);
    await endReplay(tx, id, 'cancelled', now);
  }
  await tx.deleteFrom('dryRuns').where('organisationId', '=', organisationId).execute();
}

/** What was worked out until then can be read, and not be carried out. One that has ended stays as it is. */
export async function cancelDryRun(internals: StoreInternals, organisationId: string, id: string): Promise<DryRun | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const ended = { state: 'cancelled', lot: null, finishedAt: instant(internals.clock) } as const;
    await tx.updateTable('dryRuns').set(ended).where('organisationId', '=', organisationId).where('id', '=', id).where('state', '=', 'running').execute();
    return told(tx, organisationId, id);
  });
}
