import { z } from 'zod';
import { Instant } from './primitives.ts';

/** Deliveries that are not done, of one connection or of all of an organisation. */
export const QueueCounts = z.object({
  /** Not worked on yet, or to be tried again. */
  waiting: z.int(),
  /** Kept back by a pause or by the brake. */
  held: z.int(),
  /** These three wait for a person; `dead` = tried as often as it is worth. */
  parked: z.int(),
  quarantined: z.int(),
  dead: z.int(),
  /** When the oldest of them was received; null = there is none. */
  oldestWaitingAt: Instant.nullable(),
  oldestDeadAt: Instant.nullable(),
});
export type QueueCounts = z.infer<typeof QueueCounts>;
