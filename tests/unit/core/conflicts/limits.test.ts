import { describe, expect, it } from 'vitest';
import { createLimits, type Limit, type LimitRule } from '../../../../core/domain/conflicts/limits.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

const ALL = [1, 2, 3, 4, 5, 6, 7];
const house = resourcesOf(resource('hall', { parts: ['east', 'west'] }), resource('east'), resource('west'), resource('van', { kind: 'crew' }));
const limit = (rule: LimitRule, given: Partial<Limit> = {}): Limit => ({ id: 'l', name: 'Noise curfew', rule, resourceIds: null, tags: null, overridableBy: ['owner'], ...given });
const at = (text: string) => Date.parse(text);
const event = (startsAt: string, endsAt: string, given = {}) => occupancy({ id: 'e', startsAt: at(startsAt), endsAt: at(endsAt), ...given });
const breaches = (limits: Limit[], one: ReturnType<typeof event>, there: ReturnType<typeof event>[] = [], zone = 'Europe/London') => createLimits(limits, zone).breaches(one, createTimetable(house, there), 0);

describe('hard limits', () => {
  const curfew = limit({ kind: 'not_within', weekdays: ALL, from: '23:00', to: '08:00' }, { tags: ['music'] });

  it('a band past eleven is refused by name and by how much', () => {
    const band = event('2026-06-20T18:00:00Z', '2026-06-20T22:30:00Z', { tags: ['music'] });
    expect(breaches([curfew], band)).toEqual([{ limitId: 'l', name: 'Noise curfew', occupancyId: 'e', startsAt: at('2026-06-20T22:00:00Z'), endsAt: at('2026-06-20T22:30:00Z'), byMs: 30 * MINUTE, overridableBy: ['owner'] }]);
    expect(breaches([curfew], { ...band, endsAt: at('2026-06-20T22:00:00Z') })).toEqual([]);
    expect(breaches([curfew], { ...band, tags: ['dinner'] })).toEqual([]);
  });

  it('after midnight it is still the evening’s window, until the morning', () => {
    const early = event('2026-06-21T02:00:00Z', '2026-06-21T08:00:00Z', { tags: ['music'] });
    expect(breaches([curfew], early)).toMatchObject([{ byMs: 5 * HOUR }]);
    const saturdays = limit({ kind: 'not_within', weekdays: [6], from: '23:00', to: '08:00' });
    expect(breaches([saturdays], event('2026-06-21T00:00:00Z', '2026-06-21T01:00:00Z'))).toHaveLength(1);
    expect(breaches([saturdays], event('2026-06-22T00:00:00Z', '2026-06-22T01:00:00Z'))).toEqual([]);
  });

  it('follows the venue’s clock over both changes of it', () => {
    // The night from 24 to 25 October 2026 has 25 hours in London, that from 28 to 29 March 23.
    const autumn = event('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z', { tags: ['music'] });
    const spring = event('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', { tags: ['music'] });
    expect(breaches([curfew], autumn)).toMatchObject([{ byMs: 10 * HOUR }]);
    expect(breaches([curfew], spring)).toMatchObject([{ byMs: 8 * HOUR }]);
  });

  it('a limit of the hall holds in its parts, and not elsewhere', () => {
    const hall = limit({ kind: 'at_most', ms: HOUR }, { resourceIds: ['hall'] });
    expect(breaches([hall], event('2026-06-20T10:00:00Z', '2026-06-20T12:00:00Z', { resourceId: 'east' }))).toMatchObject([{ byMs: HOUR, startsAt: at('2026-06-20T11:00:00Z') }]);
    expect(breaches([hall], event('2026-06-20T10:00:00Z', '2026-06-20T12:00:00Z', { resourceId: 'van' }))).toEqual([]);
  });

  it('a driver’s hours are counted over the day, and what falls into the next is that one’s', () => {
    const hours = limit({ kind: 'at_most_a_day', ms: 9 * HOUR }, { resourceIds: ['van'] });
    const morning = event('2026-06-20T06:00:00Z', '2026-06-20T13:00:00Z', { id: 'm', resourceId: 'van' });
    expect(breaches([hours], event('2026-06-20T15:00:00Z', '2026-06-20T18:00:00Z', { resourceId: 'van' }), [morning])).toMatchObject([{ byMs: HOUR }]);
    expect(breaches([hours], event('2026-06-20T21:00:00Z', '2026-06-21T02:00:00Z', { resourceId: 'van' }), [morning])).toEqual([]);
  });

  it('rest is asked for between two days, not within one', () => {
    const rest = limit({ kind: 'rest', ms: 11 * HOUR }, { resourceIds: ['van'] });
    const late = event('2026-06-20T18:00:00Z', '2026-06-20T22:00:00Z', { id: 'late', resourceId: 'van' });
    expect(breaches([rest], event('2026-06-21T06:00:00Z', '2026-06-21T09:00:00Z', { resourceId: 'van' }), [late])).toMatchObject([{ byMs: 3 * HOUR }]);
    expect(breaches([rest], event('2026-06-20T10:00:00Z', '2026-06-20T12:00:00Z', { resourceId: 'van' }), [late])).toEqual([]);
    expect(breaches([rest], event('2026-06-21T09:00:00Z', '2026-06-21T12:00:00Z', { resourceId: 'van' }), [late])).toEqual([]);
  });

  it('a lead or what was cancelled passes nothing', () => {
    const music = { tags: ['music'] };
    expect(breaches([curfew], event('2026-06-20T18:00:00Z', '2026-06-20T23:00:00Z', { ...music, status: 'lead' }))).toEqual([]);
    expect(breaches([curfew], event('2026-06-20T18:00:00Z', '2026-06-20T23:00:00Z', { ...music, status: 'cancelled' }))).toEqual([]);
  });
});
