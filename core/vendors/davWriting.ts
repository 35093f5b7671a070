import { err, ok } from '../contract/result.ts';
import { encodeHex, encodeUtf8 } from './bytes.ts';
import { refusedEvent, trouble, troubleOf } from './calendarCalls.ts';
import type {
  CalendarPart, CalendarResult, CalendarTrouble, Condition, FoundEvent, OutgoingEvent, RemoteCalendar, WrittenEvent,
} from './calendars.ts';
import { fileOf } from './calendarOrigin.ts';
import { addZones, newCalendar, newEvent, setEvent, textOfCalendar, type Component } from './calendarText.ts';
import type { CallPorts, ConnectionAccess } from './calling.ts';
import { addressOf, canonicalPath, urlOf, type DavAddress } from './davAddresses.ts';
import { readWritten, strongEtag, type Written } from './davAnswers.ts';
import { readEntries } from './davChanges.ts';
import { findHome, listCalendars } from './davDiscovery.ts';
import { chosenFrom } from './davLook.ts';
import { foundOf, leaveOut, ownPart, parseResource, partAt, partsOf } from './davParts.ts';
import { putEntry, removeEntry, type DavRequest, type WriteCondition } from './davRequests.ts';
import { openSession, type DavError, type DavSession, type DavSystem } from './davSession.ts';
import { emailAddress, objectAt, ownId } from './fields.ts';
import { checkedEvent } from './outgoing.ts';
import { zoneOf } from './settings.ts';

/**
 * Writing into a calendar by CalDAV (RFC 4791 section 5.3). A remote id is the entry's path, as a look names it; a part of a series has
 * its own name behind a `#`. What others have put into an entry is read before and stays.
 */

/** What mappings call the things of such a calendar. */
export const DAV_TYPES = { entry: 'dav_entry', booking: 'dav_booking' } as const;

/** Names of files have an end. */
const LONGEST_KEY_BYTES = 100;

interface Work {
  readonly session: DavSession;
  readonly calendar: { readonly address: DavAddress };
  readonly zone: string | null;
}

function failed({ code, message, retryable, retryAfterMs, status, field }: DavError): CalendarResult<never> {
  const more = { ...(status === undefined ? {} : { status }), ...(field === undefined ? {} : { field }) };
  return err(troubleOf({ code, message, retryable, retryAfterMs, ...more }));
}

function begin(system: DavSystem, ports: CallPorts, access: ConnectionAccess, calendarRef: string): CalendarResult<Work> {
  const session = openSession(system, access, ports);
  if (!session.ok) return failed(session.error);
  const at = session.value.follow(calendarRef, session.value.base);
  if (at === null || !at.path.endsWith('/'))
    return refusedEvent('The address of the calendar is none, or the password was not entered for its host.');
  return ok({ session: session.value, calendar: { address: at }, zone: zoneOf(access.settings) });
}

interface Place {
  readonly path: string;
  /** '' = not of a series. */
  readonly part: string;
}

/** Null = no path in this calendar. */
function placeOf(remoteId: string, { calendar }: Work): Place | null {
  const [path = '', part = ''] = remoteId.split('#');
  const name = path.startsWith(calendar.address.path) ? path.slice(calendar.address.path.length) : '';
  const inside = name !== '' && !name.includes('/');
  return inside && canonicalPath(path) === path ? { path, part } : null;
}
const noSuch = (): CalendarResult<never> => refusedEvent('The id of the entry is none in this calendar.');

