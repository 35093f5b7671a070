import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clashesOf } from '../../../../core/domain/conflicts/clashes.ts';
import { createLimits, type Limit } from '../../../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { disturbance, fits, placementsOf, type Freedom, type Judge } from '../../../../core/domain/conflicts/placements.ts';
import { solve, type Plan, type Tangle } from '../../../../core/domain/conflicts/solver.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

const DAY = Date.parse('2026-06-20T00:00:00Z');
const STEP = 15 * MINUTE;
const house = resourcesOf(resource('hall', { parts: ['east', 'west'] }), resource('east'), resource('west'), resource('barn'));
const NO_LIMITS = createLimits([], 'UTC');
const judge = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };

const event = (id: string, from: number, hours: number, given: Partial<Occupancy> = {}) => occupancy({ id, resourceId: 'barn', startsAt: DAY + from * HOUR, endsAt: DAY + (from + hours) * HOUR, ...given });
const freedom = (id: string, given: Partial<Freedom> = {}): Freedom => ({ id, earliest: DAY, latest: DAY + 24 * HOUR, stepMs: STEP, resources: ['barn'], shortestMs: null, weight: 1, ...given });
const tangle = (all: Occupancy[], movable: Freedom[], given: Partial<Tangle> = {}): Tangle => ({ timetable: createTimetable(house, all), movable, judge, limits: NO_LIMITS, plans: 3, budget: 200_000, ...given });

/** What the record would say after the plan. */
function after(plan: Plan, all: readonly Occupancy[]) {
  const timetable = createTimetable(house, all);
  for (const { to } of plan.moves) timetable.add(to);
  return { timetable, blocks: [...timetable].flatMap((one) => clashesOf(one, timetable, judge)).filter(({ level }) => level === 'block') };
}

