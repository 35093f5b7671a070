import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { refusedEvent, trouble } from '../calendarCalls.ts';
import type { CalendarPart, CalendarResult, FoundEvent, OutgoingEvent, RemoteCalendar, WrittenEvent } from '../calendars.ts';
import { longText, msOfText, shortText } from '../fields.ts';
import { entriesOf, noSuchEntry, type JsonEntries, type Look, type TakeAway } from '../jsonEntries.ts';
import { shownOf } from '../outgoing.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { dayStart, knownZone, wallTimeOf, wallTimeToInstant } from '../wallTime.ts';
import { askCalendar } from './client.ts';
import {
  entriesPage, Entry, entryAt, etagOf, isWholeName, LONGEST_NAME, markedUp, markIn, markOf, plainOf, spanOf, type Mark, type Span,
} from './entries.ts';
import { SAFE_ID } from './webhook.ts';

/**
 * Our entries as events of the studio. There is no condition on a change, so what stands there is read right before, and no key against making
 * it twice, so our mark is looked for first.
 */

const MINUTE_MS = 60_000;
const LONGEST_KEY = 500;
const LONGEST_TEXT = 8_000;

type Body = Readonly<Record<string, unknown>>;

interface Wanted extends Span {
  readonly name: string;
  readonly descriptionHtml: string | null;
  readonly confirmed: boolean;
  readonly zone: string;
}

function wantedOf(event: OutgoingEvent): CalendarResult<Wanted> {
  const { when } = event;
  const midnight = (day: string): number => Date.parse(dayStart(day, when.zone) ?? '');
  const startsAt = when.kind === 'times' ? when.startsAt : midnight(when.from);
  const endsAt = when.kind === 'times' ? when.endsAt : midnight(when.until);
  if (Number.isNaN(startsAt) || Number.isNaN(endsAt)) return refusedEvent('The entry has no days that exist.');
  // What is cut would come back as somebody's change.
  if (startsAt % MINUTE_MS !== 0 || endsAt % MINUTE_MS !== 0) return refusedEvent('VSCO Workspace knows whole minutes only.');
  const { title, location, description } = shownOf(event);
  const words = [location, description].filter((part) => typeof part === 'string' && part !== '').join('\n');
  return ok({
    startsAt, endsAt, zone: when.zone, name: shortText(title, LONGEST_NAME) ?? title, confirmed: event.status === 'confirmed',
    descriptionHtml: markedUp(longText(words, LONGEST_TEXT) ?? ''),
  });
}

const tells = (at: number, zone: string): boolean => Date.parse(wallTimeToInstant(wallTimeOf(at, zone), zone) ?? '') === at;

/** What clocks in the entry's zone show; in UTC where they show it twice. Days are written as times: how theirs end is not published. */
function bodyOf({ startsAt, endsAt, zone, name, descriptionHtml, confirmed }: Wanted): Body {
  const timezoneName = tells(startsAt, zone) && tells(endsAt, zone) ? zone : 'UTC';
  const [startDate, startTime] = wallTimeOf(startsAt, timezoneName).split('T');
  const [endDate, endTime] = wallTimeOf(endsAt, timezoneName).split('T');
  return { name, descriptionHtml, confirmed, allDay: false, startDate, startTime, endDate, endTime, timezoneName };
}

const withoutNulls = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ''));

/**
 * What of an event somebody else may have set. Whether a change replaces the whole event is not published, so it is sent along. A place has no
 * more than its address once it is kept; one of the address book goes by its id.
 */
function keptOf({ channel, galleryId, jobId, location, phoneNumber, typeId, virtualUrl, externalMappings }: Entry): Body {
  const { name: _name, ...address } = location?.address ?? {};
  const place = location?.id ? { id: location.id } : Object.keys(withoutNulls(address)).length > 0 ? { address: withoutNulls(address) } : null;
  const phone = phoneNumber?.e164 ? { e164: phoneNumber.e164 } : phoneNumber?.formatted ? withoutNulls({ formatted: phoneNumber.formatted }) : null;
  const mappings = externalMappings?.map((one) => withoutNulls(one));
  return withoutNulls({ channel, galleryId, jobId, location: place, phoneNumber: phone, typeId, virtualUrl, externalMappings: mappings });
}

