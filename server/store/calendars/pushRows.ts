import { sql } from 'kysely';
import type { Calendar, Push } from '../../../core/contract/record/calendars.ts';
import type { Around } from '../../../core/domain/calendars/entry.ts';
import type { EntryRow, ItemRow } from '../../../core/domain/calendars/subjects.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import { resourceKey, type MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';

/** What whoever writes into a calendar needs to know, and keeps. */

/** A calendar that somebody works on; `fence` proves that it is still he. */
export interface Held {
  readonly organisationId: string;
  readonly calendarId: string;
  readonly fence: number;
}

/** What is known of an entry over there. */
export interface PushState {
  readonly remoteId: string | null;
  readonly etag: string | null;
  /** Null = no entry was begun; without a remote id it may have been made by an attempt of which nobody heard. */
  readonly sequence: number | null;
  readonly generation: number;
  readonly base: Stood | null;
  readonly recheck: boolean;
}

/** One push that is due, with all that its entry says. */
export interface DuePush {
  readonly push: Push;
  readonly calendar: Calendar;
  /** What the calendar is called over there. */
  readonly calendarRef: string;
  readonly state: PushState;
  /** Null = there is no such row any more. */
  readonly subject: EntryRow | null;
  /** When the subject was changed last; UTC milliseconds. */
  readonly changedAt: number;
  readonly around: Around;
}

const NO_STATE: PushState = { remoteId: null, etag: null, sequence: null, generation: 0, base: null, recheck: false };

/** Holds on to the calendar until then; false = somebody else has it. */
export async function holdOn(tx: Tx, { organisationId, calendarId, fence }: Held, until: string): Promise<boolean> {
  const kept = await sql`
    update calendar_states set leased_until = ${until}::timestamptz where organisation_id = ${organisationId} and calendar_id = ${calendarId} and fence = ${fence} returning 1
  `.execute(tx);
  return kept.rows.length === 1;
}

/** What has waited longest of what is due; null = nothing is. */
export async function nextPush(tx: Tx, { organisationId, calendarId }: Held, now: string): Promise<DuePush | null> {
  const { rows } = await sql<{ id: string }>`
    select id from pushes where calendar_id = ${calendarId} and organisation_id = ${organisationId} and state = 'queued' and (next_attempt_at is null or next_attempt_at <= ${now}::timestamptz)
    order by coalesce(next_attempt_at, updated_at), seq limit 1
  `.execute(tx);
  const [first] = rows;
  if (!first) return null;
  const [push] = await readRows(tx, organisationId, 'pushes', [first.id]);
  const [calendar] = await readRows(tx, organisationId, 'calendars', [calendarId]);
  const ref = await tx.selectFrom('mappings').select(['remoteId']).where('organisationId', '=', organisationId).where('localId', '=', calendarId).where('remoteType', '=', 'calendar').executeTakeFirst();
  // Left alone until its lease is over, instead of being taken again and again.
  if (!push || !calendar || !ref) throw new Error(`calendar ${calendarId} has no address over there`);
  const { collection, id } = push.subject;
  const [row] = await readRows(tx, organisationId, collection, [id]);
  const state = await stateOf(tx, organisationId, push.id);
  const known = { push, calendar, calendarRef: ref.remoteId, state, changedAt: row ? Date.parse(row.updatedAt) : 0 };
  if (row && collection === 'runSheetItems') return { ...known, ...(await itemAround(tx, organisationId, known, row as ItemRow['row'])) };
  const subject = row ? ({ collection, row } as MovableRow) : null;
  return { ...known, subject, around: await around(tx, organisationId, subject) };
}

export async function stateOf(tx: Tx, organisationId: string, pushId: string): Promise<PushState> {
  const row = await tx.selectFrom('pushStates').select(['remoteId', 'etag', 'sequence', 'generation', 'base', 'recheck']).where('organisationId', '=', organisationId).where('pushId', '=', pushId).executeTakeFirst();
  return row ?? NO_STATE;
}

const zoneOf = async (tx: Tx, organisationId: string): Promise<string> => (await tx.selectFrom('organisations').select('zone').where('id', '=', organisationId).executeTakeFirstOrThrow()).zone;

