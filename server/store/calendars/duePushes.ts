import { sql } from 'kysely';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Calendar, Push } from '../../../core/contract/record/calendars.ts';
import type { Around } from '../../../core/domain/calendars/entry.ts';
import type { EntryRow, ItemRow } from '../../../core/domain/calendars/subjects.ts';
import { wholesOf, type PlacedCalendar, type Whole } from '../../../core/domain/calendars/wholes.ts';
import { resourceKey, type MovableCollection, type MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { readRows } from '../rows.ts';
import { together } from '../together.ts';
import { NO_STATE, type Held, type KnownPush, type PushState } from './pushRows.ts';
import { COMBINED, type Combined } from './wholes.ts';

/** What whoever writes into a calendar needs to know: each kind of row is read once, however many entries are written. */

/** A calendar that somebody works on. */
export interface HeldCalendar {
  readonly calendar: Calendar;
  /** What its resource is a part of. */
  readonly wholes: readonly Whole[];
  /** What it is called over there; null = that is not known. */
  readonly calendarRef: string | null;
  /** Of the house, IANA. */
  readonly zone: string;
  /** Somebody was told that it could not be written, and the alert is open still. */
  readonly alerted: boolean;
  /** Of whoever holds it. */
  readonly fence: number;
}

/** One push that is due, with all that its entry says. */
export interface DuePush extends KnownPush {
  readonly calendar: PlacedCalendar;
  readonly calendarRef: string;
  /** Null = there is no such row any more. */
  readonly subject: EntryRow | null;
  /** When the subject was changed last; UTC milliseconds. */
  readonly changedAt: number;
  readonly around: Around;
}

const columnsOf = (collection: 'calendars' | 'pushes', alias: string) =>
  sql.raw(PROJECTIONS[collection].fields.map((field) => `${alias}.${snake(field)}`).join(', '));

/**
 * Holds on to the calendar until then (ISO). `lost`: somebody else has it. Null = it is there no more: its connection was removed.
 */
export async function holdCalendar(tx: Tx, { organisationId, calendarId, fence }: Held, until: string): Promise<HeldCalendar | 'lost' | null> {
  const { rows } = await sql<Calendar & { calendarRef: string | null; houseZone: string; alerted: boolean; combined: readonly Combined[] | null }>`
    with held as (
      update calendar_states set leased_until = ${until}::timestamptz
      where organisation_id = ${organisationId} and calendar_id = ${calendarId} and fence = ${fence} returning organisation_id, calendar_id
    )
    select ${columnsOf('calendars', 'c')}, o.zone as house_zone,
      (
        select m.remote_id from mappings m
        where m.organisation_id = h.organisation_id and m.local_id = h.calendar_id and m.remote_type = 'calendar' limit 1
      ) as calendar_ref,
      exists (
        select from alerts a
        where a.organisation_id = h.organisation_id and a.subject->>'id' = h.calendar_id::text and a.state <> 'resolved' and a.rule = 'push_failed'
      ) as alerted,
      ${COMBINED} as combined
    from held h join organisations o on o.id = h.organisation_id
    left join calendars c on c.organisation_id = h.organisation_id and c.id = h.calendar_id
  `.execute(tx);
  const [row] = rows;
  if (!row) return 'lost';
  const { calendarRef, houseZone: zone, alerted, combined, ...calendar } = row;
  if ((calendar.id as string | null) === null) return null;
  return { calendar, wholes: wholesOf(calendar.resourceId, combined ?? []), calendarRef, zone, alerted, fence };
}

/** Lets go of a calendar that is held: whatever is due in it may be taken at once. */
export async function letGo(tx: Tx, { organisationId, calendarId, fence }: Held): Promise<void> {
  await sql`
    update calendar_states set leased_until = '-infinity' where organisation_id = ${organisationId} and calendar_id = ${calendarId} and fence = ${fence}
  `.execute(tx);
}

/** Of a push of which nothing was ever begun there is no state. */
type PushRow = Push & { readonly [K in keyof PushState]: PushState[K] | null } & { readonly fromThere?: boolean };
const STATES = sql.raw('s.remote_id, s.etag, s.sequence, s.generation, s.base, s.recheck, s.invited, s.fence');
/** One look into the index for each: a plain join is planned as a walk through all that the house has written. */
const STATE = sql`left join lateral (select * from push_states where organisation_id = p.organisation_id and push_id = p.id limit 1) as s on true`;

function known({ remoteId, etag, sequence, generation, base, recheck, invited, fence, fromThere, ...push }: PushRow): KnownPush {
  const state = { remoteId, etag, sequence, generation: generation ?? NO_STATE.generation, base, recheck: recheck ?? NO_STATE.recheck, invited, fence };
  return { push, state, ...(fromThere === true ? { fromThere } : {}) };
}

/** These as they are now, by id; those that are gone are left out. */
export async function readKnown(tx: Tx, organisationId: string, ids: readonly string[]): Promise<Map<string, KnownPush>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<PushRow>`
    select ${columnsOf('pushes', 'p')}, ${STATES} from unnest(${[...ids]}::uuid[]) as k(id)
    cross join lateral (select * from pushes where organisation_id = ${organisationId} and id = k.id limit 1) as p ${STATE}
  `.execute(tx);
  return new Map(rows.map((row) => [row.id, known(row)]));
}