const asItStands = ({ startDate, startTime, endDate, endTime, timezoneName, allDay, name, descriptionHtml, confirmed }: Entry): Body => ({
  startDate, startTime, endDate, endTime, ...withoutNulls({ timezoneName }), allDay: allDay ?? false, name, descriptionHtml,
  confirmed: confirmed ?? false,
});

const sameTimes = (entry: Entry, wanted: Span): boolean => {
  const span = spanOf(entry);
  return span !== null && span.startsAt === wanted.startsAt && span.endsAt === wanted.endsAt;
};
const stands = (entry: Entry, wanted: Wanted): boolean =>
  sameTimes(entry, wanted) && entry.name === wanted.name && entry.confirmed === wanted.confirmed &&
  plainOf(entry.descriptionHtml) === plainOf(wanted.descriptionHtml);

const written = (entry: Entry, already = false): WrittenEvent => ({ remoteId: entry.id, etag: etagOf(entry), sequence: null, already });

const pathOf = (calendarRef: string, remoteId: string): string | null =>
  (SAFE_ID.test(calendarRef) && SAFE_ID.test(remoteId) ? `/event/${remoteId}` : null);

const lookAt: Look<Entry> = (ports, access, path) => askCalendar(ports, access, { method: 'GET', path, what: 'an event', shape: Entry });

const gone = (): CalendarResult<never> => trouble('calendar.gone', 'The event was taken away over there.');
const changed = (): CalendarResult<never> => trouble('calendar.changed_there', 'The event was changed in VSCO Workspace.');
const otherTimes = (undone: string): CalendarResult<never> =>
  refusedEvent(`VSCO Workspace has put the event at another time than the one that was asked for; ${undone}.`);

async function deleted(ports: CallPorts, access: ConnectionAccess, path: string): Promise<CalendarResult<true>> {
  const away = await askCalendar(ports, access, { method: 'DELETE', path, what: 'taking an event away', shape: z.unknown() });
  return away.ok || away.error.code === 'calendar.gone' ? ok(true) : away;
}

const takeAway: TakeAway = async (ports, access, path, etag) => {
  const there = await entryAt(ports, access, path.slice('/event/'.length));
  if (!there.ok) return there;
  if (there.value === null) return gone();
  if (etag !== null && etagOf(there.value) !== etag) return changed();
  return deleted(ports, access, path);
};

/**
 * An event that was made with this mark, whoever heard of it. By the interface's own filter; which mappings that one sees is not published ("for
 * this provider"), so the newest events are looked through as well: an answer that was lost is not old.
 */
async function madeBefore(ports: CallPorts, access: ConnectionAccess, { id }: Mark['mapping']): Promise<CalendarResult<Entry | null>> {
  for (const query of [{ externalMappingId: id }, { sortBy: 'created desc' }]) {
    const page = await entriesPage(ports, access, query);
    if (!page.ok) return page;
    const found = page.value.entries.find(({ externalMappings }) => markIn(externalMappings)?.mapping.id === id);
    if (found) return ok(found);
  }
  return ok(null);
}

const create: JsonEntries<Entry>['create'] = async (ports, access, calendarRef, event, key) => {
  if (!SAFE_ID.test(calendarRef) || key === '' || key.length > LONGEST_KEY) return noSuchEntry();
  const wanted = wantedOf(event);
  if (!wanted.ok) return wanted;
  const mapping = markOf(event.ourId, key);
  const before = await madeBefore(ports, access, mapping);
  if (!before.ok) return before;
  if (before.value !== null) return before.value.hidden === true ? gone() : ok(written(before.value, true));
  const body = { ...withoutNulls(bodyOf(wanted.value)), externalMappings: [mapping] };
  const made = await askCalendar(ports, access, { method: 'POST', path: '/event', what: 'a new event', shape: Entry, body });
  if (!made.ok) return made;
  const entry = made.value.value;
  const marked = markIn(entry.externalMappings)?.mapping.id === mapping.id;
  if (marked && sameTimes(entry, wanted.value)) return ok(written(entry));
  const away = await deleted(ports, access, `/event/${entry.id}`);
  if (!away.ok) return away;
  if (marked) return otherTimes('it was taken away again');
  return trouble('normalise.shape_unknown', 'VSCO Workspace has not kept the mark of the event; it was taken away again.');
};

