import type { Occupancy } from './model.ts';

/**
 * The stretches of one resource, found by time. Kept in blocks ordered by start; each block knows its latest end, so a
 * closure of a year between thousands of short ones does not make a question slow. A plain ordered list would move a
 * million entries for each that is added.
 */
export interface Intervals {
  /** One with the same id takes its place. */
  add(occupancy: Occupancy): void;
  /** False = it was not there. */
  remove(id: string): boolean;
  get(id: string): Occupancy | undefined;
  /** Those that take any of [from, to) when each is thought `reach` longer at both ends, by start, then id. */
  within(from: number, to: number, reach?: number): Occupancy[];
  readonly size: number;
  /** The longest of set-up or turnaround that any of them ever had: how far a neighbour may reach. */
  readonly reach: number;
  [Symbol.iterator](): Iterator<Occupancy>;
}

const FULL = 512;

interface Block {
  items: Occupancy[];
  latestEnd: number;
}

const before = (a: Occupancy, b: Occupancy): boolean => a.startsAt < b.startsAt || (a.startsAt === b.startsAt && a.id < b.id);

/** The first place whose entry does not come before: where it is, or belongs. */
function placeIn(items: readonly Occupancy[], wanted: Occupancy): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = items[middle];
    if (there !== undefined && before(there, wanted)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const latestOf = (items: readonly Occupancy[]): number => items.reduce((latest, { endsAt }) => Math.max(latest, endsAt), -Infinity);

export function createIntervals(initial: Iterable<Occupancy> = []): Intervals {
  const byId = new Map<string, Occupancy>();
  for (const one of initial) byId.set(one.id, one);
  const sorted = [...byId.values()].sort((a, b) => (before(a, b) ? -1 : 1));
  const blocks: Block[] = [];
  for (let at = 0; at < sorted.length; at += FULL / 2) {
    const items = sorted.slice(at, at + FULL / 2);
    blocks.push({ items, latestEnd: latestOf(items) });
  }
  let reach = sorted.reduce((most, { setUpMs, turnaroundMs }) => Math.max(most, setUpMs, turnaroundMs), 0);

  /** The last block that begins before it; the first where none does. */
  function blockFor(wanted: Occupancy): number {
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = blocks[middle]?.items[0];
      if (first !== undefined && !before(wanted, first)) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }

  function insert(one: Occupancy): void {
    const number = blockFor(one);
    const block = blocks[number];
    if (!block) {
      blocks.push({ items: [one], latestEnd: one.endsAt });
      return;
    }
    block.items.splice(placeIn(block.items, one), 0, one);
    block.latestEnd = Math.max(block.latestEnd, one.endsAt);
    if (block.items.length <= FULL) return;
    const items = block.items.splice(FULL / 2);
    block.latestEnd = latestOf(block.items);
    blocks.splice(number + 1, 0, { items, latestEnd: latestOf(items) });
  }

  function takeOut(one: Occupancy): void {
    const number = blockFor(one);
    const block = blocks[number];
    if (!block) return;
    const place = placeIn(block.items, one);
    block.items.splice(place, 1);
    if (block.items.length === 0) blocks.splice(number, 1);
    else if (one.endsAt === block.latestEnd) block.latestEnd = latestOf(block.items);
  }

  return {
    add(one) {
      const there = byId.get(one.id);
      if (there) takeOut(there);
      byId.set(one.id, one);
      insert(one);
      reach = Math.max(reach, one.setUpMs, one.turnaroundMs);
    },
    remove(id) {
      const there = byId.get(id);
      if (!there) return false;
      byId.delete(id);
      takeOut(there);
      return true;
    },
    get: (id) => byId.get(id),
    within(from, to, more = 0) {
      const found: Occupancy[] = [];
      for (const { items, latestEnd } of blocks) {
        const first = items[0];
        if (first === undefined || first.startsAt - more >= to) break;
        if (latestEnd + more <= from) continue;
        for (const one of items) {
          if (one.startsAt - more >= to) break;
          if (one.endsAt + more > from) found.push(one);
        }
      }
      return found;
    },
    get size() {
      return byId.size;
    },
    get reach() {
      return reach;
    },
    *[Symbol.iterator]() {
      for (const { items } of blocks) yield* items;
    },
  };
}
