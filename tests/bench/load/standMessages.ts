/** What the bench and its calendars say to each other. Times are of the machine's monotonic clock, milliseconds. */

/** The title of an entry says which change it was: its turn, and its number in it. */
export const titleOf = (turn: number, n: number): string => `Load ${turn}-${n}.`;
const TITLE = /Load (\d+)-(\d+)\./;
export function changeOf(text: string): { readonly turn: number; readonly n: number } | null {
  const found = TITLE.exec(text);
  return found ? { turn: Number(found[1]), n: Number(found[2]) } : null;
}

/** A request that writes, as it came in. */
export interface Wrote {
  /** `google/0`, `graph/0`, `dav`. */
  readonly calendar: string;
  readonly turn: number;
  readonly n: number;
  readonly at: number;
}

/** An entry that stands there. Times of the wall, UTC milliseconds. */
export interface Stands {
  readonly n: number;
  readonly title: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** An entry that was changed over there, and the call over the channel that told of it. */
export interface Told {
  readonly n: number;
  readonly due: number;
  readonly status: number;
}

export type ToStand =
  | { readonly do: 'server'; readonly url: string }
  /** In front of a real CalDAV server, at that port. */
  | { readonly do: 'before'; readonly port: number }
  /** So many entries stand in the long list from now on. */
  | { readonly do: 'list'; readonly entries: number }
  /**
   * Somebody moves entries 0 to `count` of that Google calendar an hour on and gives them the name of the turn, one each `everyMs`. `only`
   * one of both; `startAt` left out = at once.
   */
  | {
    readonly do: 'move'; readonly google: number; readonly turn: number; readonly count: number; readonly everyMs: number;
    readonly only?: 'title' | 'times'; readonly startAt?: number;
  }
  /** What stands in that Google calendar. */
  | { readonly do: 'stands'; readonly google: number }
  | { readonly do: 'wrote'; readonly turn: number }
  | { readonly do: 'channels' }
  | { readonly do: 'asked' };

export type FromStand =
  | { readonly is: 'ready'; readonly port: number; readonly davPort: number }
  | { readonly is: 'done' }
  | { readonly is: 'moved'; readonly told: readonly Told[] }
  | { readonly is: 'stands'; readonly stands: readonly Stands[] }
  | { readonly is: 'wrote'; readonly wrote: readonly Wrote[] }
  /** Channels that are open, by calendar. */
  | { readonly is: 'channels'; readonly open: Readonly<Record<string, number>> }
  /** When somebody read: pages of the long list, and what goes through the door. */
  | { readonly is: 'asked'; readonly at: readonly number[] };
