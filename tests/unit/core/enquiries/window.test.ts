import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAfter, daysOf, dayWindow, isWithin, monthAfter, monthOf, weekdayOf } from '../../../../core/domain/enquiries/window.ts';

const day = fc.date({ min: new Date('2000-01-01T00:00:00.000Z'), max: new Date('2150-01-01T00:00:00.000Z'), noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10));

describe('days that may be asked for', () => {
  it('begin tomorrow and end on the same day some months on, or on the last of that month', () => {
    expect(dayWindow('2027-05-20', 12)).toEqual({ first: '2027-05-21', last: '2028-05-20' });
    expect(dayWindow('2027-01-31', 1)).toEqual({ first: '2027-02-01', last: '2027-02-28' });
    expect(dayWindow('2027-12-31', 2)).toEqual({ first: '2028-01-01', last: '2028-02-29' });
    expect(dayWindow('2027-10-31', 36)).toEqual({ first: '2027-11-01', last: '2030-10-31' });
  });

  it('hold tomorrow and their last day, and neither today nor the day behind', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 36 }), (today, months) => {
        const window = dayWindow(today, months);
        expect([today, window.first, window.last, dayAfter(window.last)].map((one) => isWithin(one, window))).toEqual([false, true, true, false]);
        expect(monthOf(window.last)).toBe(monthAfter(monthOf(today), months));
      }),
    );
  });
});

describe('a month', () => {
  it('has each of its days once, in order', () => {
    fc.assert(
      fc.property(day, (any) => {
        const all = daysOf(monthOf(any));
        expect(all[0]).toBe(`${monthOf(any)}-01`);
        expect(all).toContain(any);
        for (const [index, one] of all.entries()) expect(one).toBe(dayAfter(`${monthOf(any)}-01`, index));
        expect(monthOf(dayAfter(all.at(-1) ?? any))).toBe(monthAfter(monthOf(any), 1));
      }),
    );
    expect([daysOf('2027-02').length, daysOf('2028-02').length, daysOf('2027-12').length]).toEqual([28, 29, 31]);
  });

  it('begins its weeks with Monday', () => expect(['2027-06-07', '2027-06-12', '2027-06-13'].map(weekdayOf)).toEqual([1, 6, 7]));
});
