import { performance } from 'node:perf_hooks';
import { describe, expect, it, test } from 'vitest';
import { readCalendarFile } from '../../core/vendors/calendarFile.ts';
import { foundOf, parseResource, partAt, partsOf } from '../../core/vendors/davParts.ts';
import { plainWork } from '../support/plainWork.ts';

/** Entries that somebody puts into a calendar that we read, so that we are busy with them for ever. Each of these once was. */

const span = { from: Date.parse('2026-10-20T12:00:00.000Z'), to: Date.parse('2028-05-20T12:00:00.000Z') };
const file = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]): string[] => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T120000Z', ...lines, 'END:VEVENT'];
const zone = (...lines: string[]): string[] => ['BEGIN:VTIMEZONE', 'TZID:House', 'BEGIN:STANDARD', 'DTSTART:16010101T000000', 'TZOFFSETFROM:+0000', 'TZOFFSETTO:+0100', ...lines, 'END:STANDARD', 'END:VTIMEZONE'];
const minutes = (count: number): string => Array.from({ length: count }, (_, n) => `${new Date(Date.UTC(2027, 0, 1) + ((n * 7919) % count) * 60_000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`).join(',');
/** Far more than any of it takes, far less than for ever. */
const SOON_MS = 200 * plainWork();
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

describe('in a file of many', () => {
  const innocent = Array.from({ length: 40 }, (_, n) => event(`good-${n}`, `DTSTART:202703${String((n % 28) + 1).padStart(2, '0')}T100000Z`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=30')).flat();
  const readMany = (body: string) => {
    const unread: string[] = [];
    const read = quick(() => readCalendarFile(body, { span, zone: 'Europe/London', unread: ({ uid, problem }) => void unread.push(`${uid}: ${problem}`) }));
    return { unread, refused: read.ok ? null : read.error.message, entries: read.ok ? read.value.filter(({ uid }) => uid.startsWith('good')).length : 0, others: read.ok ? read.value.filter(({ uid }) => !uid.startsWith('good')).length : 0 };
  };
  const TOO = 'it repeats more than can be written out';
  it.each<[string, string[], string]>([
    ['a second of 30 February', event('bad', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30'), TOO],
    ['a step of more days than there are', event('bad', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=DAILY;INTERVAL=9007199254740991'), TOO],
    ['100,000 minutes', event('bad', 'DTSTART:20270101T100000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY;COUNT=100000'), TOO],
    ['days by hand, 200,000 of them', event('bad', 'DTSTART:20270101T100000Z', `RDATE:${minutes(200_000)}`), TOO],
    ['clocks that change every second', [...zone('RRULE:FREQ=SECONDLY'), ...event('bad', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H')], TOO],
    ['clocks that change 5,000 times by hand', [...zone(`RDATE:${minutes(5_000)}`), ...event('bad', 'DTSTART;TZID=House:20270201T100000', 'DURATION:PT1H')], TOO],
    ['a part that moves all after it by 8,000 years', [...event('bad', 'DTSTART:20260201T100000Z', 'RRULE:FREQ=HOURLY'), ...event('bad', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260201T110000Z', 'DTSTART:99990101T000000Z')], TOO],
    ['weeks of the year', event('bad', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO'), 'it repeats by a rule that is not written out'],
    ['several rules', event('bad', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2', 'RRULE:FREQ=WEEKLY;COUNT=2'), 'it repeats by a rule that is not written out'],
    ['a rule of what is left out', event('bad', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4', 'EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2'), 'it repeats by a rule that is not written out'],
    ['a rule of no kind that there is', event('bad', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=SOMETIMES'), 'it cannot be read'],
    ['parts that contradict each other', event('bad', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=MONTHLY;BYYEARDAY=100'), 'it cannot be read'],
    ['a moved part that cannot be read: nothing of its series is told', [...event('bad', 'DTSTART:20270601T100000Z', 'RRULE:FREQ=DAILY;COUNT=3'), ...event('bad', 'RECURRENCE-ID:20270602T100000Z', 'DTSTART:20270603T100000Z', 'RRULE:FREQ=SOMETIMES')], 'it cannot be read'],
  ])('%s alone is left out, and told', (_name, lines, problem) => {
    expect(readMany(file(...innocent.slice(0, 70), ...lines, ...innocent.slice(70)))).toEqual({ unread: [`bad: ${problem}`], refused: null, entries: 1_200, others: 0 });
  });

  it('several costly ones leave enough for the others; a file that is nothing else is refused', () => {
    const costly = (count: number): string[] => Array.from({ length: count }, (_, n) => event(`bad-${n}`, 'DTSTART:20270101T100000Z', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30')).flat();
    expect(readMany(file(...costly(12), ...innocent))).toMatchObject({ refused: null, entries: 1_200, unread: { length: 12 } });
    expect(readMany(file(...costly(400), ...innocent)).refused).toBe(TOO_MUCH);
  });

  it('entries without end, one inside the other, cost no more than their length', () => {
    expect(readMany(file(...Array.from({ length: 100_000 }, () => 'BEGIN:VEVENT'))).refused).toBe('The calendar cannot be read.');
  });
});

describe('a rule that is written out otherwise than it is meant is refused, and not read in silence', () => {
  const ruled = (rule: string) => readCalendarFile(file(...event('a', 'DTSTART:20270517T100000Z', 'DURATION:PT1H', `RRULE:${rule}`)), { span, zone: null });
  it.each([
    'FREQ=YEARLY;BYWEEKNO=20', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', 'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=5', 'FREQ=YEARLY;BYDAY=20MO', 'FREQ=YEARLY;BYDAY=MO;BYSETPOS=20', 'FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1',
    'FREQ=YEARLY;BYMONTH=1,6;BYDAY=MO;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=MO;BYHOUR=9,12;BYSETPOS=1', 'FREQ=YEARLY;BYYEARDAY=1,100,200;BYSETPOS=2',
  ])('%s', (rule) => expect(ruled(rule)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown', message: 'The calendar repeats by a rule that is not written out.' } }));

  it.each<[string, string[]]>([
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2', ['2027-05-31', '2027-06-30']],
    ['FREQ=YEARLY;BYMONTH=6;BYDAY=MO;BYSETPOS=-1;COUNT=1', ['2027-06-28']],
    ['FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1;BYSETPOS=1;COUNT=1', ['2027-06-01']],
    ['FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1;COUNT=2', ['2027-05-17', '2027-05-24']],
    ['FREQ=YEARLY;BYDAY=-1SU;COUNT=1', ['2027-12-26']],
  ])('%s is read', (rule, days) => {
    const read = ruled(rule);
    expect(read.ok && read.value.map(({ startsAt }) => startsAt.slice(0, 10))).toEqual(days);
  });
});
