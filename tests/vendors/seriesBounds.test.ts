import { performance } from 'node:perf_hooks';
import { describe, expect, it, test } from 'vitest';
import { readCalendarFile } from '../../core/vendors/calendarFile.ts';
import { foundOf, parseResource, partAt, partsOf } from '../../core/vendors/davParts.ts';

/** Entries that somebody puts into a calendar that we read, so that we are busy with them for ever. Each of these once was. */

const span = { from: Date.parse('2026-10-20T12:00:00.000Z'), to: Date.parse('2028-05-20T12:00:00.000Z') };
const file = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]): string[] => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T120000Z', ...lines, 'END:VEVENT'];
const zone = (...lines: string[]): string[] => ['BEGIN:VTIMEZONE', 'TZID:House', 'BEGIN:STANDARD', 'DTSTART:16010101T000000', 'TZOFFSETFROM:+0000', 'TZOFFSETTO:+0100', ...lines, 'END:STANDARD', 'END:VTIMEZONE'];
const minutes = (count: number): string => Array.from({ length: count }, (_, n) => `${new Date(Date.UTC(2027, 0, 1) + ((n * 7919) % count) * 60_000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`).join(',');
/** Far more than any of it takes, far less than for ever. */
const SOON_MS = 20_000;
const TOO_MUCH = 'The calendar repeats more than can be written out.';

const quick = <T>(work: () => T): T => {
  const begun = performance.now();
  const done = work();
  expect(performance.now() - begun).toBeLessThan(SOON_MS);
  return done;
};

describe('what would take for ever is refused with words', () => {
  it.each<[string, string]>([
    ['a second of 30 February', file(...event('a', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30'))],
    ['a step of more days than there are', file(...event('a', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=DAILY;INTERVAL=9007199254740991'))],
    ['seconds that make such a step', file(...event('a', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=SECONDLY;INTERVAL=9007199254740991'))],
    ['the fifth Monday of every fourth February but the leap years', file(...event('a', 'DTSTART:20270201T100000Z', 'RRULE:FREQ=MONTHLY;INTERVAL=48;BYDAY=5MO'))],
    ['100,000 minutes', file(...event('a', 'DTSTART:20270101T100000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY;COUNT=100000'))],
    ['days by hand, 200,000 of them', file(...event('a', 'DTSTART:20270101T100000Z', `RDATE:${minutes(200_000)}`))],
    ['days left out by hand, 200,000 of them', file(...event('a', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=DAILY', `EXDATE:${minutes(200_000)}`))],
    ['clocks that change every second', file(...zone('RRULE:FREQ=SECONDLY'), ...event('a', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H'))],
    ['clocks that change on 30 February', file(...zone('RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30'), ...event('a', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H'))],
    ['clocks that change 5,000 times by hand', file(...zone(`RDATE:${minutes(5_000)}`), ...event('a', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H'))],
    ['a part that moves all after it by 8,000 years', file(...event('a', 'DTSTART:20260201T100000Z', 'RRULE:FREQ=HOURLY'), ...event('a', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260201T110000Z', 'DTSTART:99990101T000000Z'))],
  ])('%s', (_name, body) => expect(quick(() => readCalendarFile(body, { span, zone: null }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown', message: TOO_MUCH } }));
});

const told = (body: string): string[] => {
  const read = quick(() => readCalendarFile(body, { span, zone: 'Europe/London' }));
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map((one) => `${one.startsAt.slice(0, 16)}/${one.endsAt.slice(0, 16)}`);
};

describe('what is nonsense costs nothing, and what stands beside it is read', () => {
  const beside = event('b', 'DTSTART:20270301T100000Z', 'DURATION:PT1H');
  const BESIDE = '2027-03-01T10:00/2027-03-01T11:00';
  it.each<[string, string[], string[]]>([
    ['a day that never comes', event('a', 'DTSTART:20270101T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), ['2027-01-01T10:00/2027-01-01T11:00']],
    ['a length of a million million weeks', event('a', 'DTSTART:20270101T100000Z', 'DURATION:P999999999999W'), ['2027-01-01T10:00/2027-01-01T10:00']],
    ['such a length backwards', event('a', 'DTSTART:20270101T100000Z', 'DURATION:-P999999999999W'), ['2027-01-01T10:00/2027-01-01T10:00']],
    ['a negative length', event('a', 'DTSTART:20270101T100000Z', 'DURATION:-PT1H'), []],
    ['parts that each go on to the year 9999', event('a', 'DTSTART:20270101T100000Z', 'DTEND:99990101T000000Z', 'RRULE:FREQ=DAILY;COUNT=2'), ['2027-01-01T10:00/2027-01-01T10:00', '2027-01-02T10:00/2027-01-02T10:00']],
    ['an end before the series begins', event('a', 'DTSTART:20270101T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20200101T000000Z'), []],
    ['a start in the year 9999', event('a', 'DTSTART:99990101T100000Z', 'DURATION:PT1H'), []],
    ['a zone whose definition lies: its name counts', ['BEGIN:VTIMEZONE', 'TZID:Europe/London', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+1200', 'TZOFFSETTO:+1200', 'END:STANDARD', 'END:VTIMEZONE', ...event('a', 'DTSTART;TZID=Europe/London:20270620T100000', 'DURATION:PT1H')], ['2027-06-20T09:00/2027-06-20T10:00']],
    ['a zone that has no changes at all', ['BEGIN:VTIMEZONE', 'TZID:House', 'END:VTIMEZONE', ...event('a', 'DTSTART;TZID=House:20270620T100000', 'DURATION:PT1H')], ['2027-06-20T10:00/2027-06-20T11:00']],
    ['10,000 guests and a title of a megabyte', event('a', 'DTSTART:20270101T100000Z', 'DURATION:PT1H', `SUMMARY:${'a\\,b'.repeat(262_144)}`, ...Array.from({ length: 10_000 }, (_, n) => `ATTENDEE;CN="Guest ${n}":mailto:g${n}@example.org`)), ['2027-01-01T10:00/2027-01-01T11:00']],
  ])('%s', (_name, lines, expected) => expect(told(file(...lines, ...beside))).toEqual([...expected, BESIDE]));

  it('a series that has gone on for decades is written out as before', () => {
    expect(told(file(...event('a', 'DTSTART;TZID=Europe/London:19700103T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;BYDAY=SA'))).length).toBeGreaterThan(80);
    expect(told(file(...event('a', 'DTSTART:20200101T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=MINUTELY;INTERVAL=1440'))).length).toBeGreaterThan(500);
  });

  it('one part of many years is told while it lasts', () => {
    expect(told(file(...event('a', 'DTSTART:20240101T000000Z', 'DURATION:P1100D', 'RRULE:FREQ=YEARLY;COUNT=2')))).toEqual(['2024-01-01T00:00/2027-01-05T00:00', '2025-01-01T00:00/2028-01-06T00:00']);
  });
});

test.each([
  ['a rule that nothing fulfils', file(...event('a', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30')), '2027-02-28T10:00:00Z'],
  ['clocks that change every second', file(...zone('RRULE:FREQ=SECONDLY'), ...event('a', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H')), ''],
])('an entry that is read again before it is written: %s', (_name, body, name) => {
  quick(() => {
    const calendar = parseResource(body);
    const found = calendar === null ? null : partAt(partsOf(calendar), name, 'Europe/London');
    expect(found === null ? null : foundOf(found, '/a.ics', '"1"', 'Europe/London')).toBe(null);
  });
});
