import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/contract/record/calendars.ts';
import { entryOf, stoodOf, type Entry, type EntryOptions } from '../../../../core/domain/calendars/entry.ts';
import type { EntryRow } from '../../../../core/domain/calendars/subjects.ts';
import { readCalendarFile } from '../../../../core/vendors/calendarFile.ts';
import { newCalendar, newEvent, setEvent, textOfCalendar } from '../../../../core/vendors/calendarText.ts';
import { ENTRY_WORDS } from '../../../../server/feeds/words.ts';
import { OUR_ID } from '../../../vendors/calendarWrites.ts';

/** What hostile names and templates come to say in somebody's calendar: their words, and no line of their own. */

const START = Date.parse('2027-06-20T14:00:00.000Z');
const wedding = (more: object = {}): EntryRow => ({
  collection: 'weddings',
  row: {
    id: '0199a000-0000-7000-8000-000000000001', version: 1, seq: 1, updatedAt: '2026-11-20T12:00:00.000Z', source: null, title: 'Amara & Tom', date: '2027-06-20', zone: 'Europe/London',
    startsAt: new Date(START).toISOString(), endsAt: new Date(START + 3_600_000).toISOString(), room: 'Barn', status: 'confirmed', guestCount: null, ...more,
  },
} as EntryRow);
type Own = Partial<Pick<Calendar, 'titleTemplate' | 'descriptionTemplate' | 'categoryWord'>>;
const calendarOf = (own: Own) => ({ privacy: 'full', invite: false, reminders: [], resourceId: null, role: null, wholes: [], ...own }) as unknown as EntryOptions['calendar'];
function entry(subject: EntryRow, own: Own, contact: string | null = null): Entry {
  const around = { wedding: null, resource: null, contact: contact === null ? null : { name: contact, email: null }, zone: 'Europe/London' };
  const made = entryOf(subject, { pushId: OUR_ID, calendar: calendarOf(own), around, words: ENTRY_WORDS, sequence: 0, changedAt: START });
  if (!made) throw new Error('it stands there');
  return made;
}
function fileOf(one: Entry): string {
  const [calendar, event] = [newCalendar(), newEvent(OUR_ID)];
  setEvent(event, one, null);
  calendar.addSubcomponent(event);
  return textOfCalendar(calendar);
}
const LINE = /^(?:BEGIN|END|VERSION|PRODID|UID|DTSTAMP|LAST-MODIFIED|SEQUENCE|DTSTART|DTEND|SUMMARY|DESCRIPTION|LOCATION|STATUS|TRANSP|CATEGORIES|X-[A-Z-]+|TZID|TZOFFSET\w+|TZNAME|RDATE|RRULE)[:;]/;
const BAD = [
  'A\r\nATTENDEE:mailto:eve@example.org', 'A\nEND:VEVENT\nBEGIN:VEVENT', 'A\rX-EVIL:1', 'A\u2028X-EVIL:1\u2029B', 'A\u0085X-EVIL:1', 'A\\nX-EVIL:1', 'A;VALUE=X:1,2\\;3', 'A\u000bB\u000cC\u001bD\u007f', `${'💒'.repeat(140)}`, `${'ü'.repeat(280)}`, '"A": ^n b',
];

describe('a hostile name', () => {
  it.each(BAD)('%j makes no line of its own, and is read back as one entry', (bad) => {
    for (const own of [{}, { titleTemplate: '{what}: {contact}', descriptionTemplate: 'For {what}\n{contact}\r\nEnd', categoryWord: bad.slice(0, 60) }, { titleTemplate: bad, descriptionTemplate: bad }]) {
      const one = entry(wedding({ title: bad, room: bad }), own, bad);
      const text = fileOf(one);
      expect(text).not.toMatch(/[^\r]\n|\r[^\n]/);
      const lines = text.replaceAll('\r\n ', '').split('\r\n').filter((line) => line !== '');
      for (const line of lines) expect(line).toMatch(LINE);
      for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      const span = { from: START - 86_400_000, to: START + 86_400_000 };
      const read = readCalendarFile(text, { span, zone: 'Europe/London' });
      expect(read.ok && read.value.length).toBe(1);
    }
  });
});

describe('a title', () => {
  it.each([
    ['longer than a title may be', `${'a'.repeat(299)}💒 and more`], ['that ends in half of a sign', `${'a'.repeat(299)}💒`],
  ])('%s is cut between signs', (_what, title) => {
    for (const own of [{ titleTemplate: '{what}' }, { titleTemplate: `${'a'.repeat(299)}💒` }]) {
      const one = entry(wedding({ title }), own);
      expect([one.title.isWellFormed(), one.title.length <= 300, one.title !== '']).toEqual([true, true, true]);
      expect(stoodOf(wedding({ title }), calendarOf(own), one.title)?.title).toBe(one.title);
    }
  });

  it.each(['{contact}', ' {contact} - {contact} ', '({contact})', '{contact}\u200b', '\u200b\u2060', '\u0000', '---'])('of which %j leaves nothing to see is the row\'s own', (titleTemplate) => {
    expect(entry(wedding(), { titleTemplate }).title).toBe('Amara & Tom');
  });
});