/** A server behind something that compresses shows the marks of its entries as weak, and knows them without that. */
const plainEtag = (etag: string): string => etag.replace(/^W\//, '');

interface Resource {
  readonly etag: string;
  readonly calendar: Component;
}

/** The whole resource; null = there is none. */
async function resourceAt({ session, calendar }: Work, path: string): Promise<CalendarResult<Resource | null>> {
  const entries = await readEntries(session, calendar, [path]);
  if (!entries.ok) return failed(entries.error);
  const entry = entries.value.get(path);
  if (entry === undefined || entry.kind === 'gone') return ok(null);
  if (entry.kind === 'withheld') return refusedEvent(`The entry cannot be read: ${entry.why}.`);
  const parsed = parseResource(entry.calendar);
  return parsed === null ? refusedEvent('The entry is no calendar that can be read.') : ok({ etag: entry.etag, calendar: parsed });
}

function foundIn({ etag, calendar }: Resource, { path, part }: Place, { zone }: Work): FoundEvent | null {
  const found = partAt(partsOf(calendar), part, zone);
  return found === null ? null : foundOf(found, part === '' ? path : `${path}#${part}`, etag, zone);
}

interface Sent {
  readonly written: Written;
  /** What it means where it is no success. */
  readonly error: CalendarTrouble;
}

async function send({ session, calendar }: Work, request: DavRequest): Promise<CalendarResult<Sent>> {
  const answer = await session.send(calendar.address, request);
  if (!answer.ok) return failed(answer.error);
  const { response } = answer.value;
  const { status } = response;
  const meant = troubleOf({ ...session.unexpected(response, 'an entry'), status });
  if (status === 401 || status === 408 || status === 429 || status >= 500) return err(meant);
  const { field: _field, ...error } = meant;
  return ok({ written: readWritten(response), error });
}

const says = (found: FoundEvent, { when, sequence }: OutgoingEvent): boolean => {
  const { when: there } = found;
  if ((found.sequence ?? 0) < sequence) return false;
  if (there.kind === 'times') return when.kind === 'times' && there.startsAt === when.startsAt && there.endsAt === when.endsAt;
  return when.kind === 'days' && there.from === when.from && there.until === when.until;
};

/** Some servers do not say the mark of what they took: then it is read, and believed where it is what was sent. */
async function writtenAt(
  work: Work, place: Place, remoteId: string, event: OutgoingEvent, etag: string | null,
): Promise<CalendarResult<WrittenEvent>> {
  const base = { remoteId, sequence: event.sequence, already: false };
  if (etag !== null) return ok({ ...base, etag });
  const there = await resourceAt(work, place.path);
  const found = there.ok && there.value !== null ? foundIn(there.value, place, work) : null;
  // It is written all the same, whatever this look says.
  return ok({ ...base, etag: found !== null && says(found, event) ? found.etag : null });
}

function refusal(written: Written, error: CalendarTrouble): CalendarResult<never> {
  if (written.kind === 'overtaken') return trouble('calendar.changed_there', 'The entry was changed in its calendar.');
  if (written.kind === 'uid_taken') return refusedEvent('The calendar has this entry already, under another address.');
  if (written.kind === 'gone') return trouble('calendar.gone', 'There is no such entry or calendar.');
  if (written.kind === 'forbidden') return trouble('calendar.forbidden', 'The calendar may not be written.');
  return err({ ...error, code: 'calendar.refused' });
}

const put = async (work: Work, place: Place, remoteId: string, event: OutgoingEvent, calendar: Component, condition: WriteCondition) => {
  const sent = await send(work, putEntry(place.path, textOfCalendar(calendar), condition));
  if (!sent.ok) return sent;
  const { written, error } = sent.value;
  return written.kind === 'written' ? writtenAt(work, place, remoteId, event, written.etag) : refusal(written, error);
};

async function create(work: Work, event: OutgoingEvent, key: string): Promise<CalendarResult<WrittenEvent>> {
  const bytes = encodeUtf8(key);
  if (bytes.length === 0 || bytes.length > LONGEST_KEY_BYTES) return refusedEvent('The entry has no key, or too long a one.');
  if (event.status === 'cancelled') return refusedEvent('A cancelled entry is not made anew.');
  const path = `${work.calendar.address.path}${fileOf(encodeHex(bytes))}`;
  const place = { path, part: '' };
  const calendar = newCalendar();
  addZones(calendar, [event]);
  const entry = newEvent(event.ourId);
  setEvent(entry, event, emailAddress(work.session.user));
  calendar.addSubcomponent(entry);
  const made = await put(work, place, path, event, calendar, 'new');
  if (made.ok) return made;
  // Without a calendar to put it in (RFC 4918 section 9.7.1).
  if (made.error.status === 409) return trouble('calendar.gone', 'There is no such calendar.');
  if (made.error.code !== 'calendar.changed_there') return made;
  const there = await resourceAt(work, path);
  if (!there.ok) return there;
  const found = there.value === null ? null : foundIn(there.value, place, work);
  if (found === null) return trouble('calendar.changed_there', 'The entry was made and taken away at the same moment.');
  if (found.ourId !== event.ourId.toLowerCase()) return refusedEvent('The calendar has another entry at this place.');
  return ok({ remoteId: path, etag: found.etag, sequence: found.sequence, already: true });
}

/** Changes what stands there while its mark is still `etag`. `change` answers false where there is no such part. */
async function update(
  work: Work, place: Place, etag: string, change: (calendar: Component) => boolean,
): Promise<CalendarResult<{ readonly calendar: Component; readonly condition: WriteCondition }>> {
  const there = await resourceAt(work, place.path);
  if (!there.ok) return there;
  if (there.value === null) return trouble('calendar.gone', 'There is no such entry.');
  if (plainEtag(there.value.etag) !== plainEtag(etag)) return trouble('calendar.changed_there', 'The entry was changed in its calendar.');
  if (!change(there.value.calendar)) return trouble('calendar.gone', 'There is no such part of the series.');
  const strong = strongEtag(plainEtag(etag));
  if (strong === null) return refusedEvent('The calendar gives its entries no marks.');
  return ok({ calendar: there.value.calendar, condition: { etag: strong } });
}

async function change(
  work: Work, event: OutgoingEvent, { remoteId, etag }: Extract<Condition, { kind: 'update' }>,
): Promise<CalendarResult<WrittenEvent>> {
  const place = placeOf(remoteId, work);
  if (place === null) return noSuch();
  let sequence = event.sequence;
  const ready = await update(work, place, etag, (calendar) => {
    const own = ownPart(calendar, place.part, work.zone);
    if (own === null) return false;
    addZones(calendar, [event]);
    setEvent(own, event, emailAddress(work.session.user));
    sequence = Number(own.getFirstPropertyValue('sequence'));
    return true;
  });
  return ready.ok ? put(work, place, remoteId, { ...event, sequence }, ready.value.calendar, ready.value.condition) : ready;
}

async function removed(work: Work, { path, part }: Place, etag: string | null): ReturnType<CalendarPart['remove']> {
  const there = part === '' && etag !== null ? null : await resourceAt(work, path);
  if (there !== null && !there.ok) return there;
  if (there !== null && there.value === null) return ok('already_gone');
  const mark = etag ?? (part === '' ? null : (there?.value?.etag ?? null));
  let request = removeEntry(path, mark === null ? null : plainEtag(mark));
  if (part !== '' && mark !== null) {
    let left = true;
    const ready = await update(work, { path, part }, mark, (calendar) => {
      if (partAt(partsOf(calendar), part, work.zone) === null) return false;
      left = leaveOut(calendar, part, work.zone);
      return true;
    });
    if (!ready.ok && ready.error.code === 'calendar.gone') return ok('already_gone');
    if (!ready.ok) return ready.error.code === 'calendar.changed_there' ? ok('changed_there') : ready;
    if (left) request = putEntry(path, textOfCalendar(ready.value.calendar), ready.value.condition);
  }
  const sent = await send(work, request);
  if (!sent.ok) return sent;
  const { written, error } = sent.value;
  if (written.kind === 'written') return ok('done');
  if (written.kind === 'gone') return ok('already_gone');
  if (written.kind !== 'overtaken') return refusal(written, error);
  // A condition on what is not there does not hold either.
  const still = await resourceAt(work, path);
  return still.ok ? ok(still.value === null ? 'already_gone' : 'changed_there') : still;
}

export function davWriting(system: DavSystem): CalendarPart {
  return {
    async calendars(ports, access): Promise<CalendarResult<readonly RemoteCalendar[]>> {
      const session = openSession(system, access, ports);
      if (!session.ok) return failed(session.error);
      const home = await findHome(session.value);
      if (!home.ok) return failed(home.error);
      const all = await listCalendars(session.value, home.value.homes);
      if (!all.ok) return failed(all.error);
      return ok(all.value.map(({ address, name, zone, writable, colour }) => {
        return { remoteId: urlOf(address), name, zone, mayWrite: writable, primary: false, colour };
      }));
    },

    async write(ports, access, calendarRef, event, condition) {
      const checked = checkedEvent(event);
      if (!checked.ok) return checked;
      const work = begin(system, ports, access, calendarRef);
      if (!work.ok) return work;
      return condition.kind === 'create' ? create(work.value, event, condition.key) : change(work.value, event, condition);
    },

    async remove(ports, access, calendarRef, remoteId, etag) {
      const work = begin(system, ports, access, calendarRef);
      if (!work.ok) return work;
      const place = placeOf(remoteId, work.value);
      return place === null ? noSuch() : removed(work.value, place, etag);
    },

    async read(ports, access, calendarRef, remoteId) {
      const work = begin(system, ports, access, calendarRef);
      if (!work.ok) return work;
      const place = placeOf(remoteId, work.value);
      if (place === null) return noSuch();
      const there = await resourceAt(work.value, place.path);
      if (!there.ok) return there;
      if (there.value === null) return ok(null);
      const found = foundIn(there.value, place, work.value);
      // Nobody has taken it away: nothing may follow from that.
      if (found === null && place.part === '' && partsOf(there.value.calendar).master !== null) return refusedEvent('The entry has no times that can be read.');
      return ok(found);
    },

    originOf: (remote) => ownId(objectAt({ remote }, 'remote')['ourId']),
    entryType: DAV_TYPES.entry,
    reads({ settings }, all) {
      const known = all.flatMap(({ remoteId, name }) => {
        const address = addressOf(remoteId);
        return address === null ? [] : [{ remoteId, name, address }];
      });
      return chosenFrom(settings['calendars'] ?? '', known).map(({ remoteId }) => remoteId);
    },
  };
}
