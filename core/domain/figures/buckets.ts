import type { Spread } from '../../contract/figures.ts';

/**
 * Lengths of time, counted in fixed steps: what several processes have counted, and any number of hours, are added up step by
 * step, and the percentiles of the sum are those of the whole.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The upper end of each step in milliseconds, 10 ms to seven days; what is longer is in one more step without an end. Never changed: what is counted is kept by the number of its step. */
export const STEPS_MS: readonly number[] = [
  10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700,
  SECOND, 1_500, 2 * SECOND, 3 * SECOND, 5 * SECOND, 7 * SECOND, 10 * SECOND, 15 * SECOND, 20 * SECOND, 30 * SECOND,
  MINUTE, 90 * SECOND, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY,
];

/** The number of the step that a length belongs to. A clock that was set back gives less than nothing, which is the first. */
export function stepOf(ms: number): number {
  let low = 0;
  let high = STEPS_MS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= (STEPS_MS[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What `share` (0 to 1) of all kept within: the upper end of the step in which the one of that rank is. Null = there is none, or it is longer than the last step. */
export function within(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const rank = Math.max(1, Math.ceil(share * all));
  let seen = 0;
  for (const [step, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return STEPS_MS[step] ?? null;
  }
  return null;
}

export const spreadOf = (counts: readonly number[]): Spread => ({ count: counts.reduce((sum, count) => sum + count, 0), p50Ms: within(counts, 0.5), p95Ms: within(counts, 0.95) });
