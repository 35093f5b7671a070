import { z } from 'zod';
import { Lot, ReplayPreview, RowChange } from './deliveries.ts';
import { Id, Instant } from './primitives.ts';

/** What working on deliveries again would do, over any number of them, with their sources asked where only these know. */

const Outcome = ReplayPreview.shape.changes.element.shape.outcome;
export type DryRunOutcome = z.infer<typeof Outcome>;

export const DryRunLine = z.object({
  deliveryId: Id,
  connectionId: Id,
  receivedAt: Instant,
  /**
   * `reads_source` = its source did not answer, or was not asked: what it says when it is worked on counts. `untried` = the server ended
   * over it several times (`replay.untried`): it is left out when the dry run is carried out.
   */
  outcome: Outcome,
  reason: z.string().nullable(),
  rows: z.array(RowChange),
  /** When its source was asked; what it said then is what will be used. Null = nobody had to be asked, or nobody answered. */
  readAt: Instant.nullable(),
  /** It was to be worked on, and was left as it was: it would have changed something else by then. */
  differs: z.boolean(),
});
export type DryRunLine = z.infer<typeof DryRunLine>;

/** `POST /api/dry-runs` begins one for a {@link Lot}. Nothing of it is written to the record. A device has one at a time: the next one ends it. */
export const DryRun = z.object({
  id: Id,
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  total: z.int(),
  done: z.int(),
  /** Of those that are done. */
  outcomes: z.partialRecord(Outcome, z.int()),
  /** Rows that would change, each once; and their fields, each time that one would. */
  rows: z.int(),
  fields: z.int(),
  /** Deliveries whose source was asked and has answered. */
  read: z.int(),
  /** Why deliveries are refused, each reason once, the first twenty. */
  reasons: z.array(z.string()),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  /** Until then it may be carried out. */
  expiresAt: Instant,
  /** What carries it out, or has; null = nothing yet. */
  replayId: Id.nullable(),
});
export type DryRun = z.infer<typeof DryRun>;

/** Minutes that a dry run stands once it is worked out. */
export const DRY_RUN_MINUTES = 60;
export const DRY_RUN_PAGE = 50;
export const UNREAD_SHOWN = 20;
const Place = z.string().regex(/^\d{1,14}-\d{1,15}$/);
/** `changing` = those that would change rows; `differing` = those that were left as they were. */
export const DryRunQuery = z.object({ after: Place.optional(), only: z.enum(['changing', 'differing']).optional() });
export type DryRunQuery = z.infer<typeof DryRunQuery>;
/** `GET /api/dry-runs/:id`: how far it is, and a page of it, the oldest first. */
export const DryRunPage = DryRun.extend({
  lines: z.array(DryRunLine),
  /** Once it is worked out: of which connections deliveries `reads_source`, how many, and why their source was not read; the first twenty. */
  unread: z.array(z.object({ connectionId: Id, reason: z.string().nullable(), count: z.int() })),
  /** Give it as `after` for what follows; null = that was all so far. */
  after: Place.nullable(),
});
export type DryRunPage = z.infer<typeof DryRunPage>;

const params = z.object({ id: Id });
export const DRY_RUNS_HTTP = {
  beginDryRun: { method: 'POST', path: '/api/dry-runs', request: { body: Lot }, success: DryRun },
  dryRun: { method: 'GET', path: '/api/dry-runs/:id', request: { params, query: DryRunQuery }, success: DryRunPage },
  cancelDryRun: { method: 'POST', path: '/api/dry-runs/:id/cancel', request: { params }, success: DryRun },
} as const;

/** The address of one page. */
export function dryRunPath(id: string, query: DryRunQuery): string {
  const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return DRY_RUNS_HTTP.dryRun.path.replace(':id', encodeURIComponent(id)) + (asked.length === 0 ? '' : `?${asked.join('&')}`);
}
