import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayName, dayNamed, daysLater, daysWithin, pxPerMs, snapped, spanOf, ticksOf, timeAt, unitStart, unitStep, xOf } from '../../../renderer/calendar/axis.ts';
import { barsWithin, layRows, rowAt, rowsWithin } from '../../../renderer/calendar/lanes.ts';
import { carried, isMoved, pressed, type Lift } from '../../../renderer/calendar/lift.ts';
import { HOUR, MINUTE, occupancy } from '../../support/conflicts.ts';

const ZONE = 'Europe/London';
const at = (text: string): number => Date.parse(text);

describe('the axis of time', () => {
  it('has 23 and 25 hours where the clock changes, and names the even hours on both sides', () => {
    const [spring] = daysWithin(at('2026-03-29T00:00:00Z'), at('2026-03-29T12:00:00Z'), ZONE);
    const [autumn] = daysWithin(at('2026-10-25T00:00:00Z'), at('2026-10-25T12:00:00Z'), ZONE);
    const hours = (day: { from: number; to: number } | undefined) => ((day?.to ?? 0) - (day?.from ?? 0)) / HOUR;
    expect([hours(spring), hours(autumn)]).toEqual([23, 25]);
    const scale = 60 / (2 * HOUR);
    const named = autumn ? ticksOf(autumn, scale, ZONE).map((tick) => new Date(tick).toLocaleTimeString('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' })) : [];
    expect(named).toEqual(['02:00', '04:00', '06:00', '08:00', '10:00', '12:00', '14:00', '16:00', '18:00', '20:00', '22:00']);
    expect(spring ? ticksOf(spring, scale / 100, ZONE) : null).toEqual([]);
  });

  it('begins a day, a week on Monday and a month where the venue is, and steps over clock changes', () => {
    const noon = at('2026-10-25T12:00:00Z');
    expect(new Date(unitStart(noon, 'day', ZONE)).toISOString()).toBe('2026-10-24T23:00:00.000Z');
    expect(new Date(unitStart(noon, 'week', ZONE)).toISOString()).toBe('2026-10-18T23:00:00.000Z');
    expect(new Date(unitStart(noon, 'month', ZONE)).toISOString()).toBe('2026-09-30T23:00:00.000Z');
    expect(new Date(unitStep(noon, 'day', ZONE, 1)).toISOString()).toBe('2026-10-26T00:00:00.000Z');
    expect(new Date(unitStep(noon, 'month', ZONE, -1)).toISOString()).toBe('2026-08-31T23:00:00.000Z');
    expect(dayName(dayNamed('20261025', ZONE) ?? 0, ZONE)).toBe('20261025');
    expect(dayNamed('20261345', ZONE)).toBeNull();
    expect(new Date(daysLater(at('2026-10-24T13:00:00Z'), 1, ZONE)).toISOString()).toBe('2026-10-25T14:00:00.000Z');
  });

  it('leads from time to place and back, and holds everything that there is within four years', () => {
    const axis = { from: 0, to: 10 * HOUR, pxPerMs: pxPerMs(1_000, 'day', 2) };
    expect(timeAt(axis, xOf(axis, 3 * HOUR))).toBeCloseTo(3 * HOUR, 3);
    const now = at('2026-06-10T09:00:00Z');
    const span = spanOf([{ startsAt: now, endsAt: now + 40 * 24 * HOUR }, { startsAt: 0, endsAt: 1 }], now, ZONE);
    expect([new Date(span.from).toISOString(), new Date(span.to).toISOString()]).toEqual(['2025-04-30T23:00:00.000Z', '2026-09-30T23:00:00.000Z']);
    expect(snapped(at('2026-06-10T09:08:00Z'), 15 * MINUTE)).toBe(at('2026-06-10T09:15:00Z'));
  });
});

describe('rows and lanes', () => {
  it('never lay two over each other, and what is asked for by window is what brute force finds', () => {
    const some = fc.array(fc.record({ startsAt: fc.integer({ min: 0, max: 100 }), length: fc.integer({ min: 1, max: 30 }), row: fc.integer({ min: 0, max: 4 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 40 }), (given, from, length) => {
        const rows = ['a', 'b', 'c', 'd', 'e'].map((resourceId, row) => ({ resourceId, some: given.flatMap((one, n) => (one.row === row ? [occupancy({ id: `${n}`, resourceId, startsAt: one.startsAt, endsAt: one.startsAt + one.length })] : [])) }));
        const laid = layRows(rows, 0);
        for (const row of laid.rows) {
          for (const [n, a] of row.bars.entries()) for (const b of row.bars.slice(n + 1)) expect(a.lane !== b.lane || a.one.endsAt <= b.one.startsAt || b.one.endsAt <= a.one.startsAt).toBe(true);
          const seen = row.bars.filter(({ one }) => one.endsAt > from && one.startsAt < from + length);
          expect(barsWithin(row, from, from + length)).toEqual(seen);
        }
        const [top, bottom] = [from * 2, (from + length) * 2];
        expect(rowsWithin(laid.rows, top, bottom)).toEqual(laid.rows.filter((row) => row.top + row.height > top && row.top < bottom));
        expect(rowAt(laid.rows, laid.height + 1)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is held', () => {
  const from = occupancy({ id: 'allocations:a', resourceId: 'hall', startsAt: 10 * HOUR, endsAt: 12 * HOUR });
  const lift = (grip: Lift['grip']): Lift => ({ by: 'keyboard', grip, from, version: 1, to: from, swapWith: null, way: null });
  const house = { rows: { weddings: {}, bookings: {}, allocations: {}, calendarEvents: {}, resources: {}, limits: {}, houseRules: {} } };

  it('goes by a quarter of an hour, by an hour, by a day where a month is shown', () => {
    expect(pressed(lift('whole'), true, false, 'day', ZONE).startsAt - from.startsAt).toBe(15 * MINUTE);
    expect(pressed(lift('whole'), false, true, 'week', ZONE).startsAt - from.startsAt).toBe(-HOUR);
    expect(pressed(lift('start'), true, false, 'day', ZONE)).toEqual({ startsAt: from.startsAt + 15 * MINUTE, endsAt: from.endsAt });
    expect(pressed(lift('whole'), true, true, 'month', ZONE).startsAt - from.startsAt).toBe(7 * 24 * HOUR);
  });

  it('keeps its length when it is carried, and a quarter of an hour when an end is pulled past the other', () => {
    expect(carried(house, lift('whole'), 13 * HOUR, 0, 'barn')).toMatchObject({ resourceId: 'barn', startsAt: 13 * HOUR, endsAt: 15 * HOUR });
    expect(carried(house, lift('start'), 20 * HOUR, 0, 'barn')).toMatchObject({ resourceId: 'hall', startsAt: 12 * HOUR - 15 * MINUTE, endsAt: 12 * HOUR });
    expect(carried(house, lift('end'), 0, HOUR, 'barn')).toMatchObject({ startsAt: 10 * HOUR, endsAt: 10 * HOUR + 15 * MINUTE });
    expect(isMoved(lift('whole'))).toBe(false);
  });
});
