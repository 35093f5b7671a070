import { sql } from 'kysely';
import { REPLAY_LIMIT, type Lot } from '../../core/contract/deliveries.ts';
import { DRY_RUN_MINUTES, DRY_RUN_PAGE, type DryRun, type DryRunLine, type DryRunPage, type DryRunQuery } from '../../core/contract/dryRuns.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { inLot } from './lotRows.ts';
import { isNamed, placeText, statesOf, type Place } from './lots.ts';

export type DryRunFault = Extract<ErrorCode, 'replay.nothing' | 'replay.too_large' | 'request.not_found' | 'request.invalid'>;

const COLUMNS = ['id', 'state', 'total', 'done', 'outcomes', 'rows', 'fields', 'read', 'reasons', 'startedAt', 'finishedAt', 'expiresAt', 'replayId'] as const;

/** When one that is worked out, or worked on, now ends to stand. */
export const expiryOf = (now: number): string => new Date(now + DRY_RUN_MINUTES * 60_000).toISOString();

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
  return internals.database.withOrganisation(organisationId, async (tx): Promise<Result<DryRun, DryRunFault>> => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from (${await inLot(tx, organisationId, closed, null, REPLAY_LIMIT + 1)}) as d where d.origin <> 'test'
    `.execute(tx);
    const total = rows[0]?.count ?? 0;
    if (total > REPLAY_LIMIT) return err('replay.too_large');
    if (total === 0) return err(isNamed(closed) ? 'request.not_found' : 'replay.nothing');
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
  readonly receivedAt: string;
  readonly arrival: number;
}

const ONLY = { changing: sql`and l.rows <> '[]'::jsonb`, differing: sql`and l.differs` };

/** Null = there is none of that id, or not any more. */
export async function readDryRun(internals: StoreInternals, organisationId: string, id: string, { after, only }: PageAsked): Promise<DryRunPage | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const run = await told(tx, organisationId, id);
    if (!run) return null;
    const place = after ? sql`and (l.received_at, l.arrival) > (${after.at}::timestamptz, ${after.arrival}::bigint)` : sql``;
    const { rows } = await sql<LineRow>`
      select l.delivery_id, l.outcome, l.reason, l.rows, l.read_at, l.differs, l.received_at, l.arrival from dry_run_lines l
      where l.dry_run_id = ${id} and l.organisation_id = ${organisationId} ${place} ${only === undefined ? sql`` : ONLY[only]}
      order by l.received_at, l.arrival limit ${DRY_RUN_PAGE + 1}
    `.execute(tx);
    const page = rows.slice(0, DRY_RUN_PAGE);
    const last = page.at(-1);
    const lines = page.map(({ deliveryId, outcome, reason, rows: changed, readAt, differs }): DryRunLine => ({ deliveryId, outcome, reason, rows: changed, readAt, differs }));
    return { ...run, lines, after: last && rows.length > page.length ? placeText({ at: last.receivedAt, arrival: last.arrival }) : null };
  });
}

/** What was worked out until then can be read, and not be carried out. One that has ended stays as it is. */
export async function cancelDryRun(internals: StoreInternals, organisationId: string, id: string): Promise<DryRun | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const ended = { state: 'cancelled', lot: null, finishedAt: instant(internals.clock) } as const;
    await tx.updateTable('dryRuns').set(ended).where('organisationId', '=', organisationId).where('id', '=', id).where('state', '=', 'running').execute();
    return told(tx, organisationId, id);
  });
}
