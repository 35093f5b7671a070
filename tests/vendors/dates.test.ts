import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOf, dateOrderOf, instantOfWall, writtenDay, writtenInstant } from '../../core/vendors/dates.ts';

describe('days', () => {
  it.each([
    ['2027-06-12', '2027-06-12'],
    ['2027-06-12T14:00:00+01:00', '2027-06-12'],
    ['2027/6/12', '2027-06-12'],
    ['12 June 2027', '2027-06-12'],
    ['Saturday, 12th June 2027 at 2pm', '2027-06-12'],
    ['12th of June, 2027', '2027-06-12'],
    ['June 12, 2027', '2027-06-12'],
    ['Sat Jun 12th 2027', '2027-06-12'],
    ['12. Juni 2027', '2027-06-12'],
    ['1er août 2027', '2027-08-01'],
    ['12 février 2027', '2027-02-12'],
    ['3. März 2027', '2027-03-03'],
    ['12 de enero de 2027', '2027-01-12'],
    ['12 giugno 2027', '2027-06-12'],
    ['1 luglio 2027', '2027-07-01'],
    ['12 mei 2027', '2027-05-12'],
    ['25/12/2027', '2027-12-25'],
    ['12/25/2027', '2027-12-25'],
    ['04.04.2027', '2027-04-04'],
  ])('reads %s', (text, day) => {
    expect(writtenDay(text, null)).toBe(day);
  });

  it('reads a day that may be two only in the order that is meant', () => {
    expect(writtenDay('03/04/2027', null)).toBeNull();
    expect(writtenDay('03/04/2027', 'day_first')).toBe('2027-04-03');
    expect(writtenDay('03/04/2027', 'month_first')).toBe('2027-03-04');
    expect(writtenDay('25/12/2027', 'month_first')).toBeNull();
    expect(['day_first', 'month_first', '', undefined, 'dmy'].map(dateOrderOf)).toEqual(['day_first', 'month_first', null, null, null]);
  });

  it.each(['', 'soon', '2027', 'June 2027', '31/02/2027', '30 February 2027', '12/06/27', '12 Junk 2027', '2027-13-01', '0/0/2027', null, {}, 20_270_612])('takes %s for none', (text) => {
    expect(writtenDay(text, null)).toBeNull();
  });

  it('gives a day that exists, or none, for any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}$/)), fc.constantFrom('day_first' as const, 'month_first' as const, null), (text, order) => {
      const day = writtenDay(text, order);
      if (day !== null) expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day);
    }));
  });
});

describe('times', () => {
  it.each([
    ['15:30', '15:30'], ['9:05', '09:05'], ['3:30 PM', '15:30'], ['3.30pm', '15:30'], ['12am', '00:00'], ['12 p.m.', '12:00'], ['15h30', '15:30'], ['15h', '15:00'], ['15:30:00', '15:30'],
  ])('reads %s', (text, clock) => {
    expect(clockOf(text)).toBe(clock);
  });

  it.each(['', '15', '24:00', '15:60', '13:00 pm', '0 am', 'noon', '3:30 PM GMT', null])('takes %s for none', (text) => {
    expect(clockOf(text)).toBeNull();
  });

  it('needs a zone, or an offset', () => {
    expect(instantOfWall('2027-06-12', '14:00', 'Europe/London')).toBe('2027-06-12T13:00:00.000Z');
    expect(instantOfWall('2027-06-12', '14:00', undefined)).toBeNull();
    expect(instantOfWall('2027-06-12', '14:00', 'Europe/Nowhere')).toBeNull();
    expect(writtenInstant('2027-06-12 14:00', 'America/New_York')).toBe('2027-06-12T18:00:00.000Z');
    expect(writtenInstant('2027-06-12T14:00:00+02:00', 'America/New_York')).toBe('2027-06-12T12:00:00.000Z');
    expect(writtenInstant('2027-06-12T14:00', undefined)).toBeNull();
    expect(writtenInstant('14:00', 'Europe/London')).toBeNull();
  });
});
