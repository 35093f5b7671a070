/**
 * How long a connection may fail before it is switched off, and how its people are warned on the way. Pure. Both must be
 * used up, a number of failures and a time: a busy source fails a hundred times within a short outage, and a quiet one
 * twice in a day.
 */

export const FAILURES_UNTIL_DISABLED = 100;
export const FAILING_UNTIL_DISABLED_MS = 24 * 3_600_000;
/** Failures in a row until it is called failing. */
export const FAILURES_UNTIL_FAILING = 3;
export const STEPS = [50, 70, 90, 100] as const;
export type Step = (typeof STEPS)[number];

/** What has been told since the connection last answered. */
export interface Told {
  /** When the first call in a row failed, in milliseconds. */
  readonly since: number;
  /** The highest step that was told; 0 = none. */
  readonly step: 0 | Step;
}

export interface Climbed {
  readonly told: Told;
  /** To be told now: each step once, of several that were reached together only the highest. Null = nothing new. */
  readonly step: Step | null;
}

/** @param failures calls in a row without an answer, this one included */
export function climb(told: Told | null, failures: number, now: number): Climbed {
  const since = told?.since ?? now;
  const before = told?.step ?? 0;
  const used = Math.min(failures / FAILURES_UNTIL_DISABLED, (now - since) / FAILING_UNTIL_DISABLED_MS) * 100;
  const reached = STEPS.findLast((step) => used >= step) ?? 0;
  const step = reached > before ? reached : 0;
  return { told: { since, step: step === 0 ? before : step }, step: step === 0 ? null : step };
}
