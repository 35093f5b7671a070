import { sql } from 'kysely';
import type { Contact } from '../../core/contract/record/people.ts';
import type { Resource } from '../../core/contract/record/taking.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import { dayWindow, isWithin } from '../../core/domain/enquiries/window.ts';
import { isOfNumber, mergedConsents } from '../../core/domain/record/consent.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { phoneEnd } from '../../core/domain/record/needs.ts';
import type { Tx } from '../store/database.ts';
import type { StoreInternals } from '../store/internals.ts';
import { roomDays, type RoomDay } from './days.ts';
import { readEnquiry, type Enquiry } from './enquiry.ts';
import type { Asking } from './form.ts';
import { offeredRooms, openPage, type EnquiryHouse } from './pages.ts';
import { alertText, messageText } from './text.ts';

/** `outside`: the house does not offer that day or room; `taken`: something certain stands there; `full`: too many have asked this house today. */
export type Received =
  | { readonly outcome: 'received'; readonly enquiry: Enquiry; readonly again: boolean }
  | { readonly outcome: 'outside' | 'taken' | 'full' | 'closed' };

/** Askings that one house takes within a day; whoever writes more is a program. */
export const MOST_A_DAY = 60;
/** Days held from the page that nobody has answered: of one room and day, and of the whole house. Beyond, nothing is held for who asks. */
export const MOST_HELD = { ofDay: 3, ofHouse: 40 } as const;
const DAY_MS = 86_400_000;
/** Long enough for a press that is repeated, and for whoever keeps the page with the answer. */
const KEPT_MS = 400 * DAY_MS;

const CONTEXT: DraftContext = { actor: { kind: 'system', id: null, name: 'Enquiry page' }, source: null, deliveryId: null };
const iso = (ms: number): string => new Date(ms).toISOString();

type Internals = Pick<StoreInternals, 'writer' | 'clock' | 'ids'>;

/** One transaction on the house's record, as any fact takes it. Asked again under the same id nothing more happens. */
export function receive({ writer, clock, ids }: Internals, house: EnquiryHouse, token: string, asking: Asking): Promise<Received> {
  const { organisationId, zone } = house;
  return writer.write(organisationId, async ({ tx, record }): Promise<Received> => {
    const before = await readEnquiry(tx, organisationId, asking.commandId);
    if (before) return { outcome: 'received', enquiry: before, again: true };
    const settings = await openPage(tx, organisationId, token);
    if (!settings) return { outcome: 'closed' };
    const now = clock.now();
    const room = (await offeredRooms(tx, organisationId, settings)).find(({ id }) => id === asking.roomId);
    if (!room || !isWithin(asking.date, dayWindow(localDate(zone, now), settings.monthsAhead))) return { outcome: 'outside' };
    const counted = await countedOf(tx, organisationId, room.id, asking.date, now);
    if (counted.today >= MOST_A_DAY) return { outcome: 'full' };
    const day = (await roomDays(tx, { organisationId, zone, settings, roomId: room.id, dates: [asking.date] }, now)).get(asking.date);
    if (!day) return { outcome: 'outside' };
    if (day.state === 'taken') return { outcome: 'taken' };

    const mayHold = settings.holdDays > 0 && counted.ofDay < MOST_HELD.ofDay && counted.ofHouse < MOST_HELD.ofHouse;
    const rank = mayHold ? day.rank : null;
    const holdUntil = rank === null ? null : iso(Math.min(now + settings.holdDays * DAY_MS, day.startsAt));
    const allocationId = rank === null ? null : ids.next();
    const { commandId: id, date } = asking;
    const enquiry: Enquiry = { id, askedAt: iso(now), roomId: room.id, date, weddingId: ids.next(), allocationId, rank, holdUntil };
    const consents = await consentsOf(tx, organisationId, asking);
    await record(draftsOf(enquiry, asking, { house, room, day, consents, newId: () => ids.next(), now }));
    await sql`
      insert into enquiries (organisation_id, id, asked_at, room_id, date, wedding_id, allocation_id, rank, hold_until)
      values (${organisationId}, ${id}, ${enquiry.askedAt}, ${room.id}, ${date}, ${enquiry.weddingId}, ${allocationId}, ${rank}, ${holdUntil})
    `.execute(tx);
    await sql`delete from enquiries where organisation_id = ${organisationId} and asked_at < ${iso(now - KEPT_MS)}::timestamptz`.execute(tx);
    return { outcome: 'received', enquiry, again: false };
  });
}

