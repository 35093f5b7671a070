import type { Occupancy } from './model.ts';
import { besideEachOther, fits, type Judge, type Placement } from './placements.ts';
import type { Timetable } from './timetable.ts';

export interface Move {
  readonly id: string;
  readonly from: Occupancy;
  readonly to: Occupancy;
}

/** What a plan is worth to those who pay for it. Minor units of the house's currency. */
export interface Price {
  readonly totalMinor: number;
  /** Those of whom nobody has said what they ask; with any of them the total is only a part. */
  readonly unknown: readonly string[];
}

/** Known before not known, then the smaller. */
export const byPrice = (a: Price, b: Price): number => Number(a.unknown.length > 0) - Number(b.unknown.length > 0) || a.totalMinor - b.totalMinor;

/** What moves cost, where somebody asks for it. */
export interface Pricing {
  readonly of: (moves: readonly Occupancy[]) => Price;
  /** Moving just these costs no less, wherever they go: what it need not look any further than. By their ids. */
  readonly least: (ids: readonly string[]) => Price;
}

/** Those that are to move, each with everywhere that it may go beside what stays; the least disturbing place first. */
export interface Order {
  readonly order: readonly { readonly one: Occupancy; readonly room: readonly Placement[] }[];
  /** Resources that each of them may go to. */
  readonly ways: readonly number[];
  /** What stays. */
  readonly working: Timetable;
  readonly judge: Judge;
  /** Null = nobody asks for the price. */
  readonly pricing: Pricing | null;
}

/** To price a plan is as much work as to look at so many placements. */
const PRICED = 40;

/** Placements that may still be looked at. What is looked at for the price alone takes nothing from the search for the smallest. */
export interface Budget {
  left: number;
  forPrice: number;
}

/**
 * The least disturbing way to place all of them, whose resources are not those of one that was told before; of those that disturb as much
 * the cheapest. Branch and bound: what cannot become better than the best so far is not followed. `whole` false = the budget ended before.
 */
export function cheapest(
  { order, ways, working, judge, pricing }: Order,
  told: readonly (readonly string[])[],
  budget: Budget,
  tooDear: (disturbanceMs: number) => boolean,
  accepts: (moves: readonly Move[]) => boolean,
): { readonly moves: readonly Move[] | null; readonly price: Price | null; readonly whole: boolean } {
  const atBest = order.map((_, from) => order.slice(from).reduce((sum, { room }) => sum + (room[0]?.disturbanceMs ?? 0), 0));
  const waysFrom = ways.map((_, from) => ways.slice(from).reduce((product, count) => product * count, 1));
  const placed: Move[] = [];
  const best: { moves: readonly Move[] | null; price: Price | null } = { moves: null, price: null };
  let bound = Infinity;
  let whole = true;

  /** All that could still come of it was told before. */
  function known(depth: number): boolean {
    const same = told.filter((resources) => placed.every(({ to }, at) => to.resourceId === resources[at]));
    return same.length > 0 && same.length >= (waysFrom[depth] ?? 1);
  }

  function stands(occupancy: Occupancy): boolean {
    for (const { to } of placed) {
      const beside = besideEachOther(occupancy, to, working, judge);
      if (beside === false) return false;
      if (beside === null) return together(occupancy);
    }
    return true;
  }

  function together(occupancy: Occupancy): boolean {
    for (const { to } of placed) working.add(to);
    const good = fits(occupancy, working, judge);
    for (const { to } of placed) working.remove(to.id);
    return good;
  }

  /** `spend`: false = it has to end. `ends`: this much disturbance is too much. */
  function descend(depth: number, spentMs: number, spend: () => boolean, ends: (leastMs: number) => boolean, found: (spentMs: number) => void): void {
    const next = order[depth];
    if (!next) return found(spentMs);
    for (const { occupancy, disturbanceMs } of next.room) {
      if (!whole || ends(spentMs + disturbanceMs + (atBest[depth + 1] ?? 0))) return;
      if (!spend()) {
        whole = false;
        return;
      }
      if (!stands(occupancy)) continue;
      placed.push({ id: next.one.id, from: next.one, to: occupancy });
      if (!known(depth + 1)) descend(depth + 1, spentMs + disturbanceMs, spend, ends, found);
      placed.pop();
    }
  }

  descend(0, 0, () => (budget.left -= 1) > 0, (leastMs) => leastMs >= bound || tooDear(leastMs), (spentMs) => {
    if (!accepts(placed)) return;
    best.moves = [...placed];
    bound = spentMs;
  });
  if (best.moves !== null && pricing) askedLess(best.moves, pricing);
  return { ...best, whole };

  /** Among those that disturb exactly as much. */
  function askedLess(first: readonly Move[], { of, least }: Pricing): void {
    const ask = (moves: readonly Move[]): Price => {
      budget.forPrice -= PRICED;
      return of(moves.map(({ to }) => to));
    };
    const no = least(first.map(({ id }) => id));
    let asked = ask(first);
    const done = (): boolean => byPrice(asked, no) <= 0;
    descend(0, 0, () => (budget.forPrice -= 1) > 0, (leastMs) => leastMs > bound || done(), (spentMs) => {
      if (spentMs !== bound || budget.forPrice <= 0) return;
      const other = ask(placed);
      if (byPrice(other, asked) >= 0 || !accepts(placed)) return;
      best.moves = [...placed];
      asked = other;
    });
    best.price = asked;
  }
}
