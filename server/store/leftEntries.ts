import { sql } from 'kysely';
import type { Push } from '../../core/contract/record/calendars.ts';
import type { Stood } from '../../core/domain/calendars/returned.ts';
import type { Tx } from './database.ts';

/** Entries of ours that were left behind in calendars, when their connection was removed. */

/** One that may stand there still. `base`: what stood on both sides last. */
export interface LeftEntry {
  readonly pushId: string;
  readonly remoteId: string;
  readonly base: Stood | null;
}

/** One that was being made, by an attempt of which nobody heard: asked for under the same key again it is found, if it was made. */
export interface BegunEntry {
  readonly pushId: string;
  readonly key: string;
}
export type Left = LeftEntry | BegunEntry;

/** So many are tried: each removal of a connection may have left one. */
const MOST_TRIED = 5;
/** The latest whose place is known, then the first that was being made: whatever was begun after it was tried behind it. */
const TRIED = sql`e.remote_id is null,
  case when e.remote_id is null then null else e.left_at end desc, case when e.remote_id is null then null else e.push_id end desc, e.left_at, e.push_id`;

/** Remembers what these calendars hold of ours. Before their pushes are let go. @param now UTC instant */
export async function leaveEntries(tx: Tx, organisationId: string, calendarIds: readonly string[], now: string): Promise<void> {
  await sql`
    insert into left_entries (organisation_id, push_id, system, calendar_ref, subject, remote_id, base, made_as, left_at)
    select s.organisation_id, s.push_id, a.system, m.remote_id, p.subject, s.remote_id, s.base,
      case when s.remote_id is null then s.push_id || '-' || s.generation end, ${now}::timestamptz
    from push_states s
    join pushes p on p.organisation_id = s.organisation_id and p.id = s.push_id
    join calendars c on c.organisation_id = s.organisation_id and c.id = s.calendar_id
    join connection_access a on a.organisation_id = c.organisation_id and a.id = c.connection_id
    join mappings m on m.organisation_id = c.organisation_id and m.connection_id = c.connection_id
      and m.remote_type = 'calendar' and m.local_id = c.id
    where s.organisation_id = ${organisationId} and s.calendar_id = any(${[...calendarIds]}::uuid[])
      and (s.remote_id is not null or s.sequence is not null)
    on conflict (organisation_id, push_id) do nothing
  `.execute(tx);
}

/** One that has come to stand there since its connection was removed. */
export interface WrittenMeanwhile {
  readonly pushId: string;
  readonly remoteId: string;
  readonly base: Stood;
}

/** Where what was begun has come to stand after all, and what it says there. Of pushes that are still followed nothing is kept. */
export async function leaveWritten(tx: Tx, organisationId: string, written: readonly WrittenMeanwhile[]): Promise<void> {
  if (written.length === 0) return;
  await sql`
    update left_entries e set remote_id = w."remoteId", base = w.base
    from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as w("pushId" uuid, "remoteId" text, base jsonb)
    where e.organisation_id = ${organisationId} and e.push_id = w."pushId" and (e.remote_id is null or e.remote_id = w."remoteId")
  `.execute(tx);
}

interface LeftRow {
  readonly wantedBy: string;
  readonly pushId: string;
  readonly remoteId: string | null;
  readonly base: Stood | null;
  readonly madeAs: string | null;
}

/** What was left of the rows of these pushes in this very calendar, by push, in the order in which it is tried; none that is followed again. */
export async function leftEntriesOf(
  tx: Tx, organisationId: string, calendarId: string, pushes: readonly Pick<Push, 'id' | 'subject'>[],
  there: { readonly system: string; readonly calendarRef: string },
): Promise<Map<string, Left[]>> {
  if (pushes.length === 0) return new Map();
  const { rows } = await sql<LeftRow>`
    select k.push_id as wanted_by, e.push_id, e.remote_id, e.base, e.made_as
    from unnest(${pushes.map(({ id }) => id)}::uuid[], ${pushes.map(({ subject }) => subject.id)}::text[]) with ordinality as k(push_id, subject_id, place)
    cross join lateral (
      select e.push_id, e.remote_id, e.base, e.made_as, e.left_at from left_entries e
      where e.organisation_id = ${organisationId} and e.subject->>'id' = k.subject_id
        and e.system = ${there.system} and e.calendar_ref = ${there.calendarRef}
        and case when e.remote_id is null then e.made_as is not null else e.base is not null end
        and not exists (
          select from push_states s where s.organisation_id = e.organisation_id and s.calendar_id = ${calendarId} and s.remote_id = e.remote_id
        )
      order by ${TRIED} limit ${MOST_TRIED}
    ) as e
    order by k.place, ${TRIED}
  `.execute(tx);
  const found = new Map<string, Left[]>();
  for (const { wantedBy, pushId, remoteId, base, madeAs } of rows) {
    const entry = remoteId !== null ? { pushId, remoteId, base } : madeAs !== null ? { pushId, key: madeAs } : null;
    if (entry !== null) found.set(wantedBy, [...(found.get(wantedBy) ?? []), entry]);
  }
  return found;
}

interface Key {
  readonly organisationId: string;
  readonly id: string;
}

/** Which of these marks are of entries that we wrote, though nobody follows them any more. */
export async function readLeft(tx: Tx, marks: readonly Key[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  if (marks.length === 0) return found;
  const { rows } = await sql<Key>`
    select k.organisation_id, k.id
    from unnest(${marks.map((one) => one.organisationId)}::uuid[], ${marks.map((one) => one.id)}::uuid[]) as k(organisation_id, id)
    where exists (select from left_entries e where e.organisation_id = k.organisation_id and e.push_id = k.id)
      or exists (select from mappings m where m.organisation_id = k.organisation_id and m.local_id = k.id and m.collection = 'pushes')
  `.execute(tx);
  for (const { organisationId, id } of rows) found.set(organisationId, (found.get(organisationId) ?? new Set<string>()).add(id));
  return found;
}
