import { describe, expect, it } from 'vitest';
import { readCalendarFile } from '../../core/vendors/calendarFile.ts';

/** Series as calendars really write them: what is read, case by case. Times are UTC; London changes its clocks on 28 March and 31 October 2027. */

const span = { from: Date.parse('2026-10-20T12:00:00.000Z'), to: Date.parse('2028-05-20T12:00:00.000Z') };
const file = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', 'UID:s', 'DTSTAMP:20261101T120000Z', ...lines, 'END:VEVENT'];
const starts = (body: string, zone: string | null): string[] => {
  const read = readCalendarFile(body, { span, zone });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.filter((one) => one.status !== 'cancelled').map((one) => `${one.startsAt.slice(0, 16)}/${one.endsAt.slice(5, 16)}`).sort();
};
const windowsZone = [
  'BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time', 'BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD',
  'BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE',
];
const houseZone = windowsZone.map((line) => line.replace('W. Europe Standard Time', '(UTC+01:00) Amsterdam, Berlin, Bern'));

const CASES: readonly (readonly [string, string, string | null, readonly string[]])[] = [
  ['over the clocks going forward', file(...event('DTSTART;TZID=Europe/London:20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3')), null,
    ['2027-03-27T10:00/03-27T11:00', '2027-03-28T09:00/03-28T10:00', '2027-03-29T09:00/03-29T10:00']],
  ['in the hour that is skipped, as it would be shown', file(...event('DTSTART;TZID=Europe/London:20270327T013000', 'DURATION:PT30M', 'RRULE:FREQ=DAILY;COUNT=3')), null,
    ['2027-03-27T01:30/03-27T02:00', '2027-03-28T01:30/03-28T02:00', '2027-03-29T00:30/03-29T01:00']],
  ['over the clocks going back', file(...event('DTSTART;TZID=Europe/London:20271030T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3')), null,
    ['2027-10-30T09:00/10-30T10:00', '2027-10-31T10:00/10-31T11:00', '2027-11-01T10:00/11-01T11:00']],
  ['across midnight and the clocks going back', file(...event('DTSTART;TZID=Europe/London:20271030T220000', 'DTEND;TZID=Europe/London:20271031T030000', 'RRULE:FREQ=DAILY;COUNT=2')), null,
    ['2027-10-30T21:00/10-31T03:00', '2027-10-31T22:00/11-01T03:00']],
  ['floating, where the connection is', file(...event('DTSTART:20270327T100000', 'DTEND:20270327T110000', 'RRULE:FREQ=DAILY;COUNT=2')), 'America/New_York',
    ['2027-03-27T14:00/03-27T15:00', '2027-03-28T14:00/03-28T15:00']],
  ['of whole days, 23 and 25 hours long', file(...event('DTSTART;VALUE=DATE:20270328', 'DTEND;VALUE=DATE:20270329', 'RRULE:FREQ=WEEKLY;COUNT=32;INTERVAL=31')), 'Europe/London',
    ['2027-03-28T00:00/03-28T23:00', '2027-10-30T23:00/11-01T00:00']],
  ['of several whole days', file(...event('DTSTART;VALUE=DATE:20270326', 'DTEND;VALUE=DATE:20270330', 'RRULE:FREQ=YEARLY;COUNT=1')), 'Europe/London', ['2027-03-26T00:00/03-29T23:00']],
  ['in a zone by its Windows name, defined', file(...windowsZone, ...event('DTSTART;TZID=W. Europe Standard Time:20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2')), null,
    ['2027-03-27T09:00/03-27T10:00', '2027-03-28T08:00/03-28T09:00']],
  ['in a zone by its Windows name, not defined', file(...event('DTSTART;TZID=W. Europe Standard Time:20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2')), null,
    ['2027-03-27T09:00/03-27T10:00', '2027-03-28T08:00/03-28T09:00']],
  ['in a zone that only the file knows', file(...houseZone, ...event('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern":20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2')), null,
    ['2027-03-27T09:00/03-27T10:00', '2027-03-28T08:00/03-28T09:00']],
  ['with parts left out, one list for several, in UTC too', file(...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5', 'EXDATE;TZID=Europe/London:20270602T100000,20270603T100000', 'EXDATE:20270604T090000Z')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-05T09:00/06-05T10:00']],
  ['with one moved to another day and one cancelled', file(
    ...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270602T100000', 'DTSTART;TZID=Europe/London:20270610T150000', 'DURATION:PT2H', 'SEQUENCE:1'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270603T100000', 'DTSTART;TZID=Europe/London:20270603T100000', 'DURATION:PT1H', 'STATUS:CANCELLED')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-10T14:00/06-10T16:00']],
  ['whose moved part is named in UTC', file(
    ...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2'),
    ...event('RECURRENCE-ID:20270602T090000Z', 'DTSTART:20270602T140000Z', 'DURATION:PT1H')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-02T14:00/06-02T15:00']],
  ['of the last Saturday of the month', file(...event('DTSTART;TZID=Europe/London:20270227T180000', 'DURATION:PT6H', 'RRULE:FREQ=MONTHLY;BYDAY=-1SA;COUNT=3')), null,
    ['2027-02-27T18:00/02-28T00:00', '2027-03-27T18:00/03-28T00:00', '2027-04-24T17:00/04-24T23:00']],
  ['that ends at an instant in UTC', file(...event('DTSTART;TZID=Europe/London:20270601T003000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20270602T233000Z')), null,
    ['2027-05-31T23:30/06-01T00:30', '2027-06-01T23:30/06-02T00:30', '2027-06-02T23:30/06-03T00:30']],
  ['with days added by hand', file(...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RDATE;TZID=Europe/London:20270615T100000')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-15T09:00/06-15T10:00']],
  ['of which only a moved part was shared', file(...event('RECURRENCE-ID;TZID=Europe/London:20270602T100000', 'DTSTART;TZID=Europe/London:20270602T150000', 'DURATION:PT1H')), null, ['2027-06-02T14:00/06-02T15:00']],
  ['of whose parts one is moved that another zone names', file(
    ...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;TZID=America/New_York:20270603T050000'),
    ...event('RECURRENCE-ID;TZID=America/New_York:20270602T050000', 'DTSTART;TZID=America/New_York:20270602T080000', 'DURATION:PT1H')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-02T12:00/06-02T13:00']],
  ['in UTC of whose parts one is moved that a zone names', file(
    ...event('DTSTART:20270601T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270602T100000', 'DTSTART:20270602T140000Z', 'DURATION:PT1H')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-02T14:00/06-02T15:00']],
  ['in a zone that only the file knows, of whose parts UTC names one that is moved and one that is left out', file(
    ...houseZone,
    ...event('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern":20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20270330T080000Z', 'EXDATE:20270329T080000Z'),
    ...event('RECURRENCE-ID:20270328T080000Z', 'DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern":20270328T180000', 'DURATION:PT1H')), 'America/New_York',
    ['2027-03-27T09:00/03-27T10:00', '2027-03-28T16:00/03-28T17:00', '2027-03-30T08:00/03-30T09:00']],
  ['in a zone by its Windows name, defined, of whose parts UTC names one that is moved and one that is left out', file(
    ...windowsZone,
    ...event('DTSTART;TZID=W. Europe Standard Time:20270327T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20270330T080000Z', 'EXDATE:20270329T080000Z'),
    ...event('RECURRENCE-ID:20270328T080000Z', 'DTSTART;TZID=W. Europe Standard Time:20270328T180000', 'DURATION:PT1H')), 'America/New_York',
    ['2027-03-27T09:00/03-27T10:00', '2027-03-28T16:00/03-28T17:00', '2027-03-30T08:00/03-30T09:00']],
  ['whose moved part is named by its day alone', file(
    ...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2'),
    ...event('RECURRENCE-ID;VALUE=DATE:20270602', 'DTSTART;TZID=Europe/London:20270602T150000', 'DURATION:PT1H')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-06-02T14:00/06-02T15:00']],
  ['of whole days, whose moved parts are named by midnights', file(
    ...event('DTSTART;VALUE=DATE:20270601', 'RRULE:FREQ=DAILY;COUNT=3'),
    ...event('RECURRENCE-ID:20270602T000000Z', 'DTSTART;VALUE=DATE:20270612'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270603T000000', 'DTSTART;VALUE=DATE:20270613')), 'UTC',
    ['2027-06-01T00:00/06-02T00:00', '2027-06-12T00:00/06-13T00:00', '2027-06-13T00:00/06-14T00:00']],
  ['with a part that its rule does not make, one that it makes long after the span, and two that are none', file(
    ...event('DTSTART;TZID=Europe/London:20270601T100000', 'DURATION:PT1H', 'RRULE:FREQ=YEARLY', 'EXDATE;TZID=Europe/London:20280601T100000'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270709T100000', 'DTSTART;TZID=Europe/London:20270709T110000', 'DURATION:PT1H'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20330601T100000', 'DTSTART;TZID=Europe/London:20270901T100000', 'DURATION:PT1H'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20280601T100000', 'DTSTART;TZID=Europe/London:20270902T100000', 'DURATION:PT1H'),
    ...event('RECURRENCE-ID;TZID=Europe/London:20270710T100000', 'DTSTART;TZID=Europe/London:20270710T100000', 'DURATION:PT1H', 'STATUS:CANCELLED')), null,
    ['2027-06-01T09:00/06-01T10:00', '2027-07-09T10:00/07-09T11:00', '2027-09-01T09:00/09-01T10:00']],
  ['that begins in the hour that is skipped and ends as that is over, an hour long all the same', file(...event('DTSTART;TZID=Europe/London:20270327T013000', 'DTEND;TZID=Europe/London:20270327T023000', 'RRULE:FREQ=DAILY;COUNT=2')), null,
    ['2027-03-27T01:30/03-27T02:30', '2027-03-28T01:30/03-28T02:30']],
  ['on 29 February', file(...event('DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY')), 'UTC', ['2028-02-29T00:00/03-01T00:00']],
];

describe('a series', () => {
  it.each(CASES)('%s', (_name, body, zone, expected) => expect(starts(body, zone)).toEqual([...expected]));
});
