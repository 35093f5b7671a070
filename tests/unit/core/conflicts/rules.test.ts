import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASH_LEVELS, HouseRules } from '../../../../core/contract/record/taking.ts';
import { clashesOf } from '../../../../core/domain/conflicts/clashes.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { occupancyOf, placesFrom, resourceKey, type TakingRow } from '../../../../core/domain/conflicts/occupancies.ts';
import { countsTravel, PLAIN_TERMS, termsOf, wrongWay } from '../../../../core/domain/conflicts/rules.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';
import { wayBetween } from '../../../../core/domain/conflicts/ways.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../../../support/conflicts.ts';

/** What a house says of what clashes, and what is made of it. */

type Said = Pick<HouseRules, 'levels' | 'travel'>;
const LEVELS = VENUE_RULES as Said['levels'];
const said = (travel: Partial<Said['travel']>, levels: Partial<Said['levels']> = {}): Said => ({ levels: { ...LEVELS, ...levels }, travel: { usualMinutes: null, ways: [], ...travel } });
const ROOMS = ['great hall', 'barn'];
const minutes = (given: Said, from: string, to: string): number => termsOf(given, ROOMS).travel(from, to) / MINUTE;

describe('what a house may say', () => {
  it('has levels of which the usual ones are part, and none that would hide a double booking', () => {
    for (const [pair, level] of Object.entries(VENUE_RULES)) expect(CLASH_LEVELS[pair as keyof typeof CLASH_LEVELS]).toContain(level);
    const row = { id: '0190a000-0000-7000-8000-000000000001', version: 1, seq: 1, updatedAt: '2026-11-20T12:00:00.000Z', source: null };
    const reads = (levels: object): boolean => HouseRules.safeParse({ ...row, ...said({}), levels: { ...LEVELS, ...levels } }).success;
    expect(reads({})).toBe(true);
    expect(reads({ closedWithAny: 'ignore' })).toBe(false);
    expect(reads({ definiteWithDefinite: 'ignore' })).toBe(false);
    expect(reads({ leadWithAny: 'block' })).toBe(false);
  });

  it('names each way once, between two places that have names', () => {
    const way = (from: string, to: string) => ({ from, to, minutes: 5 });
    expect(wrongWay([way('A', 'B'), way('B', 'C')])).toBeNull();
    expect(wrongWay([way('A', 'B'), way(' b', 'a ')])).toMatchObject({ why: 'twice' });
    expect(wrongWay([way('A', ' a')])).toMatchObject({ why: 'nowhere' });
    expect(wrongWay([way('A', '  ')])).toMatchObject({ why: 'unnamed' });
  });
});

describe('minutes of the way', () => {
  it('are as named, else the usual ones, else none; two rooms of the house are at no distance unless their way is named', () => {
    expect(minutes(said({}), 'Ely', 'Wells')).toBe(0);
    expect(minutes(said({ usualMinutes: 30 }), 'Ely', 'Wells')).toBe(30);
    expect(minutes(said({ usualMinutes: 30 }), 'Ely', ' ely ')).toBe(0);
    expect(minutes(said({ usualMinutes: 30 }), '', 'Ely')).toBe(0);
    expect(minutes(said({ usualMinutes: 30 }), 'Great  Hall', 'barn')).toBe(0);
    expect(minutes(said({ usualMinutes: 30 }), 'Great Hall', 'Ely')).toBe(30);
    const ways = [{ from: 'Great Hall', to: 'Barn', minutes: 8 }, { from: 'Ely', to: 'Wells', minutes: 0 }];
    expect(minutes(said({ usualMinutes: 30, ways }), 'BARN', 'great hall')).toBe(8);
    expect(minutes(said({ usualMinutes: 30, ways }), 'Wells', 'Ely'), 'a way may be none').toBe(0);
    expect(minutes(said({ ways }), 'Ely', 'Barn'), 'nothing is usual').toBe(0);
  });

  it('are the same in both directions, however places are spelled', () => {
    const place = fc.constantFrom('Ely', ' ELY', 'Wells', 'Great Hall', 'great  hall', 'Barn', '');
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 720 })), fc.uniqueArray(fc.record({ from: place, to: place, minutes: fc.integer({ min: 0, max: 720 }) }), { selector: ({ from, to }) => [resourceKey(from), resourceKey(to)].sort().join() }), place, place, (usualMinutes, ways, from, to) => {
        const given = said({ usualMinutes, ways });
        expect(minutes(given, from, to)).toBe(minutes(given, to, from));
        expect(minutes(given, from, to)).toBe(minutes(given, resourceKey(from), ` ${to.toUpperCase()} `));
      }),
    );
  });

  it('are not looked for where none is counted', () => {
    expect(countsTravel(null)).toBe(false);
    expect(countsTravel(said({}))).toBe(false);
    expect(countsTravel(said({ usualMinutes: 0 }))).toBe(true);
    expect(termsOf(undefined, [])).toBe(PLAIN_TERMS);
    expect(termsOf(said({}, { gaps: 'block' }), []).travel).toBe(NO_TRAVEL);
  });
});