describe('the minimal-move solver', () => {
  it('moves one of two, as little as can be, and says that nothing less is possible', () => {
    const all = [event('a', 10, 2), event('b', 11, 2)];
    const { plans, proven, stuck } = solve(tangle(all, [freedom('a'), freedom('b')]));
    expect(proven).toBe(true);
    expect(stuck).toEqual([]);
    expect(plans[0]?.moves.map(({ id, to }) => [id, (to.startsAt - DAY) / HOUR])).toEqual([['a', 9]]);
    expect(plans[1]?.moves.map(({ id, to }) => [id, (to.startsAt - DAY) / HOUR])).toEqual([['b', 12]]);
    for (const plan of plans) expect(after(plan, all).blocks).toEqual([]);
  });

  it('never moves what is locked, and tells what two locked ones cannot mend', () => {
    const all = [event('a', 10, 2, { locked: { reason: 'registrar' } }), event('b', 11, 2), event('c', 11, 1, { locked: { reason: 'registrar' } })];
    const { plans, stuck } = solve(tangle(all, [freedom('a'), freedom('b'), freedom('c')]));
    expect(plans.flatMap(({ moves }) => moves.map(({ id }) => id))).toEqual(plans.map(() => 'b'));
    expect(plans.length).toBeGreaterThan(0);
    expect(stuck.map(({ members }) => members)).toEqual([['a', 'c']]);
  });

  it('never proposes what a licence forbids: the later half of the evening is no way out', () => {
    const curfew: Limit = { id: 'l', name: 'Noise curfew', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '23:00', to: '08:00' }, resourceIds: null, tags: ['music'], overridableBy: [] };
    const all = [event('band', 20, 2.5, { tags: ['music'] }), event('talk', 19, 2, { locked: { reason: 'guests are told' } })];
    const { plans } = solve(tangle(all, [freedom('band', { resources: ['barn'] })], { limits: createLimits([curfew], 'UTC') }));
    expect(plans.map(({ moves }) => moves.map(({ to }) => (to.startsAt - DAY) / HOUR))).toEqual([[16.5]]);
    const breaching = [event('band', 21, 2.5, { tags: ['music'] })];
    expect(solve(tangle(breaching, [freedom('band')], { limits: createLimits([curfew], 'UTC') })).plans[0]?.moves[0]?.to.startsAt).toBe(DAY + 20.5 * HOUR);
  });

  it('prefers what concerns fewer people, and bears a short gap only when there is nothing better', () => {
    const all = [event('a', 10, 2), event('b', 11, 2)];
    expect(solve(tangle(all, [freedom('a', { weight: 90 }), freedom('b', { weight: 2 })])).plans[0]?.moves[0]?.id).toBe('b');
    const tight = [event('a', 10, 2, { turnaroundMs: HOUR, locked: { reason: 'x' } }), event('b', 11, 2)];
    const near = freedom('b', { earliest: DAY + 11 * HOUR, latest: DAY + 14.5 * HOUR });
    const [plan] = solve(tangle(tight, [near])).plans;
    expect(plan?.warnings).toMatchObject([{ kind: 'turnaround' }]);
    expect(solve(tangle(tight, [{ ...near, latest: DAY + 15 * HOUR }])).plans[0]).toMatchObject({ warnings: [] });
  });

  it('three plans differ in what moves or where to, not by some minutes', () => {
    const all = [event('a', 10, 2), event('b', 11, 2), event('c', 9, 3, { resourceId: 'east' })];
    const rooms = { resources: ['barn', 'east', 'west'] };
    const { plans } = solve(tangle(all, [freedom('a', rooms), freedom('b', rooms)]));
    const looks = plans.map(({ moves }) => moves.map(({ id, from, to }) => `${id} ${to.resourceId === from.resourceId ? 'time' : to.resourceId}`).join());
    expect(plans).toHaveLength(3);
    expect(new Set(looks).size).toBe(3);
  });

  it('shortens when that is allowed and less trouble', () => {
    const all = [event('a', 10, 2, { locked: { reason: 'x' } }), event('b', 11.75, 2)];
    const [plan] = solve(tangle(all, [freedom('b', { earliest: DAY + 11.75 * HOUR, latest: DAY + 13.75 * HOUR, shortestMs: HOUR })])).plans;
    expect(plan?.moves[0]?.to).toMatchObject({ startsAt: DAY + 12 * HOUR, endsAt: DAY + 13.75 * HOUR });
  });

  it('nothing to mend gives no plan; no way out gives none either', () => {
    expect(solve(tangle([event('a', 10, 1)], [freedom('a')]))).toEqual({ plans: [], least: true, proven: true, stuck: [] });
    const full = [event('a', 0, 24, { locked: { reason: 'x' } }), event('b', 3, 1)];
    expect(solve(tangle(full, [freedom('b')]))).toMatchObject({ plans: [], proven: true });
  });

  it('an empty budget is told, not passed over', () => {
    const all = [event('a', 10, 2), event('b', 11, 2)];
    expect(solve(tangle(all, [freedom('a'), freedom('b')], { budget: 10 }))).toMatchObject({ plans: [], proven: false });
  });

  it('the first plan costs what trying everything costs, on small tangles', () => {
    const coarse = 60 * MINUTE;
    const one = fc.record({ from: fc.integer({ min: 0, max: 8 }), hours: fc.integer({ min: 1, max: 4 }), resourceId: fc.constantFrom('barn', 'east', 'hall'), weight: fc.integer({ min: 1, max: 3 }), locked: fc.integer({ min: 0, max: 4 }).map((n) => (n === 0 ? { reason: 'locked' } : null)) });
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 4 }), (given) => {
        const all = given.map(({ from, hours, resourceId, locked }, number) => event(`o${number}`, from, hours, { resourceId, locked }));
        const movable = given.map(({ weight }, number) => freedom(`o${number}`, { weight, stepMs: coarse, latest: DAY + 12 * HOUR, resources: ['barn', 'east'] }));
        const found = solve(tangle(all, movable, { budget: 3_000_000 }));
        expect(found.proven).toBe(true);
        const least = tryEverything(all, movable);
        const first = found.plans[0];
        expect(first ? [first.moves.length, first.weight, first.disturbanceMs] : null).toEqual(found.stuck.length > 0 ? (first ? [first.moves.length, first.weight, first.disturbanceMs] : null) : least);
      }),
      { numRuns: 40 },
    );
  });
});

/** Every combination of staying and going, each judged as a whole. Null = no way out, or nothing to mend. */
function tryEverything(all: readonly Occupancy[], movable: readonly Freedom[]): number[] | null {
  const strict: Judge = { ...judge, limits: NO_LIMITS, bearsWarnings: false };
  const ways = all.map((one) => [one, ...placementsOf(one, movable.find(({ id }) => id === one.id) ?? freedom(one.id)).map(({ occupancy: there }) => there)]);
  const blocked = (some: readonly Occupancy[]) => {
    const timetable = createTimetable(house, some);
    return some.some((one) => clashesOf(one, timetable, strict).some(({ level }) => level === 'block'));
  };
  if (!blocked(all)) return null;
  let best: number[] | null = null;
  const judgeAll = (some: readonly Occupancy[]) => {
    const moved = some.filter((one, number) => one !== all[number]);
    const costs = [moved.length, moved.reduce((sum, { id }) => sum + (movable.find((it) => it.id === id)?.weight ?? 0), 0), some.reduce((sum, one, number) => sum + disturbance(all[number] ?? one, one), 0)];
    if (best !== null && compare(costs, best) >= 0) return;
    const timetable = createTimetable(house, some);
    if (!blocked(some) && moved.every((one) => fits(one, timetable, strict))) best = costs;
  };
  const walk = (number: number, some: readonly Occupancy[]): void => {
    const options = ways[number];
    if (!options) judgeAll(some);
    else for (const option of options) walk(number + 1, [...some, option]);
  };
  walk(0, []);
  return best;
}

const compare = (a: readonly number[], b: readonly number[]): number => a.map((value, at) => value - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
