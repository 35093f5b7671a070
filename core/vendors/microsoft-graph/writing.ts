import type { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { baseUrlOf } from '../apiClient.ts';
import { MOST_PAGES, refusedEvent, trouble } from '../calendarCalls.ts';
import { mayWrite, readOf } from '../calendarRefs.ts';
import type { CalendarPart, CalendarResult, FoundEvent, FoundWhen, OutgoingEvent, RemoteCalendar, WrittenEvent } from '../calendars.ts';
import type { CallPorts, ConnectionAccess } from '../calling.ts';
import { queryText } from '../calls.ts';
import { localDate, longText, msOfText, shortText } from '../fields.ts';
import { textMark } from '../ids.ts';
import { askingOf, entriesOf, noSuchEntry, type Ask, type JsonEntries, type Look, type TakeAway } from '../jsonEntries.ts';
import { shownOf } from '../outgoing.ts';
import { knownZone, wallTimeOf, wallTimeToInstant, windowsZone } from '../wallTime.ts';
import { DEFAULT_BASE_URL, WRITE_SCOPE } from './manifest.ts';
import { answersIn, instantAt, originOf, OUR_ID, TRANSACTION } from './mapping.ts';
import { Calendars, Event, Events, Nothing } from './shapes.ts';

/** Outlook's events as they are written: https://learn.microsoft.com/graph/api/resources/event */

const ID = /^[A-Za-z0-9_=-]{1,512}$/;
const LONGEST_KEY = 500;
const EXPANDED = `singleValueExtendedProperties($filter=id eq '${OUR_ID}')`;

/** One call; an error is what it means to whoever writes. */
export const askGraph = askingOf({
  who: 'Outlook', baseUrl: DEFAULT_BASE_URL, success: [200, 201, 204], headers: { prefer: 'IdType="ImmutableId", outlook.body-content-type="text"' },
});

/** `''` = the main calendar; null for an id that is none. */
export function eventsPath(calendarRef: string): string | null {
  if (calendarRef === '') return '/me/events';
  return ID.test(calendarRef) ? `/me/calendars/${encodeURIComponent(calendarRef)}/events` : null;
}
const eventPath = (_calendarRef: string, remoteId: string): string | null => (ID.test(remoteId) ? `/me/events/${encodeURIComponent(remoteId)}` : null);

/** Outlook keeps it with the entry and makes no second one with the same. */
export const transactionOf = (ourId: string, key: string): string => `${TRANSACTION}${ourId.toLowerCase()}:${textMark(key)}`;

/** A wall time in a zone of Windows; in UTC where Windows has no name for the zone, or the clocks show that time twice. */
function momentOf(at: number, zone: string): { readonly dateTime: string; readonly timeZone: string } {
  const [name, wall] = [windowsZone(zone), wallTimeOf(at, zone)];
  const told = name !== null && Date.parse(wallTimeToInstant(wall, zone) ?? '') === at;
  return told ? { dateTime: wall, timeZone: name } : { dateTime: wallTimeOf(at, 'UTC'), timeZone: 'UTC' };
}

function timesOf({ when }: OutgoingEvent): Record<string, unknown> {
  if (when.kind === 'times') return { isAllDay: false, start: momentOf(when.startsAt, when.zone), end: momentOf(when.endsAt, when.zone) };
  const midnight = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone: windowsZone(when.zone) ?? 'UTC' });
  return { isAllDay: true, start: midnight(when.from), end: midnight(when.until) };
}

function bodyOf(event: OutgoingEvent): Record<string, unknown> {
  const { title, description, location, attendees, reminders, category } = shownOf(event);
  const earliest = reminders?.[0];
  return {
    subject: title,
    ...timesOf(event),
    showAs: !event.busy ? 'free' : event.status === 'tentative' ? 'tentative' : 'busy',
    singleValueExtendedProperties: [{ id: OUR_ID, value: event.ourId.toLowerCase() }],
    ...(description === undefined ? {} : { body: { contentType: 'text', content: description ?? '' } }),
    ...(location === undefined ? {} : { location: { displayName: location ?? '' } }),
    ...(category === undefined ? {} : { categories: category === null ? [] : [category] }),
    // Outlook mails everybody whom an entry names: nobody is named unless somebody said that it may. Taken out they are, whatever was said.
    ...(attendees === undefined || (event.invite !== true && attendees.length > 0)
      ? {}
      : { attendees: attendees.map(({ email, name }) => ({ type: 'required', emailAddress: { address: email, name: name ?? email } })) }),
    ...(reminders === undefined ? {} : { isReminderOn: earliest !== undefined }),
    ...(earliest === undefined ? {} : { reminderMinutesBeforeStart: earliest }),
  };
}

const writtenOf = (event: Event, already = false): WrittenEvent => {
  return { remoteId: event.id, etag: event['@odata.etag'] ?? null, sequence: null, already };
};

const lookAt: Look<Event> = (ports, access, path) =>
  askGraph(ports, access, { method: 'GET', path: `${path}?${queryText({ $expand: EXPANDED })}`, what: 'an entry', shape: Event });

