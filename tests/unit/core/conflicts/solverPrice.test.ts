import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPrice, type Price, type Pricing } from '../../../../core/domain/conflicts/cheapest.ts';
import { clashesOf } from '../../../../core/domain/conflicts/clashes.ts';
import { createLimits } from '../../../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { disturbance, placementsOf, type Freedom } from '../../../../core/domain/conflicts/placements.ts';
import { solve, type Plan } from '../../../../core/domain/conflicts/solver.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

/** Of plans that are equally small the cheaper is among the three, and first: against trying all of them. */

const DAY = Date.parse('2026-06-20T00:00:00Z');
const house = resourcesOf(resource('hall'), resource('barn'), resource('loft'), resource('pavilion'), resource('chapel'));
const judge = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };
const limits = createLimits([], 'UTC');

interface Asked {
  readonly feeMinor: number;
  /** Those who follow where it begins at another time. */
  readonly followersMinor: number;
  readonly isKnown: boolean;
}

function pricingBy(all: readonly Occupancy[], asked: Readonly<Record<string, Asked>>): Pricing {
  const price = (some: readonly { readonly id: string; readonly startsAt: number | null }[]): Price => ({
    totalMinor: some.reduce((sum, { id, startsAt }) => {
      const { feeMinor = 0, followersMinor = 0 } = asked[id] ?? {};
      return sum + feeMinor + (startsAt === null || startsAt === all.find((one) => one.id === id)?.startsAt ? 0 : followersMinor);
    }, 0),
    unknown: some.flatMap(({ id }) => (asked[id]?.isKnown === false ? [id] : [])),
  });
  return { of: price, least: (ids) => price(ids.map((id) => ({ id, startsAt: null }))) };
}

type Rank = readonly [moves: number, weight: number, disturbanceMs: number, isUnknown: number, minor: number];
const smaller = (a: Rank, b: Rank): number => a.map((part, at) => part - (b[at] ?? 0)).find((by) => by !== 0) ?? 0;
const rankOf = ({ moves, weight, disturbanceMs, price }: Plan): Rank => [moves.length, weight, disturbanceMs, Number((price?.unknown.length ?? 0) > 0), price?.totalMinor ?? 0];

/** All that mend it, the best of each choice of what moves and where to, the best first. */
function everyWay(all: readonly Occupancy[], movable: readonly Freedom[], pricing: Pricing): Rank[] {
  const blocked = (one: Occupancy, some: readonly Occupancy[]): boolean => clashesOf(one, createTimetable(house, some), judge).some(({ level }) => level === 'block');
  const best = new Map<string, Rank>();
  const walk = (at: number, then: readonly Occupancy[]): void => {
    const one = all[at];
    if (one) {
      // More company only makes it worse, so what stands in its own way already is followed no further.
      for (const to of [one, ...placementsOf(one, movable[at] as Freedom).map((placement) => placement.occupancy)]) if (!blocked(to, then)) walk(at + 1, [...then, to]);
      return;
    }
    const moved = then.filter((to, index) => to !== all[index]);
    if (moved.length === 0) return;
    // Each that moves is in the way where it was.
    const stood = (id: string) => all.find((other) => other.id === id) as Occupancy;
    if (!moved.every(({ id }) => blocked(stood(id), then.map((to) => (to.id === id ? stood(id) : to))))) return;
    const price = pricing.of(moved);
    const weight = movable.reduce((sum, { id, weight: each }) => sum + (moved.some((to) => to.id === id) ? each : 0), 0);
    const rank: Rank = [moved.length, weight, moved.reduce((sum, to) => sum + disturbance(stood(to.id), to), 0), Number(price.unknown.length > 0), price.totalMinor];
    const key = moved.map(({ id, resourceId }) => `${id} ${resourceId}`).join();
    const there = best.get(key);
    if (!there || smaller(rank, there) < 0) best.set(key, rank);
  };
  walk(0, []);
  return [...best.values()].sort(smaller);
}

