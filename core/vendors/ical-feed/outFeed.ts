import ICAL from 'ical.js';
import type { OutgoingEvent } from '../calendars.ts';
import { addZones, newCalendar, newEvent, setEvent, textOfCalendar } from '../calendarText.ts';
import { shortText } from '../fields.ts';
import { checkedEvent } from '../outgoing.ts';

/**
 * A feed of our own for one recipient, to be subscribed to (RFC 5545, RFC 7986). It says only what it is given: the same entries are
 * the same bytes, whenever they are asked for. An entry that was taken back stays in as cancelled, since the format knows no deletions.
 */
export interface OutFeed {
  /** As the subscriber's calendar calls it. */
  readonly name: string;
  /** How often it is worth asking, minutes; a wish that not every calendar grants. */
  readonly refreshMinutes: number;
  /** Each with its own privacy. One that cannot be shown as it is (no such zone, no such day) is left out. */
  readonly entries: readonly OutgoingEvent[];
}

const startOf = ({ when }: OutgoingEvent): number => (when.kind === 'days' ? Date.parse(`${when.from}T00:00:00.000Z`) : when.startsAt);

function entriesOf(entries: readonly OutgoingEvent[]): readonly OutgoingEvent[] {
  const newest = new Map<string, OutgoingEvent>();
  for (const entry of entries) {
    const id = entry.ourId.toLowerCase();
    const before = newest.get(id);
    if (checkedEvent(entry).ok && (before === undefined || entry.sequence >= before.sequence)) newest.set(id, entry);
  }
  return [...newest.values()].sort((a, b) => startOf(a) - startOf(b) || (a.ourId < b.ourId ? -1 : 1));
}

export function outFeed({ name, refreshMinutes, entries }: OutFeed): string {
  const calendar = newCalendar();
  const shown = entriesOf(entries);
  const title = shortText(name, 200) ?? 'Calendar';
  const wait = ICAL.Duration.fromSeconds(Math.max(1, Math.round(refreshMinutes)) * 60).toString();
  calendar.addPropertyWithValue('method', 'PUBLISH');
  calendar.addPropertyWithValue('name', title);
  // Written out: the library does not know the type of names that are an application's own.
  const called = new ICAL.Property('x-wr-calname');
  called.resetType('text');
  called.setValue(title);
  calendar.addProperty(called);
  calendar.addProperty(ICAL.Property.fromString(`REFRESH-INTERVAL;VALUE=DURATION:${wait}`));
  calendar.addProperty(ICAL.Property.fromString(`X-PUBLISHED-TTL:${wait}`));
  addZones(calendar, shown);
  for (const entry of shown) {
    const event = newEvent(entry.ourId);
    setEvent(event, { ...entry, invite: false }, null);
    calendar.addSubcomponent(event);
  }
  return textOfCalendar(calendar);
}
