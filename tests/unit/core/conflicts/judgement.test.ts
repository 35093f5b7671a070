import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clashesOf } from '../../../../core/domain/conflicts/clashes.ts';
import { asFound, foundKey, isWorse } from '../../../../core/domain/conflicts/detect.ts';
import { judgementOf, type Case } from '../../../../core/domain/conflicts/judgement.ts';
import { createLimits, type Limit } from '../../../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

/** What a decision about somebody's time is held against. */

const house = resourcesOf(resource('hall'), resource('barn'), resource('whole', { parts: ['barn', 'hall'] }));
const question = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };
const event = (id: string, from: number, hours: number, given: Partial<Occupancy> = {}) => occupancy({ id, startsAt: from * HOUR, endsAt: (from + hours) * HOUR, ...given });
const longest = (ms: number): Limit => ({ id: 'l', name: 'Overtime', rule: { kind: 'at_most', ms }, resourceIds: null, tags: null, overridableBy: [] });
const judge = (all: readonly Occupancy[], to: readonly Occupancy[], more: Partial<Case> = {}) =>
  judgementOf({ timetable: createTimetable(house, all), to, confirming: new Set(), settled: [], limits: createLimits([], 'UTC'), question, ...more });
const members = ({ clashes }: ReturnType<typeof judge>) => clashes.map((one) => one.members.join(' '));

describe('a judgement', () => {
  it('holds what stands already against nobody, unless it becomes worse or is confirmed', () => {
    const [a, b] = [event('a', 10, 4), event('b', 13, 4)];
    expect(members(judge([a, b], [{ ...a, label: 'A' }]))).toEqual([]);
    expect(members(judge([a, b], [event('a', 10, 3.5)]))).toEqual([]);
    expect(members(judge([a, b], [event('a', 10, 5)]))).toEqual(['a b']);
    expect(members(judge([a, b], [a], { confirming: new Set(['a']) }))).toEqual(['a b']);
    const accepted = clashesOf(a, createTimetable(house, [a, b]), question).map(asFound);
    expect(members(judge([a, b], [a], { confirming: new Set(['a']), settled: accepted }))).toEqual([]);
    expect(members(judge([a, b], [event('a', 10, 5)], { settled: accepted }))).toEqual(['a b']);
  });

  it('asks of what is over nothing, and of a limit only what is passed further', () => {
    const [a, b] = [event('a', 10, 6), event('b', 30, 4)];
    expect(members(judge([b], [event('a', 31, 2)], { question: { ...question, now: 40 * HOUR } }))).toEqual([]);
    const limits = createLimits([longest(5 * HOUR)], 'UTC');
    expect(judge([], [a], { limits }).passes).toMatchObject([{ kind: 'limit', limitId: 'l', members: ['a'], missingMs: HOUR }]);
    expect(judge([a], [event('a', 12, 6)], { limits }).passes).toEqual([]);
    expect(judge([a], [event('a', 12, 7)], { limits }).passes).toMatchObject([{ missingMs: 2 * HOUR }]);
    expect(judge([a], [a], { limits, confirming: new Set(['a']) }).passes).toHaveLength(1);
  });

  it('is empty exactly where no hard clash comes about or gets worse, compared one by one before and after', () => {
    const one = fc.record({ room: fc.constantFrom('hall', 'barn', 'whole'), from: fc.integer({ min: 0, max: 12 }), hours: fc.integer({ min: 1, max: 5 }), status: fc.constantFrom('definite' as const, 'hold' as const, 'lead' as const) });
    const made = (id: string, { room, from, hours, status }: { room: string; from: number; hours: number; status: Occupancy['status'] }) => event(id, from, hours, { resourceId: room, status });
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 6 }), fc.array(one, { minLength: 1, maxLength: 3 }), (before, moves) => {
        const all = before.map((each, at) => made(`o${at}`, each));
        const to = moves.map((each, at) => made(`o${at}`, each));
        const after = [...all.filter(({ id }) => !to.some((moved) => moved.id === id)), ...to];
        const hard = (some: readonly Occupancy[]) => new Map(to.flatMap(({ id }) => {
          const mine = some.find((each) => each.id === id);
          return mine ? clashesOf(mine, createTimetable(house, some), question).filter(({ level }) => level === 'block').map(asFound) : [];
        }).map((found) => [foundKey(found), found]));
        const was = hard(all);
        const expected = [...hard(after)].filter(([key, found]) => { const stood = was.get(key); return stood === undefined || isWorse(found, stood); }).map(([key]) => key).sort();
        expect(judge(all, to).clashes.map(foundKey).sort()).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