/** An item with its wedding, what stands in the same calendar of that, and whom to invite: the contact of the booking that its owner has. */
async function itemAround(tx: Tx, organisationId: string, { push, calendar }: Pick<DuePush, 'push' | 'calendar'>, row: ItemRow['row']): Promise<Pick<DuePush, 'subject' | 'around'>> {
  const [wedding = null] = await readRows(tx, organisationId, 'weddings', [row.weddingId]);
  const beside = await sql`
    select 1 from pushes where organisation_id = ${organisationId} and wedding_id = ${row.weddingId} and calendar_id = ${push.calendarId} and wish = 'present' and subject->>'collection' <> 'runSheetItems' limit 1
  `.execute(tx);
  const contactId = calendar.invite && calendar.privacy === 'full' && row.owner !== null ? await contactOf(tx, organisationId, row.weddingId, row.owner) : null;
  const [contact = null] = contactId === null ? [] : await readRows(tx, organisationId, 'contacts', [contactId]);
  return { subject: { collection: 'runSheetItems', row, wedding }, around: { wedding, resource: null, contact, zone: await zoneOf(tx, organisationId), covered: beside.rows.length > 0 } };
}

async function contactOf(tx: Tx, organisationId: string, weddingId: string, owner: string): Promise<string | null> {
  const { rows } = await sql<{ vendorName: string; contactId: string }>`
    select vendor_name, contact_id from bookings where organisation_id = ${organisationId} and wedding_id = ${weddingId} and contact_id is not null and vendor_name is not null and status <> 'cancelled' order by id
  `.execute(tx);
  return rows.find(({ vendorName }) => resourceKey(vendorName) === resourceKey(owner))?.contactId ?? null;
}

async function around(tx: Tx, organisationId: string, subject: MovableRow | null): Promise<Around> {
  const zone = await zoneOf(tx, organisationId);
  if (subject === null) return { wedding: null, resource: null, contact: null, zone };
  const weddingId = subject.collection === 'weddings' ? null : subject.row.weddingId;
  const resourceId = subject.collection === 'weddings' ? subject.row.roomId : subject.collection === 'allocations' ? subject.row.resourceId : null;
  const contactId = subject.collection === 'bookings' ? subject.row.contactId : null;
  const one = async <C extends 'weddings' | 'resources' | 'contacts'>(collection: C, id: string | null | undefined) => (id ? ((await readRows(tx, organisationId, collection, [id]))[0] ?? null) : null);
  return { wedding: await one('weddings', weddingId), resource: await one('resources', resourceId), contact: await one('contacts', contactId), zone };
}

/** What is kept of an entry; what is left out stays. */
export async function keepState(tx: Tx, organisationId: string, { id: pushId, calendarId }: Pick<Push, 'id' | 'calendarId'>, before: PushState, change: Partial<PushState>): Promise<void> {
  const { remoteId, etag, sequence, generation, base, recheck } = { ...before, ...change };
  await sql`
    insert into push_states (organisation_id, push_id, calendar_id, remote_id, etag, sequence, generation, base, recheck)
    values (${organisationId}, ${pushId}, ${calendarId}, ${remoteId}, ${etag}, ${sequence}, ${generation}, ${base === null ? null : JSON.stringify(base)}::jsonb, ${recheck})
    on conflict (organisation_id, push_id) do update set remote_id = excluded.remote_id, etag = excluded.etag, sequence = excluded.sequence, generation = excluded.generation, base = excluded.base, recheck = excluded.recheck
  `.execute(tx);
}

/** Whether an entry was begun of which nobody knows where it is. */
export const isBegun = ({ remoteId, sequence }: PushState): boolean => remoteId === null && sequence !== null;

/** Says that an entry is about to be made, so that whoever comes after a crash makes the same one again. */
export async function begin(tx: Tx, organisationId: string, push: Pick<Push, 'id' | 'calendarId'>, state: PushState): Promise<PushState> {
  if (state.remoteId !== null || isBegun(state)) return state;
  const change = { generation: state.generation + 1, sequence: 0 };
  await keepState(tx, organisationId, push, state, change);
  return { ...state, ...change };
}

/** So that whatever a look tells of this entry is known as ours. */
export async function mapEntry(tx: Tx, organisationId: string, push: Pick<Push, 'id'>, entry: { readonly connectionId: string; readonly type: string; readonly remoteId: string }, now: string): Promise<void> {
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
    values (${organisationId}, ${entry.connectionId}, ${entry.type}, ${entry.remoteId}, 'pushes', ${push.id}, 'here', ${now}::timestamptz)
    on conflict (organisation_id, connection_id, remote_type, remote_id) do update set collection = excluded.collection, local_id = excluded.local_id, last_written_by = excluded.last_written_by, updated_at = excluded.updated_at
  `.execute(tx);
}
