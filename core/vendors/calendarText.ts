import ICAL from 'ical.js';
import { endOf, instantOf, zoneNameOf } from './calendarFile.ts';
import { OUR_PROPERTY, uidOf } from './calendarOrigin.ts';
import { stampOf, timeLine, zoneLines } from './calendarZones.ts';
import type { Attendee, OutgoingEvent } from './calendars.ts';
import { addressIn } from './calendarPeople.ts';
import { shownOf } from './outgoing.ts';

/** Our entries as iCalendar (RFC 5545). What somebody else has put into an entry stays there; folding and escaping are the library's. */

export type Component = InstanceType<typeof ICAL.Component>;
type Property = InstanceType<typeof ICAL.Property>;

export const PRODUCT = '-//WedSync//Command Centre//EN';

const line = (text: string): Property => ICAL.Property.fromString(text);
const component = (lines: readonly string[]): Component => ICAL.Component.fromString(lines.join('\r\n'));

export function newCalendar(): Component {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', PRODUCT);
  return calendar;
}

/** An entry of ours, still without its content. */
export function newEvent(ourId: string): Component {
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', uidOf(ourId));
  return event;
}

function setText(into: Component, name: string, value: string | null): void {
  into.removeAllProperties(name);
  if (value !== null) into.addPropertyWithValue(name, value);
}

function setLine(into: Component, name: string, text: string): void {
  into.removeAllProperties(name);
  into.addProperty(line(text));
}

function setTimes(into: Component, { when }: OutgoingEvent): void {
  into.removeAllProperties('duration');
  if (when.kind === 'days') {
    setLine(into, 'dtstart', `DTSTART;VALUE=DATE:${when.from.replaceAll('-', '')}`);
    setLine(into, 'dtend', `DTEND;VALUE=DATE:${when.until.replaceAll('-', '')}`);
    return;
  }
  setLine(into, 'dtstart', timeLine('DTSTART', when.startsAt, when.zone));
  setLine(into, 'dtend', timeLine('DTEND', when.endsAt, when.zone));
}

/** Whoever stays keeps what they have answered, unless it was about another time (RFC 5546, 2.1.4 and 3.2.2.1). A server that sends invitations is told whether it may. */
function setAttendees(into: Component, people: readonly Attendee[], organiser: string | null, invite: boolean, moved: boolean): void {
  const wanted = new Set(people.map(({ email }) => email));
  const there = new Set<string>();
  for (const property of into.getAllProperties('attendee')) {
    const address = addressIn(property);
    if (address !== null && wanted.has(address) && !there.has(address)) {
      there.add(address);
      if (moved) property.setParameter('partstat', 'NEEDS-ACTION');
    } else into.removeProperty(property);
  }
  for (const { email, name } of people) {
    if (there.has(email)) continue;
    const property = new ICAL.Property('attendee');
    if (name !== null) property.setParameter('cn', name.replaceAll('"', "'"));
    property.setParameter('partstat', 'NEEDS-ACTION');
    property.setParameter('role', 'REQ-PARTICIPANT');
    if (!invite) property.setParameter('schedule-agent', 'CLIENT');
    property.setValue(`mailto:${email}`);
    into.addProperty(property);
  }
  if (people.length === 0) into.removeAllProperties('organizer');
  else if (organiser !== null && !into.hasProperty('organizer')) {
    const property = new ICAL.Property('organizer');
    if (!invite) property.setParameter('schedule-agent', 'CLIENT');
    property.setValue(`mailto:${organiser}`);
    into.addProperty(property);
  }
}

function setReminders(into: Component, minutes: readonly number[], title: string): void {
  into.removeAllSubcomponents('valarm');
  for (const before of minutes) {
    const alarm = component(['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:-PT${before}M`, 'END:VALARM']);
    alarm.addPropertyWithValue('description', title);
    into.addSubcomponent(alarm);
  }
}

/** From when to when, in UTC; '' = it has no times. */
function timesIn(entry: Component): string {
  if (!entry.hasProperty('dtstart')) return '';
  const { startDate, endDate } = new ICAL.Event(entry);
  const zone = zoneNameOf(entry, startDate, null);
  return [instantOf(startDate, zone), endOf(startDate, endDate, zone)].join();
}

/** Writes a checked entry over what stands in `into`. `organiser` = whose calendar it is, an address; null = unknown. */
export function setEvent(into: Component, event: OutgoingEvent, organiser: string | null): void {
  const { title, description, location, attendees, reminders, category } = shownOf(event);
  const stamp = stampOf(event.changedAt);
  const before = Number(into.getFirstPropertyValue('sequence') ?? 0) || 0;
  setLine(into, 'dtstamp', `DTSTAMP:${stamp}`);
  setLine(into, 'last-modified', `LAST-MODIFIED:${stamp}`);
  setLine(into, 'sequence', `SEQUENCE:${Math.max(before, event.sequence)}`);
  const was = timesIn(into);
  setTimes(into, event);
  setText(into, 'summary', title);
  if (description !== undefined) setText(into, 'description', description);
  if (location !== undefined) setText(into, 'location', location);
  if (category !== undefined) setText(into, 'categories', category);
  setText(into, 'status', event.status.toUpperCase());
  setText(into, 'transp', event.busy ? 'OPAQUE' : 'TRANSPARENT');
  setText(into, OUR_PROPERTY, event.ourId.toLowerCase());
  if (attendees !== undefined) setAttendees(into, attendees, organiser, event.invite === true, was !== timesIn(into));
  if (reminders !== undefined) setReminders(into, reminders, title);
}

/** One of ours holds for the years of its entry only; with the entry it goes to other years. */
function isOurs(zone: Component, calendar: Component): boolean {
  const repeats = [...zone.getAllSubcomponents('standard'), ...zone.getAllSubcomponents('daylight')].some((one) => one.hasProperty('rrule'));
  return !repeats && calendar.getAllSubcomponents('vevent').length <= 1;
}

/** Says of every zone that the given entries name what its clocks show; a definition that others have made stays. */
export function addZones(calendar: Component, events: readonly OutgoingEvent[]): void {
  const spans = new Map<string, { from: number; to: number }>();
  for (const { when } of events) {
    if (when.kind === 'days' || when.zone === 'UTC') continue;
    const span = spans.get(when.zone) ?? { from: when.startsAt, to: when.endsAt };
    spans.set(when.zone, { from: Math.min(span.from, when.startsAt), to: Math.max(span.to, when.endsAt) });
  }
  for (const [zone, { from, to }] of [...spans].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const defined = calendar.getAllSubcomponents('vtimezone').find((one) => one.getFirstPropertyValue('tzid') === zone);
    if (defined !== undefined && !isOurs(defined, calendar)) continue;
    if (defined !== undefined) calendar.removeSubcomponent(defined);
    calendar.addSubcomponent(component(zoneLines(zone, from, to)));
  }
}

/** Lines end as the standard says, the last one too. */
export const textOfCalendar = (calendar: Component): string => `${calendar.toString()}\r\n`;
