import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clashesOf, type ClashQuestion } from '../../../../core/domain/conflicts/clashes.ts';
import { NO_TRAVEL, OCCUPANCY_STATUSES, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { createResources } from '../../../../core/domain/conflicts/resources.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, pairKeys, resource, resourcesOf, slowPairs } from '../../../support/conflicts.ts';

const question: ClashQuestion = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };
const house = resourcesOf(resource('hall', { parts: ['east', 'west'] }), resource('east'), resource('west'), resource('chairs', { kind: 'equipment', places: 200 }), resource('ann', { kind: 'vendor' }));
const clashing = (one: Occupancy, there: Occupancy[], asked = question) => clashesOf(one, createTimetable(house, there), asked);

describe('clashes', () => {
  it('an overlap of two definite events in one room blocks, with what they share', () => {
    const [clash, ...others] = clashing(occupancy({ id: 'b', startsAt: 30 * MINUTE, endsAt: 2 * HOUR }), [occupancy({ id: 'a' })]);
    expect(others).toEqual([]);
    expect(clash).toEqual({ kind: 'overlap', level: 'block', members: ['a', 'b'], resourceIds: ['east', 'west'], startsAt: 30 * MINUTE, endsAt: HOUR, missingMs: 30 * MINUTE, missingUnits: 0 });
  });

  it('a part and the whole are the same room, two parts are not', () => {
    expect(clashing(occupancy({ id: 'b', resourceId: 'east' }), [occupancy({ id: 'a' })])).toMatchObject([{ resourceIds: ['east'] }]);
    expect(clashing(occupancy({ id: 'b', resourceId: 'east' }), [occupancy({ id: 'a', resourceId: 'west' })])).toEqual([]);
  });

  it.each([
    ['definite', 'definite', 'block'],
    ['definite', 'hold', 'block'],
    ['hold', 'hold', 'block'],
    ['lead', 'definite', null],
    ['cancelled', 'definite', null],
    ['closed', 'definite', 'block'],
    ['closed', 'lead', null],
    ['closed', 'closed', null],
  ] as const)('%s with %s', (one, other, level) => {
    const [clash] = clashing(occupancy({ id: 'b', status: one }), [occupancy({ id: 'a', status: other })]);
    expect(clash?.level ?? null).toBe(level);
  });

  it('ranked holds only warn: the ranks say who is first', () => {
    expect(clashing(occupancy({ id: 'b', status: 'hold', rank: 2 }), [occupancy({ id: 'a', status: 'hold', rank: 1 })])).toMatchObject([{ level: 'warn' }]);
    expect(clashing(occupancy({ id: 'b', status: 'hold', rank: 1 }), [occupancy({ id: 'a', status: 'hold', rank: 1 })])).toMatchObject([{ level: 'block' }]);
  });

  it('an expired hold takes nobody’s time', () => {
    const hold = occupancy({ id: 'a', status: 'hold', holdUntil: 5 });
    expect(clashing(occupancy({ id: 'b' }), [hold], { ...question, now: 4 })).toHaveLength(1);
    expect(clashing(occupancy({ id: 'b' }), [hold], { ...question, now: 5 })).toEqual([]);
  });

  it('events of one wedding do not clash with each other, but with the closed room', () => {
    expect(clashing(occupancy({ id: 'b', group: 'w' }), [occupancy({ id: 'a', group: 'w' })])).toEqual([]);
    expect(clashing(occupancy({ id: 'b', group: 'w' }), [occupancy({ id: 'a', group: 'w', status: 'closed' })])).toMatchObject([{ kind: 'closure' }]);
  });

  it('clearing and setting up need their time one after the other', () => {
    const first = occupancy({ id: 'a', turnaroundMs: 45 * MINUTE });
    const second = (startsAt: number) => occupancy({ id: 'b', startsAt, endsAt: startsAt + HOUR, setUpMs: 30 * MINUTE });
    expect(clashing(second(HOUR + 75 * MINUTE), [first])).toEqual([]);
    expect(clashing(second(HOUR + 74 * MINUTE), [first])).toMatchObject([{ kind: 'turnaround', level: 'warn', missingMs: MINUTE, startsAt: HOUR, endsAt: HOUR + 74 * MINUTE }]);
  });

  it('a photographer has to get from one place to the other, a room has not', () => {
    const travel = () => 50 * MINUTE;
    const there = (resourceId: string) => [occupancy({ id: 'a', resourceId, place: 'Oak Barn' })];
    const next = (resourceId: string) => occupancy({ id: 'b', resourceId, place: 'Rose Hall', startsAt: HOUR + 40 * MINUTE, endsAt: 3 * HOUR });
    expect(clashing(next('ann'), there('ann'), { ...question, travel })).toMatchObject([{ kind: 'travel', missingMs: 10 * MINUTE }]);
    expect(clashing(next('east'), there('east'), { ...question, travel })).toEqual([]);
  });

  it('a stock is short only when more is asked for than there is, and says how much', () => {
    const chairs = (id: string, units: number, startsAt = 0) => occupancy({ id, resourceId: 'chairs', units, startsAt, endsAt: startsAt + HOUR });
    expect(clashing(chairs('b', 100), [chairs('a', 100)])).toEqual([]);
    expect(clashing(chairs('c', 30), [chairs('a', 100), chairs('b', 90)])).toMatchObject([{ kind: 'capacity', missingUnits: 20, members: ['a', 'b', 'c'] }]);
    expect(clashing(chairs('c', 30), [chairs('a', 100), chairs('b', 90, 2 * HOUR)])).toEqual([]);
  });

  it('finds for each what comparing all with all finds, whatever is added last', () => {
    const one = fc.record({
      resourceId: fc.constantFrom('hall', 'east', 'west', 'ann'),
      group: fc.constantFrom(null, 'w1', 'w2'),
      startsAt: fc.integer({ min: 0, max: 60 }).map((n) => n * 15 * MINUTE),
      length: fc.integer({ min: 1, max: 20 }).map((n) => n * 15 * MINUTE),
      setUpMs: fc.constantFrom(0, 30 * MINUTE, 90 * MINUTE),
      turnaroundMs: fc.constantFrom(0, 15 * MINUTE, 2 * HOUR),
      place: fc.constantFrom(null, 'Oak Barn', 'Rose Hall', 'Mill'),
      status: fc.constantFrom(...OCCUPANCY_STATUSES),
      rank: fc.constantFrom(null, 1, 2),
      holdUntil: fc.constantFrom(null, -1, 1),
    });
    const travel = (from: string, to: string) => (from === to ? 0 : Math.abs(from.length - to.length) * 30 * MINUTE + 10 * MINUTE);
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), fc.constantFrom('block' as const, 'warn' as const, 'ignore' as const), (given, gaps) => {
        const all = given.map(({ length, ...rest }, number) => occupancy({ ...rest, id: `o${number}`, endsAt: rest.startsAt + length }));
        const asked: ClashQuestion = { rules: { ...VENUE_RULES, gaps }, travel, now: 0 };
        const timetable = createTimetable(house, all);
        expect(pairKeys(all.flatMap((each) => clashesOf(each, timetable, asked)))).toEqual(slowPairs(all, house, asked));
        const growing = createTimetable(house);
        const told: string[] = [];
        for (const each of all) {
          told.push(...pairKeys(clashesOf(each, growing, asked)));
          growing.add(each);
        }
        expect([...new Set(told)].sort()).toEqual(slowPairs(all, house, asked));
      }),
      { numRuns: 300 },
    );
  });
});

describe('resources', () => {
  it('a resource that would be a part of itself is refused by name', () => {
    const made = createResources([resource('a', { parts: ['b'], name: 'Hall' }), resource('b', { parts: ['a'] })]);
    expect(made).toMatchObject({ ok: false, error: { code: 'conflicts.parts_circular' } });
    expect(createResources([resource('a', { parts: ['gone'] })])).toMatchObject({ ok: false, error: { code: 'conflicts.part_unknown' } });
  });
});
