/** Looks in a row that may end with "there is more" at once: a first look at a full house has a hundred pages and more. */
const MOST_AT_ONCE = 40;
/** Looks in a row that bring nothing new: after a crash the known pages come again first. */
const BARREN_AT_ONCE = 3;
const WAIT_MS = { long: 60_000, barrenFirst: 1_000, barrenMost: 300_000 };

/**
 * How soon a source is looked at again that says there is more. A list that is only long is read on at once; one that
 * never ends, or gives known pages for ever, is asked less and less, and never stopped: it may be right.
 */
export interface Pace {
  /** Milliseconds to wait before the next look. @param news whether this one brought anything that was not known */
  goesOn(connectionId: string, news: boolean): number;
  /** The list has ended, or the look failed: the next one begins anew. */
  ended(connectionId: string): void;
}

export function createPace(): Pace {
  const rows = new Map<string, { readonly looks: number; readonly barren: number }>();
  return {
    goesOn(connectionId, news) {
      const before = rows.get(connectionId) ?? { looks: 0, barren: 0 };
      const after = { looks: before.looks + 1, barren: news ? 0 : before.barren + 1 };
      rows.set(connectionId, after);
      const over = after.barren - BARREN_AT_ONCE;
      const barrenMs = over <= 0 ? 0 : Math.min(WAIT_MS.barrenFirst * 2 ** Math.min(over - 1, 10), WAIT_MS.barrenMost);
      return Math.max(barrenMs, after.looks > MOST_AT_ONCE ? WAIT_MS.long : 0);
    },
    ended: (connectionId) => void rows.delete(connectionId),
  };
}
