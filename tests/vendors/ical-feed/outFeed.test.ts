import { describe, expect, it } from 'vitest';
import ICAL from 'ical.js';
import { readCalendarFile } from '../../../core/vendors/calendarFile.ts';
import { outFeed } from '../../../core/vendors/ical-feed/outFeed.ts';
import type { OutgoingEvent } from '../../../core/vendors/calendars.ts';
import { outgoing } from '../calendarWrites.ts';

const span = { from: Date.parse('2026-10-20T12:00:00.000Z'), to: Date.parse('2032-05-20T12:00:00.000Z') };
const id = (n: number): string => `0199a000-0000-7000-8000-00000000${String(n).padStart(4, '0')}`;
const feedOf = (entries: readonly OutgoingEvent[]): string => outFeed({ name: 'Harrow House, for the florist', refreshMinutes: 60, entries });
const readBack = (text: string) => {
  const read = readCalendarFile(text, { span, zone: 'Europe/London' });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};
const times = (startsAt: string, minutes: number, zone: string): OutgoingEvent['when'] => ({ kind: 'times', startsAt: Date.parse(startsAt), endsAt: Date.parse(startsAt) + minutes * 60_000, zone });

describe('a feed of our own', () => {
  it('is read back as it was meant, by us', () => {
    const events = [
      outgoing({ ourId: id(1), title: 'Füllung; Größe, „so“\\n — 🎉', description: 'one\ntwo, three; four \\ five\n\nSTATUS:CANCELLED', sequence: 7 }),
      outgoing({ ourId: id(2), when: { kind: 'days', from: '2027-03-28', until: '2027-03-29', zone: 'Europe/London' }, status: 'tentative', busy: false }),
      outgoing({ ourId: id(3), when: times('2027-10-31T00:30:00.000Z', 60, 'Europe/London') }),
      outgoing({ ourId: id(4), when: times('2027-10-31T01:30:00.000Z', 60, 'Europe/London') }),
      outgoing({ ourId: id(5), when: times('2031-08-01T22:00:00.000Z', 300, 'America/New_York') }),
      outgoing({ ourId: id(6), status: 'cancelled' }),
    ];
    const read = new Map(readBack(feedOf(events)).map((one) => [one.ourId, one]));
    expect(read.size).toBe(events.length);
    for (const event of events) {
      const one = read.get(event.ourId);
      expect(one).toMatchObject({ title: event.title, status: event.status, busy: event.busy, allDay: event.when.kind === 'days', calendar: 'Harrow House, for the florist' });
      if (event.when.kind === 'times') expect([Date.parse(one?.startsAt ?? ''), Date.parse(one?.endsAt ?? '')], event.ourId).toEqual([event.when.startsAt, event.when.endsAt]);
    }
    expect(read.get(id(1))?.description).toBe('one\ntwo, three; four \\ five\n\nSTATUS:CANCELLED');
    expect(read.get(id(2))).toMatchObject({ startsAt: '2027-03-28T00:00:00.000Z', endsAt: '2027-03-28T23:00:00.000Z' });
  });

  it('says by its own definitions when things are, to whoever knows no zones by name', () => {
    const text = feedOf([outgoing({ ourId: id(1), when: times('2027-07-01T14:00:00.000Z', 60, 'Europe/London') }), outgoing({ ourId: id(2), when: times('2029-12-01T14:00:00.000Z', 60, 'Europe/London') }), outgoing({ ourId: id(3), when: times('2028-01-10T03:15:00.000Z', 60, 'Australia/Lord_Howe') })]);
    const calendar = new ICAL.Component(ICAL.parse(text) as ConstructorParameters<typeof ICAL.Component>[0]);
    const zones = new Map(calendar.getAllSubcomponents('vtimezone').map((component) => [String(component.getFirstPropertyValue('tzid')), new ICAL.Timezone({ component, tzid: String(component.getFirstPropertyValue('tzid')) })]));
    const starts = calendar.getAllSubcomponents('vevent').map((component) => {
      const time = new ICAL.Event(component).startDate;
      const zone = zones.get(String(component.getFirstProperty('dtstart')?.getParameter('tzid')));
      if (zone === undefined) throw new Error('a zone is not defined');
      time.zone = zone;
      return new Date(time.toUnixTime() * 1000).toISOString();
    });
    expect(starts).toEqual(['2027-07-01T14:00:00.000Z', '2028-01-10T03:15:00.000Z', '2029-12-01T14:00:00.000Z']);
  });

  it('is the same bytes for the same entries in any order, with its hints, in lines of the standard', () => {
    const events = [1, 2, 3].map((n) => outgoing({ ourId: id(n), title: `${'Ä long title '.repeat(12)}${n}` }));
    const text = feedOf(events);
    expect(feedOf([...events].reverse())).toBe(text);
    for (const line of ['METHOD:PUBLISH', 'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H', 'DTSTAMP:20261120T120000Z', 'LAST-MODIFIED:20261120T120000Z']) expect(text.split('\r\n')).toContain(line);
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    // The library counts without the blank that a folded line begins with.
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(76);
  });

  it('tells each recipient only what is theirs', () => {
    const secret = { description: 'the surprise', location: 'Hidden lane 7', attendees: [{ email: 'ada@example.org', name: 'Ada' }] };
    const text = feedOf([outgoing({ ...secret, ourId: id(1), title: 'Shown', privacy: 'title' }), outgoing({ ...secret, ourId: id(2), title: 'Not shown', privacy: 'busy', busyText: 'Taken' })]);
    expect(text).toContain('SUMMARY:Shown');
    expect(text).toContain('SUMMARY:Taken');
    expect(text).not.toMatch(/Not shown|surprise|Hidden lane|ada@example|ATTENDEE/);
  });

  it('keeps the newest of what is given twice, and leaves out what cannot be', () => {
    const text = feedOf([outgoing({ ourId: id(1), sequence: 2, title: 'Second' }), outgoing({ ourId: id(1), sequence: 1, title: 'First' }), outgoing({ ourId: id(2), when: times('2027-07-01T14:00:00.000Z', 60, 'Moon/Base') }), outgoing({ ourId: 'no-id' })]);
    expect(readBack(text).map((one) => one.title)).toEqual(['Second']);
  });
});