describe('plans that are equally small', () => {
  it('are told by their price: the three best of all that there are', () => {
    const asked = fc.record({ feeMinor: fc.constantFrom(0, 100, 200), followersMinor: fc.constantFrom(0, 0, 50), isKnown: fc.nat(4).map((n) => n > 0) });
    const one = fc.record({ from: fc.integer({ min: 2, max: 5 }), hours: fc.integer({ min: 1, max: 2 }), resourceId: fc.constantFrom('hall', 'hall', 'barn'), asked });
    const seen = { ties: 0, followers: 0, two: 0, otherwise: 0 };
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 3 }), (given) => {
        const all = given.map(({ from, hours, resourceId }, n) => occupancy({ id: `o${n}`, resourceId, startsAt: DAY + from * HOUR, endsAt: DAY + (from + hours) * HOUR }));
        const movable = all.map(({ id }): Freedom => ({ id, earliest: DAY + HOUR, latest: DAY + 8 * HOUR, stepMs: 60 * MINUTE, resources: ['hall', 'barn', 'loft'], shortestMs: null, weight: 1 }));
        const pricing = pricingBy(all, Object.fromEntries(given.map((each, n) => [`o${n}`, each.asked])));
        const tangle = { timetable: createTimetable(house, all), movable, judge, limits, plans: 3, budget: 3_000_000 };
        const found = solve({ ...tangle, pricing });
        expect(found.proven).toBe(true);
        const expected = blocks(all) ? everyWay(all, movable, pricing).slice(0, 3) : [];
        expect(found.plans.map(rankOf)).toEqual(expected);
        const plain = solve(tangle).plans;
        expect(plain.map((plan) => rankOf(plan).slice(0, 3)), 'no plan is larger because it is cheaper').toEqual(expected.map((rank) => rank.slice(0, 3)));
        if (expected.some((rank, at) => expected[at + 1]?.slice(0, 3).join() === rank.slice(0, 3).join())) seen.ties += 1;
        if (given.some((each) => each.asked.followersMinor > 0) && expected.length > 0) seen.followers += 1;
        if ((expected[0]?.[0] ?? 0) > 1) seen.two += 1;
        if (plain.some((plan, at) => JSON.stringify(plan.moves) !== JSON.stringify(found.plans[at]?.moves))) seen.otherwise += 1;
      }),
      { numRuns: 120, seed: 20_261_121 },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(2);
  });

  it('are not cut off behind three dearer ones', () => {
    const all = [occupancy({ id: 'a', startsAt: DAY, endsAt: DAY + 8 * HOUR }), occupancy({ id: 'b', startsAt: DAY, endsAt: DAY + 8 * HOUR })];
    // No other time is free, and to each of four rooms it is as far.
    const movable = all.map(({ id }): Freedom => ({ id, earliest: DAY, latest: DAY + 8 * HOUR, stepMs: 60 * MINUTE, resources: ['hall', 'barn', 'loft', 'pavilion', 'chapel'], shortestMs: null, weight: 1 }));
    const pricing = pricingBy(all, { a: { feeMinor: 900, followersMinor: 0, isKnown: true }, b: { feeMinor: 100, followersMinor: 0, isKnown: true } });
    const tangle = { timetable: createTimetable(house, all), movable, judge, limits, plans: 3, budget: 40_000 };
    expect(solve(tangle).plans.map(({ moves }) => moves[0]?.id)).toEqual(['a', 'a', 'a']);
    expect(solve({ ...tangle, pricing }).plans.map(({ moves, price }) => [moves[0]?.id, price?.totalMinor])).toEqual([['b', 100], ['b', 100], ['b', 100]]);
    expect(byPrice(pricing.least(['a']), pricing.least(['b']))).toBeGreaterThan(0);
  });

  it('are as small as without a price, also where the budget ends before all was looked at', () => {
    const all = Array.from({ length: 6 }, (_, n) => occupancy({ id: `e${n}`, startsAt: DAY + n * 15 * MINUTE, endsAt: DAY + 3 * HOUR + n * 15 * MINUTE }));
    const movable = all.map(({ id }): Freedom => ({ id, earliest: DAY, latest: DAY + 20 * HOUR, stepMs: 15 * MINUTE, resources: ['hall', 'barn', 'loft', 'pavilion'], shortestMs: null, weight: 1 }));
    // What follows them makes each dearer than it is at least, so there is always a reason to go on looking.
    const pricing = pricingBy(all, Object.fromEntries(all.map(({ id }, n) => [id, { feeMinor: 100, followersMinor: 10 * n + 1, isKnown: true }])));
    let cut = 0;
    for (const budget of [1_500, 3_000, 6_000, 12_000, 40_000]) {
      const tangle = { timetable: createTimetable(house, all), movable, judge, limits, plans: 3, budget };
      const [plain, priced] = [solve(tangle), solve({ ...tangle, pricing })];
      const sizes = (plans: readonly Plan[]) => plans.map((plan) => rankOf(plan).slice(0, 3));
      expect(sizes(priced.plans.slice(0, 1)), `${budget}`).toEqual(sizes(plain.plans.slice(0, 1)));
      expect(priced.least).toBe(plain.least);
      if (!priced.proven) cut += 1;
    }
    expect(cut).toBeGreaterThan(0);
  });

  it('where moving to another room costs less than another time, which disturbs as much', () => {
    const all = [occupancy({ id: 'a', startsAt: DAY + 4 * HOUR, endsAt: DAY + 5 * HOUR, locked: { reason: 'promised' } }), occupancy({ id: 'b', startsAt: DAY + 4 * HOUR, endsAt: DAY + 5 * HOUR })];
    const movable = all.map(({ id }): Freedom => ({ id, earliest: DAY, latest: DAY + 9 * HOUR, stepMs: 60 * MINUTE, resources: ['hall', 'loft'], shortestMs: null, weight: 1 }));
    const pricing = pricingBy(all, { b: { feeMinor: 100, followersMinor: 700, isKnown: true } });
    const { plans } = solve({ timetable: createTimetable(house, all), movable, judge, limits, plans: 3, pricing, budget: 40_000 });
    expect(plans.map(({ moves, price }) => [moves[0]?.to.resourceId, price?.totalMinor])).toEqual([['loft', 100], ['hall', 800]]);
  });
});

const blocks = (all: readonly Occupancy[]): boolean => {
  const timetable = createTimetable(house, all);
  return all.some((one) => clashesOf(one, timetable, judge).some(({ level }) => level === 'block'));
};
