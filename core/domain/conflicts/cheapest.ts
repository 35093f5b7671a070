import type { Occupancy } from './model.ts';
import { besideEachOther, fits, type Judge, type Placement } from './placements.ts';
import type { Timetable } from './timetable.ts';

export interface Move {
  readonly id: string;
  readonly from: Occupancy;
  readonly to: Occupancy;
}

/** Those that are to move, each with everywhere that it may go beside what stays; the least disturbing place first. */
export interface Order {
  readonly order: readonly { readonly one: Occupancy; readonly room: readonly Placement[] }[];
  /** Resources that each of them may go to. */
  readonly ways: readonly number[];
  /** What stays. */
  readonly working: Timetable;
  readonly judge: Judge;
}

/**
 * The least disturbing way to place all of them, whose resources are not those of one that was told before. Branch and
 * bound: what already costs as much as the best so far is not followed. `whole` false = the budget ended before.
 */
export function cheapest(
  { order, ways, working, judge }: Order,
  told: readonly (readonly string[])[],
  budget: { left: number },
  tooDear: (disturbanceMs: number) => boolean,
  accepts: (moves: readonly Move[]) => boolean,
): { readonly moves: readonly Move[] | null; readonly whole: boolean } {
  const atBest = order.map((_, from) => order.slice(from).reduce((sum, { room }) => sum + (room[0]?.disturbanceMs ?? 0), 0));
  const waysFrom = ways.map((_, from) => ways.slice(from).reduce((product, count) => product * count, 1));
  const placed: Move[] = [];
  let best: readonly Move[] | null = null;
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

  function descend(depth: number, spentMs: number): void {
    const next = order[depth];
    if (!next) {
      if (accepts(placed)) {
        best = [...placed];
        bound = spentMs;
      }
      return;
    }
    for (const { occupancy, disturbanceMs } of next.room) {
      const least = spentMs + disturbanceMs + (atBest[depth + 1] ?? 0);
      if (least >= bound || tooDear(least)) return;
      budget.left -= 1;
      if (budget.left <= 0) {
        whole = false;
        return;
      }
      if (!stands(occupancy)) continue;
      placed.push({ id: next.one.id, from: next.one, to: occupancy });
      if (!known(depth + 1)) descend(depth + 1, spentMs + disturbanceMs);
      placed.pop();
      if (!whole) return;
    }
  }
  descend(0, 0);
  return { moves: best, whole };
}
