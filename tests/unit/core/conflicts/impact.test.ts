import { describe, expect, it } from 'vitest';
import { impactOf } from '../../../../core/domain/conflicts/impact.ts';
import { createLimits } from '../../../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

const DAY = Date.parse('2026-06-20T00:00:00Z');
const house = resourcesOf(resource('hall'), resource('barn'));
const event = (id: string, from: number, hours: number, given: Partial<Occupancy> = {}) => occupancy({ id, startsAt: DAY + from * HOUR, endsAt: DAY + (from + hours) * HOUR, ...given });
const question = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };
const curfew = createLimits([{ id: 'l', name: 'Noise curfew', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '23:00', to: '08:00' }, resourceIds: null, tags: ['music'], overridableBy: [] }], 'UTC');
const impact = (all: Occupancy[], ...to: Occupancy[]) => impactOf(createTimetable(house, all), to, curfew, question);

describe('what a move would do', () => {
  it('to free time is green, and says by how much', () => {
    const a = event('a', 10, 2);
    expect(impact([a], { ...a, startsAt: a.startsAt + HOUR, endsAt: a.endsAt + 30 * MINUTE })).toEqual({
      verdict: 'free', moved: [{ id: 'a', startMs: HOUR, endMs: 30 * MINUTE, fromResource: 'hall', toResource: 'hall' }], appear: [], vanish: [], stay: [], breaches: [], locked: [],
    });
  });

  it('onto another is red with the clash; away from it tells what vanishes', () => {
    const [a, b] = [event('a', 10, 2), event('b', 14, 2)];
    expect(impact([a, b], event('a', 15, 2))).toMatchObject({ verdict: 'refused', appear: [{ kind: 'overlap', members: ['a', 'b'] }] });
    expect(impact([event('a', 15, 2), b], event('a', 10, 2))).toMatchObject({ verdict: 'free', vanish: [{ members: ['a', 'b'] }] });
  });

  it('what clashes as before is told apart from what begins to', () => {
    const [a, b] = [event('a', 10, 4), event('b', 12, 4)];
    expect(impact([a, b], event('b', 13, 4))).toMatchObject({ verdict: 'free', appear: [], vanish: [], stay: [{ members: ['a', 'b'] }] });
  });

  it('a gap that gets too short is amber', () => {
    const [a, b] = [event('a', 10, 2, { turnaroundMs: HOUR }), event('b', 14, 2)];
    expect(impact([a, b], event('b', 12.5, 2))).toMatchObject({ verdict: 'warned', appear: [{ kind: 'turnaround', missingMs: 30 * MINUTE }] });
  });

  it('a clash that is there already does not make it red, one that gets worse does', () => {
    const [a, b] = [event('a', 10, 4), event('b', 13, 2)];
    expect(impact([a, b], event('b', 13.5, 2))).toMatchObject({ verdict: 'free', appear: [] });
    expect(impact([a, b], event('b', 12, 2))).toMatchObject({ verdict: 'refused' });
  });

  it('two that swap do not meet on the way', () => {
    expect(impact([event('a', 10, 2), event('b', 14, 2)], event('a', 14, 2), event('b', 10, 2))).toMatchObject({ verdict: 'free' });
  });

  it('what is locked or past a licence is refused by name', () => {
    expect(impact([event('a', 10, 2, { locked: { reason: 'registrar' } })], event('a', 11, 2, { locked: { reason: 'registrar' } }))).toMatchObject({ verdict: 'refused', locked: [{ id: 'a', reason: 'registrar' }] });
    expect(impact([event('a', 19, 2, { tags: ['music'] })], event('a', 22, 2, { tags: ['music'] }))).toMatchObject({ verdict: 'refused', breaches: [{ name: 'Noise curfew', byMs: HOUR }] });
  });

  it('another room counts as a move, and a new one is judged as well', () => {
    expect(impact([event('a', 10, 2)], event('a', 10, 2, { resourceId: 'barn' }))).toMatchObject({ verdict: 'free', moved: [{ fromResource: 'hall', toResource: 'barn', startMs: 0 }] });
    expect(impact([event('a', 10, 2)], event('n', 11, 1))).toMatchObject({ verdict: 'refused', moved: [] });
  });
});
