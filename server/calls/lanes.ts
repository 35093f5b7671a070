/** The calls of one account at a vendor, kept to what the vendor bears: a few at the same time, so many within any second. */

export interface Limits {
  readonly perSecond: number | null;
  readonly atOnce: number | null;
}

export interface Lane {
  /** Settles when it is this call's turn, in the order of asking. Whoever entered leaves. */
  enter(): Promise<void>;
  leave(): void;
  /** Nobody is in it or waits for it, and what was called lately no longer counts. */
  idle(): boolean;
}

export interface LaneOptions {
  readonly limits: Limits;
  /** How many processes share the account; each keeps to its part, and has one call at least. */
  readonly sharers: () => number;
  /** Milliseconds that only go on; never the wall clock, which may be set. */
  readonly now: () => number;
}

/** What one process may do: starts within a window of milliseconds, calls at the same time. */
export function partOf({ perSecond, atOnce }: Limits, sharers: number): { readonly starts: number; readonly windowMs: number; readonly atOnce: number } {
  const own = perSecond === null ? Number.POSITIVE_INFINITY : perSecond / sharers;
  // Less than one a second is one in more than a second.
  const starts = own === Number.POSITIVE_INFINITY ? own : Math.max(1, Math.floor(own));
  return { starts, windowMs: starts === Number.POSITIVE_INFINITY ? 0 : (starts / own) * 1000, atOnce: atOnce === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(atOnce / sharers)) };
}

export function createLane({ limits, sharers, now }: LaneOptions): Lane {
  const waiting: (() => void)[] = [];
  let begun: number[] = [];
  let running = 0;
  let timer: NodeJS.Timeout | null = null;

  function waitMs(): number {
    const { starts, windowMs, atOnce } = partOf(limits, sharers());
    if (running >= atOnce) return Number.POSITIVE_INFINITY;
    if (windowMs === 0) return 0;
    const at = now();
    begun = begun.filter((start) => at - start < windowMs);
    const [first] = begun.slice(-starts);
    return begun.length < starts || first === undefined ? 0 : Math.max(1, Math.ceil(first + windowMs - at));
  }

  function go(): void {
    for (;;) {
      if (timer || waiting.length === 0) return;
      const ms = waitMs();
      // Whoever leaves opens the way.
      if (ms === Number.POSITIVE_INFINITY) return;
      if (ms > 0) {
        timer = setTimeout(() => {
          timer = null;
          go();
        }, ms);
        return;
      }
      running += 1;
      if (limits.perSecond !== null) begun.push(now());
      waiting.shift()?.();
    }
  }

  return {
    enter() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        go();
      });
    },
    leave() {
      running -= 1;
      go();
    },
    idle: () => running === 0 && waiting.length === 0 && waitMs() === 0 && begun.length === 0,
  };
}
