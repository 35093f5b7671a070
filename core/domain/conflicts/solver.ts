import { clashesOf } from './clashes.ts';
import type { Limits } from './limits.ts';
import type { Clash, Occupancy } from './model.ts';
import { byPrice, cheapest, type Budget, type Move, type Order, type Price, type Pricing } from './cheapest.ts';
import { disturbance, fits, placementsOf, type Freedom, type Judge, type Placement } from './placements.ts';
import { createTimetable, type Timetable } from './timetable.ts';

/**
 * Ways out of a tangle that move as little as can be, of those that are equally small the cheapest. Looks at every choice of what could
 * move, the fewest first, so what it calls the least is the least; when the budget ends before, it says so.
 */
export interface Tangle {
  /** Everything that takes time, what may move among it. */
  readonly timetable: Timetable;
  readonly movable: readonly Freedom[];
  readonly judge: Omit<Judge, 'bearsWarnings' | 'limits'>;
  readonly limits: Limits;
  /** Plans wanted. */
  readonly plans: number;
  /** What moves cost: of plans that are equally small the cheaper is the better one. Left out = nobody asks. */
  readonly pricing?: Pricing;
  /** Placements that may be looked at; a bound without a clock. */
  readonly budget: number;
}

export type { Move } from './cheapest.ts';

export interface Plan {
  readonly moves: readonly Move[];
  readonly weight: number;
  /** Shift, cuts and other rooms, as milliseconds of shift. */
  readonly disturbanceMs: number;
  /** Gaps that stay or become too short; empty unless nothing better was to be had. */
  readonly warnings: readonly Clash[];
  /** Null = nobody asked. */
  readonly price: Price | null;
}

export interface Solution {
  /** The best first. Two plans differ in what moves or in where to, not only by some minutes. */
  readonly plans: readonly Plan[];
  /** Nothing moves fewer than the first plan does. */
  readonly least: boolean;
  /** Every choice was looked at: there is no better first plan at all. */
  readonly proven: boolean;
  /** Clashes between what must not move: no plan mends these. */
  readonly stuck: readonly Clash[];
}

