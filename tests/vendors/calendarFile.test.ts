import { describe, expect, it, test } from 'vitest';
import { readCalendarFile } from '../../core/vendors/calendarFile.ts';

const span = { from: Date.parse('2026-10-20T12:00:00.000Z'), to: Date.parse('2028-05-20T12:00:00.000Z') };
const file = (...lines: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'X-WR-CALNAME:Front desk', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]) => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T120000Z', ...lines, 'END:VEVENT'];
const read = (body: string, zone: string | null = 'Europe/London') => {
  const answer = readCalendarFile(body, { span, zone });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
};
const times = (body: string, zone?: string | null) => read(body, zone).map((one) => [one.startsAt, one.endsAt]);

describe('a calendar file', () => {
  it('tells each entry with its words unfolded, its place, state and zone', () => {
    const body = file(...event('a', 'DTSTART;TZID=Europe/London:20270620T150000', 'DTEND;TZID=Europe/London:20270620T160000', 'SUMMARY:Tasting\\, second', ' \\; with Tom', 'LOCATION:Orangery', 'STATUS:TENTATIVE', 'TRANSP:TRANSPARENT'));
    expect(read(body)).toEqual([
      {
        uid: 'a', recurrenceId: null, title: 'Tasting, second; with Tom', description: null, place: 'Orangery', startsAt: '2027-06-20T14:00:00.000Z', endsAt: '2027-06-20T15:00:00.000Z',
        allDay: false, zone: 'Europe/London', status: 'tentative', busy: false, calendar: 'Front desk', gone: false,
      },
    ]);
  });

  it.each<[string, string[], string | null, [string, string]]>([
    ['in UTC', ['DTSTART:20270620T150000Z', 'DTEND:20270620T160000Z'], 'Europe/London', ['2027-06-20T15:00:00.000Z', '2027-06-20T16:00:00.000Z']],
    ['floating, in the connection’s zone', ['DTSTART:20270620T150000', 'DTEND:20270620T160000'], 'America/New_York', ['2027-06-20T19:00:00.000Z', '2027-06-20T20:00:00.000Z']],
    ['floating, with no zone at all', ['DTSTART:20270620T150000', 'DTEND:20270620T160000'], null, ['2027-06-20T15:00:00.000Z', '2027-06-20T16:00:00.000Z']],
    ['in a Windows zone', ['DTSTART;TZID=GMT Standard Time:20270620T150000', 'DURATION:PT90M'], null, ['2027-06-20T14:00:00.000Z', '2027-06-20T15:30:00.000Z']],
    ['in a zone that nobody knows', ['DTSTART;TZID=Nowhere/Land:20270620T150000', 'DTEND;TZID=Nowhere/Land:20270620T160000'], 'Europe/London', ['2027-06-20T14:00:00.000Z', '2027-06-20T15:00:00.000Z']],
    ['without an end', ['DTSTART:20270620T150000Z'], null, ['2027-06-20T15:00:00.000Z', '2027-06-20T15:00:00.000Z']],
    ['of whole days', ['DTSTART;VALUE=DATE:20270620'], 'Europe/London', ['2027-06-19T23:00:00.000Z', '2027-06-20T23:00:00.000Z']],
  ])('knows times %s', (_name, lines, zone, expected) => expect(times(file(...event('a', ...lines)), zone)).toEqual([expected]));

  it('believes a definition of a zone that it has no name for', () => {
    const zone = ['BEGIN:VTIMEZONE', 'TZID:House time', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'];
    expect(times(file(...zone, ...event('a', 'DTSTART;TZID=House time:20270620T150000', 'DTEND;TZID=House time:20270620T160000')))).toEqual([['2027-06-20T12:00:00.000Z', '2027-06-20T13:00:00.000Z']]);
  });

  it('writes series out within the span, over the change of the clocks, with what was moved or left out', () => {
    const body = file(
      ...event('s', 'DTSTART;TZID=Europe/London:20270325T100000', 'DTEND;TZID=Europe/London:20270325T110000', 'RRULE:FREQ=DAILY;COUNT=6', 'EXDATE;TZID=Europe/London:20270326T100000', 'SUMMARY:Walk-through'),
      ...event('s', 'RECURRENCE-ID;TZID=Europe/London:20270327T100000', 'DTSTART;TZID=Europe/London:20270327T150000', 'DTEND;TZID=Europe/London:20270327T160000', 'SUMMARY:Walk-through, later'),
    );
    expect(read(body).map((one) => [one.recurrenceId, one.startsAt, one.title])).toEqual([
      ['2027-03-25T10:00:00', '2027-03-25T10:00:00.000Z', 'Walk-through'],
      ['2027-03-27T10:00:00', '2027-03-27T15:00:00.000Z', 'Walk-through, later'],
      ['2027-03-28T10:00:00', '2027-03-28T09:00:00.000Z', 'Walk-through'],
      ['2027-03-29T10:00:00', '2027-03-29T09:00:00.000Z', 'Walk-through'],
      ['2027-03-30T10:00:00', '2027-03-30T09:00:00.000Z', 'Walk-through'],
    ]);
    const endless = read(file(...event('e', 'DTSTART:20200101T100000Z', 'RRULE:FREQ=WEEKLY')));
    expect(endless.length).toBeGreaterThan(80);
    expect(endless.every((one) => Date.parse(one.endsAt) >= span.from && Date.parse(one.startsAt) <= span.to)).toBe(true);
  });

  it('of an entry that is there twice tells the one with the higher sequence, then the later change', () => {
    const at = ['DTSTART:20270620T150000Z', 'DTEND:20270620T160000Z'];
    const body = file(...event('a', ...at, 'SEQUENCE:2', 'SUMMARY:Second'), ...event('a', ...at, 'SEQUENCE:1', 'SUMMARY:First'), ...event('b', ...at, 'LAST-MODIFIED:20261101T120000Z', 'SUMMARY:Old'), ...event('b', ...at, 'LAST-MODIFIED:20261102T120000Z', 'SUMMARY:New'));
    expect(read(body).map((one) => one.title)).toEqual(['Second', 'New']);
  });

  it('passes over what has no time, or ends before it starts', () => {
    expect(read(file(...event('a', 'SUMMARY:Some day'), ...event('b', 'DTSTART:20270620T150000Z', 'DTEND:20270620T140000Z')))).toEqual([]);
  });
});

test.each([
  ['a page', '<!doctype html><title>Sign in</title>', 'What was answered is no calendar.'],
  ['nothing', '', 'What was answered is no calendar.'],
  ['half a file', file(...event('a', 'DTSTART:20270620T150000Z')).slice(0, 120), 'The calendar was not answered whole.'],
  ['lines that are none', file('this is no property'), 'The calendar cannot be read.'],
  ['a series every second', file(...event('a', 'DTSTART:20270620T150000Z', 'RRULE:FREQ=SECONDLY')), 'The calendar repeats more than can be written out.'],
])('%s is refused with words', (_name, body, message) => {
  expect(readCalendarFile(body, { span, zone: null })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown', message } });
});
