/** Deliveries in one batch: what it begins with, and the most. */
const FIRST = 64;
const MOST = 512;
/** A full batch that took less than the one may be larger next time; one that took longer than the other was too large. */
const QUICK_MS = 80;
const SLOW_MS = 160;
/** From the beginning of one pass to the next one at least. What comes alone never waits for it. */
const BETWEEN_MS = 40;

/**
 * How much is worked on at once, and how soon again. A batch costs some ten ways to the database and back whatever its size, so under
 * load few large ones are cheap and many small ones are not; yet each holds the record, so none may take long.
 */
export interface BatchPace {
  /** Deliveries of the next batch, at most. */
  size(): number;
  /** Tells how a batch went: how many it could have had, how many it had, and the milliseconds it took. */
  went(limit: number, count: number, tookMs: number): void;
  /** Milliseconds until the next pass, when the last one began that long ago. */
  rest(sinceMs: number): number;
}

export function createBatchPace(): BatchPace {
  let size = FIRST;
  return {
    size: () => size,
    went(limit, count, tookMs) {
      if (tookMs > SLOW_MS) size = Math.max(FIRST, Math.floor(Math.min(limit, size) / 2));
      else if (count >= limit && limit >= size && tookMs < QUICK_MS) size = Math.min(MOST, size * 2);
    },
    rest: (sinceMs) => Math.max(0, BETWEEN_MS - Math.max(0, sinceMs)),
  };
}
