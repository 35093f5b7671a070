import { z } from 'zod';
import { Id, Instant, Seq } from '../primitives.ts';

/** What every row of the record has, and how much something matters. */

/** Where a row's last change came from outside; null when made here. */
export const Source = z.object({
  system: z.string(),
  connectionId: Id.nullable(),
  remoteId: z.string().nullable(),
});
export type Source = z.infer<typeof Source>;

export const rowBase = {
  id: Id,
  /** Counts changes of this row, from 1; commands name the version they were based on. */
  version: z.int().min(1),
  /** The event that last changed this row. */
  seq: Seq,
  updatedAt: Instant,
  source: Source.nullable(),
};

export const SEVERITIES = ['info', 'notice', 'warning', 'critical', 'emergency'] as const;
/** Ascending; order matters and is used for thresholds. */
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** What of a wedding may move with it. */
export const FOLLOWING = ['bookings', 'allocations', 'runSheetItems'] as const;
