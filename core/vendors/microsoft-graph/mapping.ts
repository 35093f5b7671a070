import { err, ok, type Result } from '../../contract/result.ts';
import type { Answer, Change } from '../../domain/record/changes.ts';
import { answersOf } from '../answers.ts';
import { emailAddress, instantOfText, known, localDate, objectAt, ownId, shortText } from '../fields.ts';
import { calendarRemote } from '../calendarOrigin.ts';
import { boundedId } from '../ids.ts';
import { parseJsonObject } from '../signatures.ts';
import type { NormaliseError, Normalised, StoredDelivery } from '../vendor.ts';
import { dayOf, dayStart, knownZone, wallTimeToInstant } from '../wallTime.ts';

type Body = Readonly<Record<string, unknown>>;

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const one = (change: Change): Result<Normalised, NormaliseError> => ok({ kind: 'changes', changes: [change] });

/** The extended property that marks what we have written: a name in the space of public strings. */
export const OUR_ID = 'String {00020329-0000-0000-C000-000000000046} Name wedsync_id';
/** Begins the transaction id of what we make; a look at changes brings that one, and no extended properties. */
export const TRANSACTION = 'wedsync:';

/** Our own id in an entry of Outlook's; null = somebody else wrote it. */
export function originOf(event: unknown): string | null {
  const { transactionId, singleValueExtendedProperties: list } = objectAt({ event }, 'event');
  const property = (Array.isArray(list) ? (list as unknown[]) : []).map((one) => objectAt({ one }, 'one')).find((one) => one['id'] === OUR_ID);
  const transaction = typeof transactionId === 'string' && transactionId.startsWith(TRANSACTION) ? transactionId.slice(TRANSACTION.length).split(':')[0] : null;
  return ownId(property?.['value']) ?? ownId(transaction);
}

/** `{dateTime, timeZone}`: a wall time without an offset, in a zone of either naming. */
export function instantAt(time: Body): string | null {
  return wallTimeToInstant(time['dateTime'], knownZone(time['timeZone']) ?? '') ?? instantOfText(time['dateTime']);
}

const SAID = { accepted: 'accepted', tentativelyaccepted: 'tentative', declined: 'declined' } as const;

export const answersIn = (attendees: unknown): readonly Answer[] =>
  answersOf((Array.isArray(attendees) ? (attendees as unknown[]) : []).map((one) => {
    const attendee = objectAt({ one }, 'one');
    return { email: objectAt(attendee, 'emailAddress')['address'], said: objectAt(attendee, 'status')['response'] };
  }), SAID);

/** The only guest besides the organiser. */
function guestOf(event: Body): string | null {
  const addressOf = (holder: Body): string | null => emailAddress(objectAt(holder, 'emailAddress')['address']);
  const organiser = addressOf(objectAt(event, 'organizer'));
  const list = Array.isArray(event['attendees']) ? (event['attendees'] as unknown[]) : [];
  const guests = list.filter((one): one is Body => typeof one === 'object' && one !== null && (one as Body)['type'] !== 'resource').map(addressOf);
  const addresses = new Set(guests.filter((address) => address !== null && address !== organiser));
  const [only] = addresses;
  return addresses.size === 1 && only !== undefined ? only : null;
}

export function changesOf({ bodyText, settings }: StoredDelivery): Result<Normalised, NormaliseError> {
  const body = parseJsonObject(bodyText);
  if (!body.ok) return shapeUnknown('The stored entry is not a JSON object.');
  const event = objectAt(body.value, 'event');
  const id = event['id'];
  if (typeof id !== 'string' || id === '') return shapeUnknown('The entry has no id.');
  if (event['type'] === 'seriesMaster') return ok({ kind: 'ignored', why: 'a series is told by its occurrences' });
  const changed = instantOfText(event['lastModifiedDateTime']);
  const remote = { type: 'event', id: boundedId(id), version: changed };
  const ourId = originOf(event);
  const origin = { ...(ourId === null ? {} : { ourId }), ...calendarRemote(body.value['calendarRef']) };
  if (event['@removed'] !== undefined || event['isCancelled'] === true) {
    // A removal has no time of its own: it is as new as the look that brought it.
    return one({
      kind: 'calendarEvent',
      remote: { ...remote, version: null },
      ...origin,
      wedding: {},
      occurredAt: changed,
      fields: { status: 'cancelled' },
      deleted: true,
    });
  }

  const [start, end] = [objectAt(event, 'start'), objectAt(event, 'end')];
  const zone = knownZone(event['originalStartTimeZone']) ?? knownZone(settings['zone']);
  const allDay = event['isAllDay'] === true;
  const dayAt = (time: Body): string | null => {
    const day = localDate(time['dateTime']);
    return day === null ? null : dayStart(day, zone ?? 'UTC');
  };
  const [startsAt, endsAt] = allDay ? [dayAt(start), dayAt(end)] : [instantAt(start), instantAt(end)];
  if (startsAt === null || endsAt === null || endsAt < startsAt) return shapeUnknown('The entry has no start or no end that exists.');
  const shown = shortText(event['showAs'], 40);
  return one({
    kind: 'calendarEvent',
    remote,
    ...origin,
    // An occurrence of a series tells only what is its own.
    ...(ourId === null || event['attendees'] === undefined ? {} : { answers: answersIn(event['attendees']) }),
    wedding: { email: guestOf(event), date: dayOf(startsAt, zone) },
    occurredAt: changed,
    fields: {
      startsAt,
      endsAt,
      allDay,
      zone,
      ...known({
        // An occurrence of a series tells only what is its own; what it leaves out stays.
        title: shortText(event['subject']),
        place: shortText(objectAt(event, 'location')['displayName']),
        calendar: shortText(body.value['calendar']),
        status: shown === null ? null : shown === 'tentative' ? ('tentative' as const) : ('confirmed' as const),
        busy: shown === null ? null : shown !== 'free' && shown !== 'workingElsewhere',
      }),
    },
  });
}
