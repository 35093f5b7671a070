/** When a channel, over which a vendor tells that a calendar has changed, is looked after. UTC milliseconds throughout. */

const MINUTE_MS = 60_000;
/** The wait after a first failure, and the longest. What they told meanwhile is brought by looks. */
const AGAIN_MS = { first: MINUTE_MS, longest: 6 * 3_600_000 };
/** A vendor that says for good that it opens none is asked again after this; somebody may have changed something over there. */
const REFUSED_MS = 6 * 3_600_000;

/** Well before its end, each at another moment. `random` uniform in [0, 1). */
export const renewAt = (openedAt: number, endsAt: number, random: number): number => openedAt + Math.max(0, endsAt - openedAt) * (0.6 + 0.2 * random);

export interface Failed {
  /** In a row, this one included. */
  readonly failures: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

export function againAt(now: number, { failures, retryable, retryAfterMs }: Failed, random: number): number {
  const wait = retryable ? Math.min(AGAIN_MS.first * 2 ** Math.min(failures - 1, 20), AGAIN_MS.longest) * (0.5 + random / 2) : REFUSED_MS * (0.9 + 0.2 * random);
  return now + Math.round(Math.max(wait, retryAfterMs ?? 0));
}
