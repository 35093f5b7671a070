import type { Drawn, DrawnRow } from './shadows.ts';

/** Where the rows and the bars in them stand: pure, so that what scrolls asks only for what is seen. */

export const LANE = 28;
const PAD = 8;
/** So low that a name and what it is stand under each other. */
const LEAST = 44;

export interface Laid {
  readonly one: Drawn;
  readonly lane: number;
}

export interface LaidRow {
  readonly resourceId: string;
  /** Ordered by start. */
  readonly bars: readonly Laid[];
  readonly top: number;
  readonly height: number;
  /** The longest of them: how far back one that is still there may have begun. */
  readonly longestMs: number;
}

/** Those that are at the same time stand under each other. `apartMs`: so near that they would touch on the screen. */
function inLanes(some: readonly Drawn[], apartMs: number): { readonly bars: Laid[]; readonly lanes: number } {
  const ends: number[] = [];
  const bars = some.map((one): Laid => {
    const free = ends.findIndex((end) => end <= one.startsAt);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = Math.max(one.endsAt, one.startsAt + apartMs);
    return { one, lane };
  });
  return { bars, lanes: Math.max(ends.length, 1) };
}

export function layRows(rows: readonly DrawnRow[], apartMs: number): { readonly rows: readonly LaidRow[]; readonly height: number } {
  let top = 0;
  const laid = rows.map(({ resourceId, some }): LaidRow => {
    const sorted = [...some].sort((a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt || a.id.localeCompare(b.id));
    const { bars, lanes } = inLanes(sorted, apartMs);
    const height = Math.max(LEAST, lanes * LANE + PAD);
    const row = { resourceId, bars, top, height, longestMs: sorted.reduce((most, { startsAt, endsAt }) => Math.max(most, endsAt - startsAt), 0) };
    top += height;
    return row;
  });
  return { rows: laid, height: top };
}

/** The first place in an ordered list where `isBefore` no longer holds. */
function firstNot<T>(list: readonly T[], isBefore: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = list[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const rowsWithin = (rows: readonly LaidRow[], from: number, to: number): readonly LaidRow[] =>
  rows.slice(firstNot(rows, ({ top, height }) => top + height <= from), firstNot(rows, ({ top }) => top < to));

export const rowAt = (rows: readonly LaidRow[], y: number): LaidRow | undefined => rowsWithin(rows, y, y + 1)[0];

export function barsWithin({ bars, longestMs }: LaidRow, from: number, to: number): readonly Laid[] {
  const first = firstNot(bars, ({ one }) => one.startsAt < from - longestMs);
  return bars.slice(first, firstNot(bars, ({ one }) => one.startsAt < to)).filter(({ one }) => one.endsAt > from);
}

/** What a bar is of: itself, or what its shadow is of. */
export const realOf = (rows: readonly LaidRow[], id: string): string => {
  for (const { bars } of rows) for (const { one } of bars) if (one.id === id) return one.through?.id ?? id;
  return id;
};

/** Whether it, or a shadow of it, is in this row. */
export const shows = ({ bars }: LaidRow, id: string | null): boolean => id !== null && bars.some(({ one }) => one.id === id || one.through?.id === id);
