import { describe, expect, it } from 'vitest';
import { dayBounds, localDate, span, yesterdaySameTime, zoneAbbreviation, zoneOffset } from '../../../../core/domain/day/localTime.ts';

const at = (iso: string): number => Date.parse(iso);
const HOUR = 3_600_000;

describe('a day in a named zone', () => {
  it('is the venue’s day, not the viewer’s', () => {
    expect(localDate('Pacific/Auckland', at('2026-11-20T13:00:00Z'))).toBe('2026-11-21');
    expect(localDate('America/Los_Angeles', at('2026-11-20T05:00:00Z'))).toBe('2026-11-19');
  });

  it('has 23 hours when clocks go forward and 25 when they go back', () => {
    const spring = dayBounds('Europe/London', at('2026-03-29T12:00:00Z'));
    expect([new Date(spring.from).toISOString(), new Date(spring.to).toISOString()]).toEqual(['2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z']);
    const autumn = dayBounds('Europe/London', at('2026-10-25T12:00:00Z'));
    expect(autumn.to - autumn.from).toBe(25 * HOUR);
  });

  it('is right in zones with half and three-quarter hours', () => {
    expect(zoneOffset('Asia/Kathmandu', at('2026-11-20T12:00:00Z'))).toBe(5.75 * HOUR);
    expect(new Date(dayBounds('Asia/Kathmandu', at('2026-11-20T12:00:00Z')).from).toISOString()).toBe('2026-11-19T18:15:00.000Z');
  });

  it('compares with the same wall time yesterday, across a clock change too', () => {
    expect(new Date(yesterdaySameTime('Europe/London', at('2026-03-29T12:00:00Z'))).toISOString()).toBe('2026-03-28T13:00:00.000Z');
  });
});

describe('words for zones and spans', () => {
  it('uses the abbreviation people of that region use', () => {
    expect(zoneAbbreviation('Europe/London', at('2026-06-20T12:00:00Z'))).toBe('BST');
    expect(zoneAbbreviation('America/New_York', at('2026-11-20T12:00:00Z'))).toBe('EST');
    expect(zoneAbbreviation('Etc/GMT-4', at('2026-11-20T12:00:00Z'))).toBe('GMT+4');
  });

  it('splits a length of time', () => {
    expect(span(-(2 * 86_400_000 + 3 * HOUR + 4 * 60_000 + 5_999))).toEqual({ days: 2, hours: 3, minutes: 4, seconds: 5 });
  });
});
