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

/** By delivery; none of those that are worked on for the first time or by the rules alone. */
export async function readShown(tx: Tx, deliveries: readonly DeliveryInHand[]): Promise<Map<string, ShownBefore>> {
  const again = deliveries.filter(({ replayId }) => replayId !== null);
  if (again.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select l.delivery_id, l.dry_run_id, l.outcome, l.reason, l.rows, l.new_ids, l.changes, l.was_state, l.was_reason, l.was_attempts
    from dry_runs r join dry_run_lines l on l.dry_run_id = r.id
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

/** Those that were left as they were, for whoever looks at the dry run or its replay. */
export async function markDiffering(tx: Tx, differing: readonly { readonly dryRunId: string; readonly delivery: DeliveryInHand }[]): Promise<void> {
  for (const [dryRunId, own] of Map.groupBy(differing, (one) => one.dryRunId)) {
    await sql`update dry_run_lines set differs = true where dry_run_id = ${dryRunId} and delivery_id = any(${own.map((one) => one.delivery.id)}::uuid[])`.execute(tx);
    await sql`update replays p set differs = p.differs + ${own.length}::bigint from dry_runs r where r.id = ${dryRunId} and p.id = r.replay_id`.execute(tx);
  }
}