interface Counted {
  readonly today: number;
  readonly ofDay: number;
  readonly ofHouse: number;
}

async function countedOf(tx: Tx, organisationId: string, roomId: string, date: string, now: number): Promise<Counted> {
  const { rows } = await sql<Counted>`
    with held as (
      select e.room_id, e.date from enquiries e
      join allocations a on a.organisation_id = e.organisation_id and a.id = e.allocation_id and a.status = 'hold'
        and a.hold_until > ${iso(now)}::timestamptz
      join weddings w on w.organisation_id = e.organisation_id and w.id = e.wedding_id and w.status = 'enquiry'
      where e.organisation_id = ${organisationId}
    )
    select (select count(*) from enquiries where organisation_id = ${organisationId} and asked_at > ${iso(now - DAY_MS)}::timestamptz) as today,
      (select count(*) from held where room_id = ${roomId} and date = ${date}::date) as of_day, (select count(*) from held) as of_house
  `.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('counting gives one row');
  return row;
}

/** What others have said of that address or number is true of a new entry with it as well. */
async function consentsOf(tx: Tx, organisationId: string, { email, phone }: Asking): Promise<Contact['consents']> {
  const { rows } = await sql<{ consents: NonNullable<Contact['consents']>; sameAddress: boolean }>`
    select consents, coalesce(lower(email) = ${email.toLowerCase()}, false) as same_address from contacts
    where organisation_id = ${organisationId} and consents is not null
      and (lower(email) = ${email.toLowerCase()} or right(regexp_replace(phone, '\\D', '', 'g'), 9) = ${phone === null ? null : phoneEnd(phone)})
  `.execute(tx);
  const byMail = rows.filter((row) => row.sameAddress).map(({ consents }) => consents.filter((one) => !isOfNumber(one)));
  const byNumber = phone === null ? [] : rows.filter((row) => !row.sameAddress).map(({ consents }) => consents.filter(isOfNumber));
  return mergedConsents(...byMail, ...byNumber);
}

interface Around {
  readonly house: EnquiryHouse;
  readonly room: Resource;
  readonly day: RoomDay;
  readonly consents: Contact['consents'];
  readonly newId: () => string;
  readonly now: number;
}

function draftsOf(enquiry: Enquiry, asking: Asking, { house, room, day, consents, newId, now }: Around): EventDraft[] {
  const { weddingId, allocationId, rank, holdUntil } = enquiry;
  const { names, email, phone, guests } = asking;
  const [startsAt, endsAt, at] = [iso(day.startsAt), iso(day.endsAt), iso(now)];
  const drafts: EventDraft[] = [];
  const wedding = {
    id: weddingId, title: names, date: enquiry.date, zone: house.zone, startsAt, endsAt, room: room.name, status: 'enquiry', guestCount: guests,
  } as const;
  drafts.push(draftCreated('wedding.created', 'weddings', weddingId, wedding, at, CONTEXT));
  const contact = { id: newId(), weddingId, name: names, email, phone, company: null, role: 'couple', ...(consents ? { consents } : {}) } as const;
  drafts.push(draftCreated('client.created', 'contacts', weddingId, contact, at, CONTEXT));
  if (allocationId !== null) {
    const held = {
      id: allocationId, weddingId, bookingId: null, resourceId: room.id, title: names, startsAt, endsAt, status: 'hold' as const, rank, holdUntil,
      lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null,
    };
    drafts.push(draftCreated('allocation.created', 'allocations', weddingId, held, at, CONTEXT));
  }
  const words = messageText(asking);
  if (words !== null) {
    const message = {
      id: newId(), weddingId, contactId: contact.id, channel: 'email', direction: 'in', fromName: names, fromAddress: email, toAddress: null,
      ...words, status: 'received', failureReason: null, sentAt: at,
    } as const;
    drafts.push(draftCreated('message.received', 'messages', weddingId, message, at, CONTEXT));
  }
  const alert = {
    id: newId(), weddingId, severity: 'notice', rule: 'day_asked', ...alertText(enquiry, asking, { room: room.name, zone: house.zone }),
    raisedAt: at, state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'weddings', id: weddingId },
  } as const;
  drafts.push(draftCreated('alert.raised', 'alerts', weddingId, alert, at, CONTEXT));
  return drafts;
}
