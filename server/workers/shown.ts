import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { DeliveryState, RowChange } from '../../core/contract/deliveries.ts';
import type { DryRunOutcome } from '../../core/contract/dryRuns.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import { rowChange } from '../../core/domain/record/rowChange.ts';
import type { Tx } from '../store/database.ts';
import type { DeliveryInHand } from './outcome.ts';

/** What a dry run has shown of a delivery that is now to do just that. */
export interface ShownBefore {
  readonly dryRunId: string;
  readonly outcome: DryRunOutcome;
  readonly reason: string | null;
  readonly rows: readonly RowChange[];
  readonly newIds: readonly string[];
  /** What its source has said; null = it was not asked, or did not answer. */
  readonly changes: readonly Change[] | null;
  /** When the source was asked for that. */
  readonly readAt: string | null;
  /** How it stood before it was handed out. */
  readonly was: { readonly state: DeliveryState; readonly reason: string | null; readonly attempts: number };
}

interface Row extends Omit<ShownBefore, 'was'> {
  readonly deliveryId: string;
  readonly wasState: DeliveryState;
  readonly wasReason: string | null;
  readonly wasAttempts: number;
}

/** How deliveries of a dry run stand that are about to be handed to the workers. What is under way or held goes on by itself, bound to nothing. */
export async function keepStates(tx: Tx, dryRunId: string, ids: readonly string[]): Promise<void> {
  await sql`
    update dry_run_lines l set was_state = d.state, was_reason = d.reason, was_attempts = d.attempts from deliveries d
    where l.dry_run_id = ${dryRunId} and l.delivery_id = any(${[...ids]}::uuid[]) and d.id = l.delivery_id and d.state not in ('received', 'waiting', 'held')
  `.execute(tx);
}

/** By delivery; none of those that are worked on for the first time or by the rules alone, nor of what was held until its replay was over. */
export async function readShown(tx: Tx, deliveries: readonly DeliveryInHand[]): Promise<Map<string, ShownBefore>> {
  const again = deliveries.filter(({ replayId }) => replayId !== null);
  if (again.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select l.delivery_id, l.dry_run_id, l.outcome, l.reason, l.rows, l.new_ids, l.changes, l.read_at, l.was_state, l.was_reason, l.was_attempts
    from dry_runs r join dry_run_lines l on l.dry_run_id = r.id join replays p on p.id = r.replay_id and p.state <> 'done'
    where r.replay_id = any(${[...new Set(again.map((one) => one.replayId))]}::uuid[]) and l.delivery_id = any(${again.map((one) => one.id)}::uuid[]) and l.was_state is not null
  `.execute(tx);
  return new Map(rows.map(({ deliveryId, wasState, wasReason, wasAttempts, ...shown }) => [deliveryId, { ...shown, was: { state: wasState, reason: wasReason, attempts: wasAttempts } }]));
}

/** The ids that were given to new rows then, in the same order; fresh ones after them. */
export function idsAsShown({ newIds }: ShownBefore, fresh: () => string): () => string {
  let at = 0;
  return () => newIds[at++] ?? fresh();
}

const asJson = (rows: readonly RowChange[]): unknown => JSON.parse(JSON.stringify(rows));

/** Whether what is planned now is just what was shown. Where only the source could say, nothing was shown that it could differ from. */
export function isAsShown(shown: ShownBefore, drafts: readonly EventDraft[], reason: string | null): boolean {
  if (shown.outcome === 'reads_source') return true;
  if (shown.outcome !== 'changes') return drafts.length === 0 && reason === null;
  // A fact for a paused connection was told with that reason; by now it is worked on, so it is not paused any more.
  const sameReason = shown.reason === reason || shown.reason === 'held.paused';
  return sameReason && isDeepStrictEqual(asJson(drafts.map(rowChange)), asJson(shown.rows));
}

/**
 * What was done, set aside or held is bound to its dry run no more, and what its source said is not kept: whoever lets it go
 * on later, or has it worked on for another reason, does not mean what was shown then.
 */
export async function unbind(tx: Tx, shown: ReadonlyMap<string, ShownBefore>, settled: readonly { readonly delivery: DeliveryInHand; readonly state: DeliveryState }[]): Promise<void> {
  const over = settled.filter(({ delivery, state }) => shown.has(delivery.id) && state !== 'waiting');
  for (const [dryRunId, own] of Map.groupBy(over, ({ delivery }) => shown.get(delivery.id)?.dryRunId ?? null)) {
    await sql`update dry_run_lines set was_state = null, changes = null where dry_run_id = ${dryRunId} and delivery_id = any(${own.map((one) => one.delivery.id)}::uuid[])`.execute(tx);
  }
}

/** Those that were left as they were, for whoever looks at the dry run or its replay. */
export async function markDiffering(tx: Tx, differing: readonly { readonly dryRunId: string; readonly delivery: DeliveryInHand }[]): Promise<void> {
  for (const [dryRunId, own] of Map.groupBy(differing, (one) => one.dryRunId)) {
    await sql`update dry_run_lines set differs = true where dry_run_id = ${dryRunId} and delivery_id = any(${own.map((one) => one.delivery.id)}::uuid[])`.execute(tx);
    await sql`update replays p set differs = p.differs + ${own.length}::bigint from dry_runs r where r.id = ${dryRunId} and p.id = r.replay_id`.execute(tx);
  }
}

/** Those that were shown and cannot be handed out any more, since their body or their connection has gone meanwhile. */
export async function markLeftOut(tx: Tx, dryRunId: string, replayId: string): Promise<void> {
  const left = await sql`
    update dry_run_lines l set differs = true from deliveries d
    where l.dry_run_id = ${dryRunId} and l.outcome not in ('body_gone', 'untried') and d.id = l.delivery_id and d.replay_id is distinct from ${replayId}::uuid
      and (d.emptied_at is not null or exists (select from connection_access gone where gone.id = d.connection_id and gone.removed_at is not null))
  `.execute(tx);
  await sql`update replays set differs = differs + ${left.numAffectedRows ?? 0n} where id = ${replayId}`.execute(tx);
}
