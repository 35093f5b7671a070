import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunSheetItem, Wedding } from '../../../../core/contract/record/day.ts';
import type { Allocation } from '../../../../core/contract/record/taking.ts';
import type { Booking } from '../../../../core/contract/record/trade.ts';
import { followersOf, movedCall, stoodBefore, type Around } from '../../../../core/domain/conflicts/following.ts';

const ZONE = 'Europe/London';
const [A, B, HALL, BARN] = ['wedding-a', 'wedding-b', 'hall', 'barn'];
const base = { version: 1, seq: 1, updatedAt: '2026-01-01T00:00:00.000Z', source: null };
const at = (wall: string): string => new Date(Temporal.PlainDateTime.from(wall).toZonedDateTime(ZONE).epochMilliseconds).toISOString();
const ms = (wall: string): number => Date.parse(at(wall));
const wall = (instant: string | null | undefined): string | null => (instant ? Temporal.Instant.from(instant).toZonedDateTimeISO(ZONE).toPlainDateTime().toString({ smallestUnit: 'minute' }) : null);
const wedding: Wedding = { ...base, id: A, title: 'A & B', date: '2026-06-20', zone: ZONE, startsAt: at('2026-06-20T13:00'), endsAt: at('2026-06-20T23:00'), room: 'Great  hall', roomId: HALL, status: 'confirmed', guestCount: null };
const booking = (id: string, more: Partial<Booking> = {}): Booking => ({
  ...base, id, weddingId: A, title: `Job ${id}`, trade: 'music', vendorName: 'Band', vendorId: null, contactId: null, status: 'definite', startsAt: at('2026-06-20T19:00'), endsAt: at('2026-06-20T22:30'),
  callTime: at('2026-06-20T17:30'), place: null, amountMinor: null, currency: null, ...more,
});
const allocation = (id: string, more: Partial<Allocation> = {}): Allocation => ({
  ...base, id, weddingId: A, bookingId: null, resourceId: 'chairs', title: `Chairs ${id}`, startsAt: at('2026-06-20T10:00'), endsAt: at('2026-06-20T23:30'), status: 'definite', rank: null, holdUntil: null, lockedBecause: null,
  tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, ...more,
});
const item = (id: string, more: Partial<RunSheetItem> = {}): RunSheetItem => ({ ...base, id, weddingId: A, title: `Item ${id}`, startsAt: at('2026-06-20T14:00'), endsAt: at('2026-06-20T14:40'), place: null, owner: null, status: 'planned', ...more });
const ROOMS: Record<string, { name: string; keys: string[] }> = { [HALL]: { name: 'Great Hall', keys: ['great hall', 'the old hall'] }, [BARN]: { name: 'Long Barn', keys: ['long barn'] } };
const around = (rows: Partial<Around>): Around => ({ bookings: [], allocations: [], runSheetItems: [], resource: (id) => ROOMS[id], ...rows });
const nobody: ReadonlySet<string> = new Set();
const later = (to: string, rows: Partial<Around>, roomId = HALL, apart = nobody) => followersOf(around(rows), wedding, { startsAt: ms(to), roomId }, apart);