/** What the answer says is what was asked: an answer to an earlier call of the same key may say something else. */
function says(event: Event, sent: OutgoingEvent): boolean {
  const found = foundWhen(event);
  const { when } = sent;
  if (event.subject !== shownOf(sent).title || found === null) return false;
  if (found.kind === 'times') return when.kind === 'times' && found.startsAt === when.startsAt && found.endsAt === when.endsAt;
  return when.kind === 'days' && found.from === when.from && found.until === when.until;
}

const create: JsonEntries<Event>['create'] = async (ports, access, calendarRef, event, key) => {
  const events = eventsPath(calendarRef);
  if (events === null || key === '' || key.length > LONGEST_KEY) return noSuchEntry();
  const transactionId = transactionOf(event.ourId, key);
  const made = await askGraph(ports, access, {
    method: 'POST', path: events, what: 'a new entry', shape: Event, body: { ...bodyOf(event), transactionId },
  });
  if (made.ok) return ok(writtenOf(made.value.value, !says(made.value.value, event)));
  if (made.error.status !== 409) return made;
  const filter = `singleValueExtendedProperties/any(ep: ep/id eq '${OUR_ID}' and ep/value eq '${event.ourId.toLowerCase()}')`;
  const path = `${events}?${queryText({ $filter: filter, $expand: EXPANDED })}`;
  const there = await askGraph(ports, access, { method: 'GET', path, what: 'the entry that is there already', shape: Events });
  if (!there.ok) return there;
  const same = there.value.value.value.find((one) => one.transactionId === transactionId);
  return same === undefined ? trouble('calendar.gone', 'The entry was made once and is not there any more.') : ok(writtenOf(same, true));
};

const update: JsonEntries<Event>['update'] = async (ports, access, path, event, { remoteId, etag }) => {
  if (event.status === 'cancelled') {
    const gone = await takeAway(ports, access, path, etag);
    return gone.ok ? ok({ remoteId, etag: null, sequence: null, already: false }) : gone;
  }
  const done = await askGraph(ports, access, { method: 'PATCH', path, what: 'a change of an entry', shape: Event, body: bodyOf(event), etag });
  return done.ok ? ok(writtenOf(done.value.value)) : done;
};

const takeAway: TakeAway = (ports, access, path, etag) => askGraph(ports, access, { method: 'DELETE', path, what: 'taking an entry away', shape: Nothing, etag });

function foundWhen({ start, end, isAllDay, originalStartTimeZone }: Event): FoundWhen | null {
  const zone = knownZone(originalStartTimeZone);
  if (isAllDay === true) {
    const [from, until] = [localDate(start?.dateTime), localDate(end?.dateTime)];
    return from === null || until === null ? null : { kind: 'days', from, until, zone };
  }
  const [starts, ends] = [instantAt(start ?? {}), instantAt(end ?? {})];
  return starts === null || ends === null ? null : { kind: 'times', startsAt: Date.parse(starts), endsAt: Date.parse(ends), zone };
}

function foundOf(event: Event): CalendarResult<FoundEvent | null> {
  if (event.isCancelled === true) return ok(null);
  const when = foundWhen(event);
  if (when === null) return trouble('normalise.shape_unknown', 'Outlook answered an entry without times that exist.');
  return ok({
    remoteId: event.id, etag: event['@odata.etag'] ?? null, sequence: null, ourId: originOf(event), title: shortText(event.subject),
    description: longText(event.body?.content, 8_000), place: shortText(event.location?.displayName), when,
    status: event.showAs === 'tentative' ? 'tentative' : 'confirmed', busy: event.showAs !== 'free' && event.showAs !== 'workingElsewhere',
    changedAt: msOfText(event.lastModifiedDateTime), answers: answersIn(event.attendees),
    ...(event.isReminderOn == null ? {} : { reminder: event.isReminderOn ? (event.reminderMinutesBeforeStart ?? null) : null }),
  });
}

async function calendars(ports: CallPorts, access: ConnectionAccess): Promise<CalendarResult<readonly RemoteCalendar[]>> {
  const all: RemoteCalendar[] = [];
  const leave = mayWrite(access, WRITE_SCOPE);
  const base = baseUrlOf(access, DEFAULT_BASE_URL);
  let path = `/me/calendars?${queryText({ $top: 100 })}`;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const ask: Ask<z.infer<typeof Calendars>> = { method: 'GET', path, what: 'the list of calendars', shape: Calendars };
    const list = await askGraph(ports, access, ask);
    if (!list.ok) return list;
    for (const one of list.value.value.value) {
      all.push({
        remoteId: one.id, name: shortText(one.name) ?? one.id, zone: null, mayWrite: leave ? (one.canEdit ?? null) : false, primary: one.isDefaultCalendar === true,
        colour: shortText(one.hexColor, 20),
      });
    }
    const next = list.value.value['@odata.nextLink'];
    if (!next) return ok(all);
    // The sign-in goes along: only to where it belongs.
    if (!next.startsWith(`${base}/`)) return refusedEvent('Outlook has named another place to read on.');
    path = next;
  }
  return trouble('normalise.shape_unknown', 'Outlook lists calendars without end.');
}

export const writing = {
  entryType: 'event', calendars, ...entriesOf({ pathOf: eventPath, lookAt, takeAway, foundOf, create, update }), originOf: (remote: unknown) => originOf(remote),
  reads: ({ settings }, all) => readOf('', settings['calendarId'], all),
} satisfies CalendarPart;