/** What has waited longest of what is due at that instant (ISO), in that order. */
export async function readDue(tx: Tx, { organisationId, calendarId }: Held, now: string, limit: number): Promise<KnownPush[]> {
  const { rows } = await sql<PushRow>`
    select ${columnsOf('pushes', 'p')}, ${STATES}, exists (
      select from mappings m
      where m.organisation_id = p.organisation_id and m.local_id = (p.subject->>'id')::uuid and m.collection = 'bookings'
        and m.connection_id = (select connection_id from calendars where organisation_id = ${organisationId} and id = ${calendarId})
        -- What a person has moved here stands there at another time (core/domain/record/told.ts).
        and m.told->'kept'->'startsAt' is null and m.told->'kept'->'endsAt' is null
    ) as from_there from (
      select * from pushes
      where calendar_id = ${calendarId} and organisation_id = ${organisationId} and state = 'queued' and (next_attempt_at is null or next_attempt_at <= ${now}::timestamptz)
      order by coalesce(next_attempt_at, updated_at), seq limit ${limit}
    ) as p ${STATE} order by coalesce(p.next_attempt_at, p.updated_at), p.seq
  `.execute(tx);
  return rows.map(known);
}

type ReadItem = { readonly collection: 'runSheetItems'; readonly row: RowOf<'runSheetItems'> };
type Subject = { readonly collection: MovableCollection; readonly row: RowOf<MovableCollection> } | ReadItem;

/** With what their entries say. */
export async function readEntries(
  tx: Tx, organisationId: string, { calendar, wholes, zone }: HeldCalendar, calendarRef: string, found: readonly KnownPush[],
): Promise<DuePush[]> {
  if (found.length === 0) return [];
  const subjects = await subjectsOf(tx, organisationId, found);
  const beside = await besideOf(tx, organisationId, calendar, [...subjects.values()]);
  return found.map((one): DuePush => {
    const subject = subjects.get(one.push.subject.id) ?? null;
    const told = { ...one, calendar: { ...calendar, wholes }, calendarRef, changedAt: subject === null ? 0 : Date.parse(subject.row.updatedAt) };
    return { ...told, ...beside(subject, zone) };
  });
}

/** The rows of which these are entries, by their ids; each kind is read once. */
export async function subjectsOf(tx: Tx, organisationId: string, found: readonly Pick<KnownPush, 'push'>[]): Promise<Map<string, Subject>> {
  const wanted = [...Map.groupBy(found, ({ push }) => push.subject.collection)];
  const read = await together(wanted.map(async ([collection, pushes]) => {
    const rows = await readRows(tx, organisationId, collection, some(pushes.map(({ push }) => push.subject.id)));
    return rows.map((row) => ({ collection, row }) as Subject);
  }));
  return new Map(read.flat().map((one) => [one.row.id, one]));
}