const update: JsonEntries<Entry>['update'] = async (ports, access, path, event, { remoteId, etag }) => {
  if (event.status === 'cancelled') {
    const away = await takeAway(ports, access, path, etag);
    return away.ok ? ok({ remoteId, etag: null, sequence: null, already: false }) : away;
  }
  const asked = wantedOf(event);
  if (!asked.ok) return asked;
  const wanted = asked.value;
  const there = await entryAt(ports, access, remoteId);
  if (!there.ok) return there;
  const entry = there.value;
  if (entry === null) return gone();
  if (etagOf(entry) !== etag) return changed();
  if (stands(entry, wanted)) return ok(written(entry));
  const kept = keptOf(entry);
  const send = (body: Body) =>
    askCalendar(ports, access, { method: 'PUT', path, what: 'a change of an event', shape: Entry, body: { ...kept, ...body } });
  const put = await send(bodyOf(wanted));
  if (!put.ok) return put;
  if (sameTimes(put.value.value, wanted)) return ok(written(put.value.value));
  const back = await send(asItStands(entry));
  return back.ok ? otherTimes('it was put back') : back;
};

function foundOf(entry: Entry): CalendarResult<FoundEvent | null> {
  const span = spanOf(entry);
  if (entry.hidden === true || span === null) return ok(null);
  const mark = markIn(entry.externalMappings);
  const zone = knownZone(entry.timezoneName);
  return ok({
    remoteId: entry.id, etag: etagOf(entry), sequence: null, ourId: mark?.ourId ?? null,
    title: shortText(entry.name), description: plainOf(entry.descriptionHtml), place: null,
    when: { kind: 'times', ...span, zone }, status: 'confirmed', busy: true, changedAt: msOfText(entry.modified),
    says: isWholeName(entry.name) ? 'times_and_title' : 'times',
  });
}

const Studio = z.object({ id: z.string().regex(SAFE_ID), name: z.string().nullish(), timezoneId: z.string().nullish() });
const Zone = z.object({ name: z.string().nullish() });

/** Events are the whole studio's: nothing of them says which of its people they take. */
async function calendars(ports: CallPorts, access: ConnectionAccess): Promise<CalendarResult<readonly RemoteCalendar[]>> {
  const studio = await askCalendar(ports, access, { method: 'GET', path: '/studio/me', what: 'the studio', shape: Studio });
  if (!studio.ok) return studio;
  const { id, name, timezoneId } = studio.value.value;
  const path = timezoneId && SAFE_ID.test(timezoneId) ? `/timezone/${timezoneId}` : null;
  const zone = path === null ? null : await askCalendar(ports, access, { method: 'GET', path, what: 'the zone of the studio', shape: Zone });
  if (zone?.ok === false && zone.error.retryable) return zone;
  const known = zone?.ok ? knownZone(zone.value.value.name) : null;
  return ok([{ remoteId: id, name: shortText(name) ?? id, zone: known, mayWrite: null, primary: true, colour: null }]);
}

export const writing = {
  entryType: 'event',
  calendars,
  ...entriesOf<Entry>({ pathOf, lookAt, takeAway, foundOf, create, update }),
  originOf: (remote: unknown) =>
    (typeof remote === 'object' && remote !== null && 'externalMappings' in remote ? (markIn(remote.externalMappings)?.ourId ?? null) : null),
  // What is looked at without being asked for are jobs: they are no entries of a calendar here.
  reads: () => [],
} satisfies CalendarPart;