/** Deterministic: the same tangle gives the same plans. */
export function solve(tangle: Tangle): Solution {
  const steps = solveInSteps(tangle);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, halting between pieces of work so that a page stays alive. */
export function* solveInSteps(tangle: Tangle): Generator<void, Solution> {
  const budget: Budget = { left: tangle.budget, forPrice: Math.floor(tangle.budget * FOR_PRICE) };
  const strict = yield* search(tangle, false, budget);
  if (strict.plans.length > 0 || budget.left <= 0) return strict;
  const lenient = yield* search(tangle, true, budget);
  return lenient.plans.length > 0 ? lenient : strict;
}

const blocks = (one: Occupancy, timetable: Timetable, { judge }: Tangle): Clash[] => clashesOf(one, timetable, judge).filter(({ level }) => level === 'block');

/** Of the budget, what one choice may use up before the next has its turn. */
const SHARE = 0.25;
/** So much more may be looked at to find what is as small and cheaper. */
const FOR_PRICE = 0.25;
/** Placements that are looked at between two halts. */
const PIECE = 256;

function* search(tangle: Tangle, bearsWarnings: boolean, budget: Budget): Generator<void, Solution> {
  const judge: Judge = { ...tangle.judge, limits: tangle.limits, bearsWarnings };
  const standing = [...tangle.timetable];
  const movable = tangle.movable.flatMap((freedom) => {
    const one = tangle.timetable.get(freedom.id);
    return one && one.locked === null ? [{ freedom, one }] : [];
  });
  const free = movable.sort((a, b) => a.freedom.weight - b.freedom.weight || a.one.id.localeCompare(b.one.id));
  const freeIds = new Set(free.map(({ one }) => one.id));
  const fixed = createTimetable(tangle.timetable.resources, standing.filter(({ id }) => !freeIds.has(id)));
  const breaks = (one: Occupancy, timetable: Timetable) => blocks(one, timetable, tangle).length > 0 || tangle.limits.breaches(one, timetable, judge.now).length > 0;
  const troubles = uniqueClashes(free.flatMap(({ one }) => blocks(one, tangle.timetable, tangle)));
  const breaching = free.filter(({ one }) => tangle.limits.breaches(one, tangle.timetable, judge.now).length > 0);
  const locked = tangle.movable.flatMap(({ id }) => (freeIds.has(id) ? [] : (tangle.timetable.get(id) ?? [])));
  const stuck = uniqueClashes(locked.flatMap((one) => blocks(one, tangle.timetable, tangle))).filter(({ members }) => members.every((id) => !freeIds.has(id)));
  if (troubles.length === 0 && breaching.length === 0) return { plans: [], least: true, proven: true, stuck };

  // What does not fit beside the fixed never will: more company only makes it worse.
  const room = new Map<string, Placement[]>();
  for (const { freedom, one } of free) {
    const all = placementsOf(one, freedom);
    budget.left -= all.length;
    const stands: Placement[] = [];
    for (const [number, placement] of all.entries()) {
      if (budget.left <= 0) break;
      if (number % PIECE === PIECE - 1) yield;
      if (fits(placement.occupancy, fixed, judge)) stands.push(placement);
    }
    room.set(one.id, stands);
  }

  const best = new Map<string, Plan>();
  const ranked = (): Plan[] => [...best.values()].sort(byCost).slice(0, tangle.plans);
  let proven = budget.left > 0;
  let least = proven;

  for (let size = 1; size <= free.length && best.size < tangle.plans && budget.left > 0; size += 1) {
    for (const chosen of choices(free, size)) {
      if (budget.left <= 0) break;
      budget.left -= 1;
      const ids = new Set(chosen.map(({ one }) => one.id));
      // Each clash needs one of its members to go.
      if (!troubles.every(({ members }) => members.some((id) => ids.has(id))) || breaching.some(({ one }) => !ids.has(one.id))) continue;
      const working = createTimetable(tangle.timetable.resources, standing.filter(({ id }) => !ids.has(id)));
      if (free.some(({ one }) => !ids.has(one.id) && breaks(one, working))) continue;
      yield;
      const whole = place(chosen, working);
      proven &&= whole;
      if (!whole && best.size === 0) least = false;
    }
    if (budget.left <= 0) {
      proven = false;
      if (best.size === 0) least = false;
    }
  }
  return { plans: ranked(), least, proven, stuck };

  /** False = the share of the budget did not reach for all of it. */
  function place(chosen: typeof free, working: Timetable): boolean {
    const weight = chosen.reduce((sum, { freedom }) => sum + freedom.weight, 0);
    // The one with the least room first, so that dead ends show early.
    const order = chosen
      .map(({ one }) => ({ one, room: (room.get(one.id) ?? []).filter(({ occupancy }) => fits(occupancy, working, judge)) }))
      .sort((a, b) => a.room.length - b.room.length || a.one.id.localeCompare(b.one.id));
    if (order.some((it) => it.room.length === 0)) return true;
    const question: Order = { order, ways: order.map((it) => new Set(it.room.map(({ occupancy }) => occupancy.resourceId)).size), working, judge, pricing: tangle.pricing ?? null };
    const told: string[][] = [];
    const share = Math.max(Math.floor((budget.left * SHARE) / tangle.plans), 1);
    const shareForPrice = Math.max(Math.floor((budget.forPrice * SHARE) / tangle.plans), 1);
    let whole = true;
    while (told.length < tangle.plans && budget.left > 0) {
      const isNeeded = (moves: readonly Move[]): boolean => {
        for (const { to } of moves) working.add(to);
        const needed = moves.every(({ from, to }) => {
          working.add(from);
          const inTheWay = breaks(from, working);
          working.add(to);
          return inTheWay;
        });
        for (const { to } of moves) working.remove(to.id);
        return needed;
      };
      const all = ranked();
      const last = all.length >= tangle.plans ? all.at(-1) : undefined;
      const part: Budget = { left: share, forPrice: shareForPrice };
      const found = cheapest(question, told, part, (disturbanceMs) => last !== undefined && cost({ moves: chosen, weight, disturbanceMs }, last) > 0, isNeeded);
      budget.left -= share - part.left;
      budget.forPrice -= shareForPrice - part.forPrice;
      whole &&= found.whole;
      if (!found.moves) break;
      told.push(waysOf(found.moves));
      keep(found.moves, weight, found.price, working);
    }
    return whole;
  }

  function keep(moves: readonly Move[], weight: number, price: Price | null, working: Timetable): void {
    for (const { to } of moves) working.add(to);
    const sorted = [...moves].sort((a, b) => a.id.localeCompare(b.id));
    const warnings = uniqueClashes(sorted.flatMap(({ to }) => clashesOf(to, working, judge)));
    for (const { to } of moves) working.remove(to.id);
    const disturbanceMs = sorted.reduce((sum, { from, to }) => sum + disturbance(from, to), 0);
    best.set(`${sorted.map(({ id }) => id).join()} ${waysOf(sorted).join()}`, { moves: sorted, weight, disturbanceMs, warnings, price });
  }
}

/** Where to, not when. */
const waysOf = (moves: readonly Move[]): string[] => moves.map(({ to }) => to.resourceId);

type Costs = Pick<Plan, 'weight' | 'disturbanceMs'> & { readonly moves: { readonly length: number } };
const cost = (a: Costs, b: Costs): number => a.moves.length - b.moves.length || a.weight - b.weight || a.disturbanceMs - b.disturbanceMs;
const keyOf = (plan: Plan): string => plan.moves.map(({ id, to }) => `${id} ${to.resourceId} ${to.startsAt} ${to.endsAt}`).join(' ');
const byCost = (a: Plan, b: Plan): number => cost(a, b) || (a.price && b.price ? byPrice(a.price, b.price) : 0) || keyOf(a).localeCompare(keyOf(b));

function uniqueClashes(clashes: readonly Clash[]): Clash[] {
  return [...new Map(clashes.map((clash) => [`${clash.kind} ${clash.members.join(' ')}`, clash])).values()];
}

/** Every choice of so many. */
function* choices<T>(all: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= all.length - size; at += 1) {
    const one = all[at];
    if (one === undefined) continue;
    for (const rest of choices(all, size - 1, at + 1)) yield [one, ...rest];
  }
}