type Beside = (subject: Subject | null, zone: string) => Pick<DuePush, 'subject' | 'around'>;
const weddingOf = ({ collection, row }: Subject): string | null => (collection === 'weddings' ? null : (row as RowOf<'bookings'>).weddingId);
function resourceOf({ collection, row }: Subject): string | null {
  if (collection === 'weddings') return (row as RowOf<'weddings'>).roomId ?? null;
  return collection === 'allocations' ? (row as RowOf<'allocations'>).resourceId : null;
}
const some = (ids: readonly (string | null | undefined)[]): string[] => [...new Set(ids.flatMap((id) => id ?? []))];

/** What entries tell of besides their own rows. */
async function besideOf(tx: Tx, organisationId: string, calendar: Calendar, subjects: readonly Subject[]): Promise<Beside> {
  const read = async <C extends 'weddings' | 'resources' | 'contacts'>(collection: C, ids: readonly string[]): Promise<Map<string, RowOf<C>>> => {
    const rows = ids.length === 0 ? [] : await readRows(tx, organisationId, collection, ids);
    return new Map(rows.map((row) => [row.id, row]));
  };
  const items = subjects.flatMap((one) => (one.collection === 'runSheetItems' ? [one.row] : []));
  const owned = calendar.invite && calendar.privacy === 'full' ? items.filter(({ owner }) => owner !== null) : [];
  const [weddings, resources, covered, invited] = await together([
    read('weddings', some(subjects.map(weddingOf))),
    read('resources', some(subjects.map(resourceOf))),
    coveredIn(tx, organisationId, calendar.id, some(items.map(({ weddingId }) => weddingId))),
    contactsOf(tx, organisationId, owned),
  ]);
  const contactOf = ({ collection, row }: Subject): string | null =>
    (collection === 'bookings' ? ((row as RowOf<'bookings'>).contactId ?? null) : (invited.get(row.id) ?? null));
  const contacts = await read('contacts', some(subjects.map(contactOf)));
  return (one, zone) => {
    if (one === null) return { subject: null, around: { wedding: null, resource: null, contact: null, zone } };
    const wedding = weddings.get(weddingOf(one) ?? '') ?? null;
    const contact = contacts.get(contactOf(one) ?? '') ?? null;
    if (one.collection === 'runSheetItems') {
      return { subject: { ...one, wedding }, around: { wedding, resource: null, contact, zone, covered: covered.has(one.row.weddingId) } };
    }
    return { subject: one as MovableRow, around: { wedding, resource: resources.get(resourceOf(one) ?? '') ?? null, contact, zone } };
  };
}

/** Of these weddings, the ones of which something besides their items stands in the calendar. */
async function coveredIn(tx: Tx, organisationId: string, calendarId: string, weddingIds: readonly string[]): Promise<Set<string>> {
  if (weddingIds.length === 0) return new Set();
  const { rows } = await sql<{ weddingId: string }>`
    select distinct wedding_id from pushes
    where organisation_id = ${organisationId} and wedding_id = any(${[...weddingIds]}::uuid[]) and calendar_id = ${calendarId}
      and wish = 'present' and subject->>'collection' <> 'runSheetItems'
  `.execute(tx);
  return new Set(rows.map(({ weddingId }) => weddingId));
}

/** Whom to invite to items: the contact of the booking that their owner has of the same wedding. By item. */
async function contactsOf(tx: Tx, organisationId: string, items: readonly ItemRow['row'][]): Promise<Map<string, string>> {
  if (items.length === 0) return new Map();
  const { rows } = await sql<{ weddingId: string; vendorName: string; contactId: string }>`
    select wedding_id, vendor_name, contact_id from bookings
    where organisation_id = ${organisationId} and wedding_id = any(${some(items.map(({ weddingId }) => weddingId))}::uuid[])
      and contact_id is not null and vendor_name is not null and status <> 'cancelled' order by id
  `.execute(tx);
  return new Map(items.flatMap(({ id, weddingId, owner }) => {
    const found = rows.find((one) => one.weddingId === weddingId && resourceKey(one.vendorName) === resourceKey(owner ?? ''));
    return found ? [[id, found.contactId] as const] : [];
  }));
}
