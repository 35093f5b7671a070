import { err, ok, type Result } from '../../contract/result.ts';
import type { Answer, Change } from '../../domain/record/changes.ts';
import { answersOf } from '../answers.ts';
import { emailAddress, instantOfText, known, localDate, objectAt, ownId, shortText } from '../fields.ts';
import { calendarRemote } from '../calendarOrigin.ts';
import { boundedId, textMark } from '../ids.ts';
import { parseJsonObject } from '../signatures.ts';
import type { NormaliseError, Normalised, StoredDelivery } from '../vendor.ts';
import { dayOf, dayStart, knownZone, wallTimeToInstant } from '../wallTime.ts';

type Body = Readonly<Record<string, unknown>>;

/** Kinds that fill a calendar by themselves and are no plan of anybody's. */
const NO_PLAN = ['birthday', 'workingLocation'];

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const one = (change: Change): Result<Normalised, NormaliseError> => ok({ kind: 'changes', changes: [change] });

/** The private property that marks what we have written. */
export const OUR_ID = 'wedsync_id';

/** Our own id in an entry of Google's; null = somebody else wrote it. */
export function originOf(event: unknown): string | null {
  return ownId(objectAt(objectAt(objectAt({ event }, 'event'), 'extendedProperties'), 'private')[OUR_ID]);
}

/** The id that an entry of ours is given over there: its key as hexadecimal digits, a push and the number of its entry. */
const OUR_EVENT_ID = /^(?:(?:3\d|6[1-6]){8}2d)(?:(?:3\d|6[1-6]){4}2d){3}(?:3\d|6[1-6]){12}2d(?:3\d)+$/;

/** By its mark, or by its id alone: of what is deleted there is no more. */
export function isOurs(event: unknown): boolean {
  const { id } = objectAt({ event }, 'event');
  return originOf(event) !== null || (typeof id === 'string' && OUR_EVENT_ID.test(id));
}

/** An id is one entry's within its calendar only; of what we write it is ours everywhere. */
export const remoteIdOf = (id: string, event: unknown, { later, calendarRef }: Body): string =>
  later === true && typeof calendarRef === 'string' && !isOurs(event) ? boundedId(`${id}@${textMark(calendarRef)}`) : boundedId(id);

/** The same the other way round; null = it was too long to be kept whole. */
export function idOf(remoteId: string, { later, calendarRef }: Body): string | null {
  const mark = typeof calendarRef === 'string' ? `@${textMark(calendarRef)}` : '';
  const id = later === true && mark !== '' && remoteId.endsWith(mark) ? remoteId.slice(0, -mark.length) : remoteId;
  return remoteIdOf(id, { id }, { later, calendarRef }) === remoteId && /^[\w.@-]+$/.test(id) ? id : null;
}

/** `{date}` is a whole day in the calendar's zone; `{dateTime, timeZone}` a moment, with its offset or without. */
export function timeOf(time: Body, zone: string | null): { readonly at: string; readonly allDay: boolean } | null {
  const day = localDate(time['date']);
  if (day !== null) {
    const at = dayStart(day, zone ?? 'UTC');
    return at === null ? null : { at, allDay: true };
  }
  const at = instantOfText(time['dateTime']) ?? wallTimeToInstant(time['dateTime'], knownZone(time['timeZone']) ?? zone ?? '');
  return at === null ? null : { at, allDay: false };
}

const SAID = { accepted: 'accepted', tentative: 'tentative', declined: 'declined' } as const;

export const answersIn = (attendees: unknown): readonly Answer[] =>
  answersOf((Array.isArray(attendees) ? (attendees as unknown[]) : []).map((one) => {
    const { email, responseStatus } = objectAt({ one }, 'one');
    return { email, said: responseStatus };
  }), SAID);

/** The only guest besides the calendar itself. */
function guestOf(event: Body): string | null {
  const list = Array.isArray(event['attendees']) ? (event['attendees'] as unknown[]) : [];
  const all = list.filter((one): one is Body => typeof one === 'object' && one !== null);
  const people = all.filter((one) => one['self'] !== true && one['organizer'] !== true && one['resource'] !== true);
  const addresses = new Set(people.map((one) => emailAddress(one['email'])).filter((address) => address !== null));
  const [only] = addresses;
  return addresses.size === 1 && only !== undefined ? only : null;
}

export function changesOf({ bodyText, settings }: StoredDelivery): Result<Normalised, NormaliseError> {
  const body = parseJsonObject(bodyText);
  if (!body.ok) return shapeUnknown('The stored entry is not a JSON object.');
  const event = objectAt(body.value, 'event');
  const id = event['id'];
  if (typeof id !== 'string' || id === '') return shapeUnknown('The entry has no id.');
  const updated = instantOfText(event['updated']);
  const remote = { type: 'event', id: remoteIdOf(id, event, body.value), version: updated };
  const status = event['status'];
  const ourId = originOf(event);
  const origin = { ...(ourId === null ? {} : { ourId }), ...calendarRemote(body.value['calendarRef']) };
  if (status === 'cancelled')
    return one({ kind: 'calendarEvent', remote, ...origin, wedding: {}, occurredAt: updated, fields: { status: 'cancelled' }, deleted: true });
  const type = shortText(event['eventType'], 40) ?? 'default';
  if (NO_PLAN.includes(type)) return ok({ kind: 'ignored', why: `${type} is no plan` });

  const zone = knownZone(body.value['zone']) ?? knownZone(settings['zone']);
  const [start, end] = [timeOf(objectAt(event, 'start'), zone), timeOf(objectAt(event, 'end'), zone)];
  if (start === null || end === null || end.at < start.at) return shapeUnknown('The entry has no start or no end that exists.');
  const own = knownZone(objectAt(event, 'start')['timeZone']) ?? zone;
  return one({
    kind: 'calendarEvent',
    remote,
    ...origin,
    ...(ourId === null ? {} : { answers: answersIn(event['attendees']) }),
    wedding: {
      weddingId: ownId(objectAt(objectAt(event, 'extendedProperties'), 'private')['wedsync_wedding_id']),
      email: guestOf(event),
      date: dayOf(start.at, own),
    },
    occurredAt: updated,
    fields: {
      startsAt: start.at,
      endsAt: end.at,
      allDay: start.allDay,
      zone: own,
      status: status === 'tentative' ? 'tentative' : 'confirmed',
      busy: event['transparency'] !== 'transparent',
      // The whole entry is told each time: what is not there is not there any more.
      place: shortText(event['location']),
      ...known({ title: shortText(event['summary']), calendar: shortText(body.value['calendar']) }),
    },
  });
}
