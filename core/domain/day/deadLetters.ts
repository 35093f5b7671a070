import type { ReviewItem } from '../../contract/record/attention.ts';

export interface DeadLetterCount {
  readonly count: number;
  /** When the oldest of them was received; UTC instant, null = there is none. */
  readonly oldestAt: string | null;
}

/** Deliveries that were given up and that nobody has seen to. */
export function deadLetters(items: Iterable<ReviewItem>): DeadLetterCount {
  let count = 0;
  let oldestAt: string | null = null;
  for (const { kind, state, receivedAt } of items) {
    if (kind !== 'dead' || state !== 'open') continue;
    count += 1;
    if (oldestAt === null || receivedAt < oldestAt) oldestAt = receivedAt;
  }
  return { count, oldestAt };
}