describe('a house’s own levels', () => {
  const house = resourcesOf(resource('hall'), resource('chairs', { kind: 'equipment', places: 100 }), resource('ann', { kind: 'vendor' }));
  const clashes = (one: Occupancy, there: Occupancy[], given: Said) => clashesOf(one, createTimetable(house, there), { ...termsOf(given, ROOMS), now: 0 }).map(({ kind, level, missingUnits }) => [kind, level, missingUnits]);

  it('are what two clash by', () => {
    const hold = occupancy({ id: 'a', status: 'hold' });
    expect(clashes(occupancy({ id: 'b' }), [hold], said({}, { definiteWithHold: 'warn' }))).toEqual([['overlap', 'warn', 0]]);
    expect(clashes(occupancy({ id: 'b' }), [hold], said({}, { definiteWithHold: 'ignore' }))).toEqual([]);
    expect(clashes(occupancy({ id: 'b', status: 'lead' }), [hold], said({}, { leadWithAny: 'warn' }))).toEqual([['overlap', 'warn', 0]]);
  });

  it('of a stock tell the hardest moment, though more is lacking at another that is only warned of', () => {
    const chairs = (id: string, units: number, more: Partial<Occupancy> = {}) => occupancy({ id, resourceId: 'chairs', units, ...more });
    const given = said({}, { definiteWithHold: 'warn', holdWithHold: 'ignore' });
    const there = [chairs('a', 60), chairs('h', 100, { status: 'hold', startsAt: HOUR, endsAt: 2 * HOUR })];
    expect(clashes(chairs('b', 60, { endsAt: 2 * HOUR }), there, given)).toEqual([['capacity', 'block', 20]]);
    expect(clashes(chairs('b', 30, { endsAt: 2 * HOUR }), there, given)).toEqual([['capacity', 'warn', 30]]);
    expect(clashes(chairs('b', 30, { endsAt: 2 * HOUR }), there, said({}, { definiteWithHold: 'ignore' }))).toEqual([]);
    expect(clashes(chairs('i', 30, { status: 'hold', startsAt: HOUR, endsAt: 2 * HOUR }), there, given), 'two holds are let be').toEqual([]);
  });
});

describe('where something is', () => {
  const id = (end: string): string => `0190a000-0000-7000-8000-0000000000${end}`;
  const weddings = { [id('01')]: { room: 'Great Hall' } };
  const bookings = { [id('02')]: { place: 'Ely', weddingId: id('01') }, [id('03')]: { place: '  ', weddingId: id('01') } };
  const placeOf = placesFrom((of) => weddings[of], (of) => bookings[of]);
  const time = { startsAt: '2027-06-05T12:00:00.000Z', endsAt: '2027-06-05T14:00:00.000Z' };
  const place = (row: TakingRow): string | null | undefined => occupancyOf(row, () => null, placeOf)?.place;
  const booking = (more: object): TakingRow => ({ collection: 'bookings', row: { id: id('09'), vendorId: id('10'), weddingId: null, title: '', status: 'definite', place: null, ...time, ...more } }) as TakingRow;
  const allocation = (more: object): TakingRow => ({ collection: 'allocations', row: { id: id('08'), resourceId: id('10'), weddingId: null, bookingId: null, title: '', status: 'definite', lockedBecause: null, holdUntil: null, tags: [], units: 1, ...time, ...more } }) as unknown as TakingRow;

  it('is what it says itself, else where its booking is, else the room of its wedding', () => {
    expect(place(booking({ place: 'Wells', weddingId: id('01') }))).toBe('Wells');
    expect(place(booking({ place: ' ', weddingId: id('01') }))).toBe('Great Hall');
    expect(place(booking({}))).toBeNull();
    expect(place(allocation({ bookingId: id('02') }))).toBe('Ely');
    expect(place(allocation({ bookingId: id('03') })), 'through its booking').toBe('Great Hall');
    expect(place(allocation({ weddingId: id('01') }))).toBe('Great Hall');
    expect(place(allocation({}))).toBeNull();
  });

  it('is told from the earlier to the later, or not at all', () => {
    const row = (more: object) => booking(more).row;
    const rows = (first: object, second: object) => ({ weddings: {}, allocations: {}, calendarEvents: {}, bookings: { [id('04')]: row(first), [id('05')]: row(second) } }) as unknown as Parameters<typeof wayBetween>[0];
    const members = [{ collection: 'bookings', id: id('04') }, { collection: 'bookings', id: id('05') }] as const;
    const later = { startsAt: '2027-06-05T15:00:00.000Z', endsAt: '2027-06-05T16:00:00.000Z' };
    expect(wayBetween(rows({ place: 'Ely', ...later }, { place: 'Wells' }), members)).toEqual({ from: 'Wells', to: 'Ely' });
    expect(wayBetween(rows({ place: 'Ely' }, { place: null }), members)).toBeNull();
  });
});
