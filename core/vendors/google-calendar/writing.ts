import type { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { encodeHex, encodeUtf8 } from '../bytes.ts';
import { MOST_PAGES, refusedEvent, trouble } from '../calendarCalls.ts';
import { mayWrite, readOf } from '../calendarRefs.ts';
import type { Attendee, CalendarPart, CalendarResult, FoundEvent, FoundWhen, OutgoingEvent, RemoteCalendar, WrittenEvent } from '../calendars.ts';
import type { CallPorts, ConnectionAccess } from '../calling.ts';
import { queryText } from '../calls.ts';
import { emailAddress, localDate, longText, msOfText, objectAt, shortText } from '../fields.ts';
import { askingOf, entriesOf, noSuchEntry, type Ask, type JsonEntries, type Look, type TakeAway } from '../jsonEntries.ts';
import { shownOf } from '../outgoing.ts';
import { knownZone } from '../wallTime.ts';
import { isCalendarId, isLimit, MAIN } from './client.ts';
import { DEFAULT_BASE_URL, WRITE_SCOPE } from './manifest.ts';
import { answersIn, originOf, OUR_ID, timeOf } from './mapping.ts';
import { CalendarList, Event, Nothing } from './shapes.ts';

/** Google's `events` as they are written: https://developers.google.com/workspace/calendar/api/v3/reference/events */

/** Given by us or by Google; nothing that could leave its place in a path. */
const EVENT_ID = /^(?!.*\.\.)[\w.@-]{1,1024}$/;
const LONGEST_KEY_BYTES = 500;

/** One call; an error is what it means to whoever writes. */
export const askGoogle = askingOf({
  who: 'Google Calendar', baseUrl: DEFAULT_BASE_URL, success: [200, 204], read: (response) => (isLimit(response) ? { ...response, status: 429 } : response),
});

/** The events of a calendar; null for an id that is none. */
export const eventsPath = (calendarRef: string): string | null =>
  isCalendarId(calendarRef) ? `/calendars/${encodeURIComponent(calendarRef)}/events` : null;
const eventPath = (calendarRef: string, remoteId: string): string | null => {
  const events = eventsPath(calendarRef);
  return events !== null && EVENT_ID.test(remoteId) ? `${events}/${encodeURIComponent(remoteId)}` : null;
};

/** The same key is the same id, in the characters that Google takes (base32hex without padding: hexadecimal is a part of it). */
export function eventIdOf(key: string): string | null {
  const bytes = encodeUtf8(key);
  return bytes.length === 0 || bytes.length > LONGEST_KEY_BYTES ? null : encodeHex(bytes).padStart(6, '0');
}

const isWhen = (found: FoundWhen | null, when: OutgoingEvent['when']): boolean =>
  (found?.kind === 'times' ? when.kind === 'times' && found.startsAt === when.startsAt && found.endsAt === when.endsAt : when.kind === 'days' && found?.from === when.from && found.until === when.until);

const momentOf = (at: number, zone: string) => ({ dateTime: new Date(at).toISOString(), timeZone: zone, date: null });

/** Answers of people who stay are kept, unless they were about another time: the list is written whole. */
function attendeesOf(people: readonly Attendee[], there: Event | null, { when }: OutgoingEvent): readonly Record<string, unknown>[] {
  const asked = there !== null && !isWhen(foundWhen(there), when) ? { responseStatus: 'needsAction' } : {};
  const known = new Map((there?.attendees ?? []).map((one) => [emailAddress(one['email']), one]));
  return people.map(({ email, name }) => ({ ...known.get(email), ...(known.has(email) ? asked : {}), email, ...(name === null ? {} : { displayName: name }) }));
}

function bodyOf(event: OutgoingEvent, there: Event | null): Record<string, unknown> {
  const { title, description, location, attendees, reminders } = shownOf(event);
  const { when } = event;
  const times =
    when.kind === 'days'
      ? { start: { date: when.from, dateTime: null, timeZone: null }, end: { date: when.until, dateTime: null, timeZone: null } }
      : { start: momentOf(when.startsAt, when.zone), end: momentOf(when.endsAt, when.zone) };
  return {
    summary: title,
    ...times,
    status: event.status,
    transparency: event.busy ? 'opaque' : 'transparent',
    extendedProperties: { private: { [OUR_ID]: event.ourId.toLowerCase() } },
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(location === undefined ? {} : { location: location ?? '' }),
    ...(attendees === undefined ? {} : { attendees: attendeesOf(attendees, there, event) }),
    ...(reminders === undefined ? {} : { reminders: { useDefault: false, overrides: reminders.map((minutes) => ({ method: 'popup', minutes })) } }),
  };
}

/** A new entry has nothing that would have to be taken away. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => [name, withoutNulls(one)]));
}

const writtenOf = ({ id, etag, sequence }: Event, already = false): WrittenEvent => {
  return { remoteId: id, etag: etag ?? null, sequence: sequence ?? null, already };
};
/** Nobody is mailed unless somebody said so. */
const sending = ({ invite }: OutgoingEvent): string => `?${queryText({ sendUpdates: invite === true ? 'all' : 'none' })}`;

const lookAt: Look<Event> = (ports, access, path) => askGoogle(ports, access, { method: 'GET', path, what: 'an entry', shape: Event });

const create: JsonEntries<Event>['create'] = async (ports, access, calendarRef, event, key) => {
  const [events, id] = [eventsPath(calendarRef), eventIdOf(key)];
  if (events === null || id === null) return noSuchEntry();
  const body = { id, ...(withoutNulls(bodyOf(event, null)) as Record<string, unknown>) };
  const made = await askGoogle(ports, access, { method: 'POST', path: `${events}${sending(event)}`, what: 'a new entry', shape: Event, body });
  if (made.ok) return ok(writtenOf(made.value.value));
  if (made.error.status !== 409) return made;
  // Made before, and the answer was lost; or deleted since: Google never gives an id twice.
  const there = await lookAt(ports, access, `${events}/${id}`);
  if (!there.ok) return there;
  if (originOf(there.value.value) !== event.ourId.toLowerCase()) return refusedEvent('Google Calendar has another entry under the id of this one.');
  if (there.value.value.status === 'cancelled') return trouble('calendar.gone', 'The entry was deleted over there.');
  return ok(writtenOf(there.value.value, true));
};

const update: JsonEntries<Event>['update'] = async (ports, access, path, event, { etag }) => {
  let there: Event | null = null;
  if ((event.attendees?.length ?? 0) > 0 && event.privacy === 'full') {
    const found = await lookAt(ports, access, path);
    if (!found.ok) return found;
    there = found.value.value;
    if (there.etag !== etag) return trouble('calendar.changed_there', 'The entry was changed in Google Calendar.');
  }
  const body = bodyOf(event, there);
  const done = await askGoogle(ports, access, {
    method: 'PATCH', path: `${path}${sending(event)}`, what: 'a change of an entry', shape: Event, body, etag,
  });
  return done.ok ? ok(writtenOf(done.value.value)) : done;
};

const takeAway: TakeAway = (ports, access, path, etag) => askGoogle(ports, access, {
  method: 'DELETE', path: `${path}?${queryText({ sendUpdates: 'none' })}`, what: 'taking an entry away', shape: Nothing, etag,
});

function foundWhen({ start = {}, end = {} }: Event): FoundWhen | null {
  const zone = knownZone(start['timeZone']);
  const [from, until] = [localDate(start['date']), localDate(end['date'])];
  if (from !== null && until !== null) return { kind: 'days', from, until, zone };
  const [starts, ends] = [timeOf(start, zone), timeOf(end, zone)];
  if (starts === null || ends === null) return null;
  return { kind: 'times', startsAt: Date.parse(starts.at), endsAt: Date.parse(ends.at), zone };
}

/** Those of the calendar itself are none of the entry's. */
function remindersOf({ reminders }: Event): Pick<FoundEvent, 'reminders'> {
  const { useDefault, overrides } = objectAt({ reminders }, 'reminders');
  if (useDefault !== false) return {};
  const all = (Array.isArray(overrides) ? (overrides as unknown[]) : []).map((one) => Number(objectAt({ one }, 'one')['minutes']));
  return { reminders: all };
}

function foundOf(event: Event): CalendarResult<FoundEvent | null> {
  if (event.status === 'cancelled') return ok(null);
  const when = foundWhen(event);
  if (when === null) return trouble('normalise.shape_unknown', 'Google Calendar answered an entry without times that exist.');
  return ok({
    remoteId: event.id, etag: event.etag ?? null, sequence: event.sequence ?? null, ourId: originOf(event), title: shortText(event.summary),
    description: longText(event.description, 8_000), place: shortText(event.location), when,
    status: event.status === 'tentative' ? 'tentative' : 'confirmed', busy: event.transparency !== 'transparent',
    changedAt: msOfText(event.updated), answers: answersIn(event.attendees), ...remindersOf(event),
  });
}

async function calendars(ports: CallPorts, access: ConnectionAccess): Promise<CalendarResult<readonly RemoteCalendar[]>> {
  const all: RemoteCalendar[] = [];
  const leave = mayWrite(access, WRITE_SCOPE);
  let pageToken: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const path: string = `/users/me/calendarList?${queryText({ maxResults: 250, showHidden: true, pageToken })}`;
    const ask: Ask<z.infer<typeof CalendarList>> = { method: 'GET', path, what: 'the list of calendars', shape: CalendarList };
    const list = await askGoogle(ports, access, ask);
    if (!list.ok) return list;
    for (const one of list.value.value.items) {
      if (one.deleted === true) continue;
      all.push({
        remoteId: one.id, name: shortText(one.summaryOverride) ?? shortText(one.summary) ?? one.id, zone: knownZone(one.timeZone),
        mayWrite: leave && (one.accessRole === 'owner' || one.accessRole === 'writer'), primary: one.primary === true,
        colour: shortText(one.backgroundColor, 20),
      });
    }
    pageToken = list.value.value.nextPageToken ?? null;
    if (pageToken === null) return ok(all);
  }
  return trouble('normalise.shape_unknown', 'Google Calendar lists calendars without end.');
}

export const writing = {
  entryType: 'event', calendars, ...entriesOf({ pathOf: eventPath, lookAt, takeAway, foundOf, create, update }), originOf: (remote: unknown) => originOf(remote),
  reads: ({ settings }, all) => readOf(MAIN, settings['calendarId'], all),
} satisfies CalendarPart;