describe('what of a wedding moves with it', () => {
  it('is what is booked and taken for it and not cancelled, and what of its run sheet is still planned', () => {
    const rows = {
      bookings: [booking('1'), booking('2', { status: 'cancelled' }), booking('3', { weddingId: B }), booking('4', { startsAt: null, endsAt: null, callTime: null }), booking('5', { status: 'lead' })],
      allocations: [allocation('1'), allocation('2', { status: 'cancelled' }), allocation('3', { weddingId: null, bookingId: '1' }), allocation('4', { weddingId: B, bookingId: '1' }), allocation('5', { weddingId: null }), allocation('6', { lockedBecause: 'the registrar' })],
      runSheetItems: [item('1'), item('2', { status: 'done' }), item('3', { status: 'running' }), item('4', { status: 'skipped' }), item('5', { weddingId: B })],
    };
    const found = later('2026-06-20T14:30', rows);
    expect(found.map(({ collection, row }) => `${collection} ${row.id}`)).toEqual(['bookings 1', 'bookings 5', 'allocations 1', 'allocations 3', 'allocations 6', 'runSheetItems 1']);
    expect(found.filter(({ locked }) => locked !== null).map(({ row, locked }) => [row.id, locked])).toEqual([['6', 'the registrar']]);
    expect(later('2026-06-20T14:30', rows, HALL, new Set(['1'])).map(({ row }) => row.id), 'not what the plan moves by itself').toEqual(['5', '3', '6']);
  });

  it('moves by as much as the start does, with its length and its call time', () => {
    const [band, sheet] = later('2026-06-20T14:30', { bookings: [booking('1')], runSheetItems: [item('1', { endsAt: null })] });
    expect(band?.set).toEqual({ startsAt: at('2026-06-20T20:30'), endsAt: at('2026-06-21T00:00'), callTime: at('2026-06-20T19:00') });
    expect(sheet?.set).toEqual({ startsAt: at('2026-06-20T15:30') });
    expect(later('2026-06-20T14:30', { bookings: [booking('1', { startsAt: null, endsAt: null })] })[0]?.set).toEqual({ callTime: at('2026-06-20T19:00') });
    expect(movedCall(booking('1'), ms('2026-06-20T18:00'))).toBe(at('2026-06-20T16:30'));
    expect(movedCall({ startsAt: null, callTime: at('2026-06-20T17:30') }, 0)).toBe(at('2026-06-20T17:30'));
  });

  it('is nothing while the start and the room stay', () => {
    expect(later('2026-06-20T13:00', { bookings: [booking('1', { place: 'Great Hall' })], runSheetItems: [item('1')] })).toEqual([]);
  });

  it('keeps the time on the clock when a day with another offset is moved to, before and after the change of that day', () => {
    const rows = { runSheetItems: [item('1', { startsAt: at('2026-06-20T00:30'), endsAt: at('2026-06-20T00:50') }), item('2', { startsAt: at('2026-06-20T11:00'), endsAt: at('2026-06-20T11:30') })], bookings: [booking('1')] };
    for (const day of ['2026-10-25', '2026-03-29', '2026-12-05']) {
      const [band, early, late] = later(`${day}T13:00`, rows);
      expect([wall(band?.set.startsAt), wall(band?.set.endsAt), wall(band?.set.callTime)]).toEqual([`${day}T19:00`, `${day}T22:30`, `${day}T17:30`]);
      expect([wall(early?.set.startsAt), wall(early?.set.endsAt)]).toEqual([`${day}T00:30`, `${day}T00:50`]);
      expect([wall(late?.set.startsAt), wall(late?.set.endsAt)]).toEqual([`${day}T11:00`, `${day}T11:30`]);
    }
    // Half past one does not exist on that night: it comes out after the gap, as long as it was.
    const [missing] = later('2026-03-29T13:00', { runSheetItems: [item('1', { startsAt: at('2026-06-20T01:30'), endsAt: at('2026-06-20T02:00') })] });
    expect([wall(missing?.set.startsAt), wall(missing?.set.endsAt)]).toEqual(['2026-03-29T02:30', '2026-03-29T03:00']);
  });

  it('takes the place along where it names the room that is left, by whatever name that room is known', () => {
    const rows = { bookings: [booking('1', { place: 'GREAT HALL' }), booking('2', { place: 'Kitchen' }), booking('3')], runSheetItems: [item('1', { place: 'the  old hall' }), item('2', { place: 'Terrace' })], allocations: [allocation('1')] };
    const found = later('2026-06-20T13:00', rows, BARN);
    expect(found.map(({ row, set }) => [row.id, set])).toEqual([['1', { place: 'Long Barn' }], ['1', { place: 'Long Barn' }]]);
    expect(later('2026-06-20T12:00', rows, BARN).map(({ row, set }) => [row.id, set.place ?? null, wall(set.startsAt)])).toEqual([
      ['1', 'Long Barn', '2026-06-20T18:00'], ['2', null, '2026-06-20T18:00'], ['3', null, '2026-06-20T18:00'], ['1', null, '2026-06-20T09:00'], ['1', 'Long Barn', '2026-06-20T13:00'], ['2', null, '2026-06-20T13:00'],
    ]);
  });
});

describe('whatever is moved wherever', () => {
  const instant = fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') }).map((each) => Math.floor(each / 60_000) * 60_000);
  const zone = fc.constantFrom('Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');

  it('each keeps its length and its distance from its call, moves on the clock as the wedding does, and is put back exactly', () => {
    fc.assert(fc.property(instant, instant, instant, fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 300 }), zone, (from, to, starts, minutes, ahead, each) => {
      const iso = (when: number): string => new Date(when).toISOString();
      const own = { ...wedding, zone: each, startsAt: iso(from), endsAt: iso(from + 3_600_000) };
      const row = booking('1', { startsAt: iso(starts), endsAt: iso(starts + minutes * 60_000), callTime: iso(starts - ahead * 60_000), place: 'Great Hall' });
      const [found] = followersOf(around({ bookings: [row] }), own, { startsAt: to, roomId: BARN }, nobody);
      if (!found) throw new Error('its place follows at least');
      const then = { ...row, ...found.set };
      expect(Date.parse(then.endsAt ?? '') - Date.parse(then.startsAt ?? '')).toBe(minutes * 60_000);
      expect(Date.parse(then.startsAt ?? '') - Date.parse(then.callTime ?? '')).toBe(ahead * 60_000);
      const clock = (when: number) => Temporal.Instant.fromEpochMilliseconds(when).toZonedDateTimeISO(each).toPlainDateTime();
      const wanted = clock(starts).add(clock(from).until(clock(to), { largestUnit: 'hour' }));
      const off = wanted.until(clock(Date.parse(then.startsAt ?? '')), { largestUnit: 'minute' }).total('minute');
      // Only what falls into a gap comes out later, by the gap.
      expect([0, 30, 60]).toContain(off);
      if (off > 0) expect(() => wanted.toZonedDateTime(each, { disambiguation: 'reject' })).toThrow(RangeError);
      expect({ ...then, ...stoodBefore(found) }).toEqual(row);
    }), { numRuns: 300 });
  });
});
