import { sql } from 'kysely';
import { EVENT_TYPES } from '../../../core/contract/events.ts';
import type { CalendarEvent } from '../../../core/contract/record/day.ts';
import { draftUpdated, type DraftOf, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { ENTRY_WORDS } from '../../feeds/words.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';
import { CALENDARS } from './stage.ts';

/**
 * Entries of others that are copies of ours without our mark, as programs make them that keep calendars alike: in a calendar of the same
 * owner, from when to when and called as an entry of ours that stands there. Whether one is says what stands there now, so it does not
 * matter which of the two was heard of first; moved on its own it is somebody's entry as any other.
 */

interface Share {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
}
type EntryDraft = DraftOf<'calendarEvents'>;
type CopyOf = NonNullable<CalendarEvent['copyOf']>;

const counts = (draft: EventDraft): draft is EntryDraft =>
  draft.collection === 'calendarEvents' && EVENT_TYPES[draft.type].change !== 'deleted' && ((draft.row.resourceId ?? null) !== null || Boolean(draft.row.copyOf));
/** What stands there because of it may be something else now. */
const settles = ({ collection, type }: EventDraft): boolean => collection === 'pushes' && type === 'push.confirmed';

/** The shares with what is a copy told as one. One query more where entries are told, and one where ours come to stand somewhere; none for others. */
export async function withCopies<S extends Share>(tx: Tx, shares: readonly S[]): Promise<readonly S[]> {
  const entries = shares.flatMap(({ organisationId, drafts }) => drafts.filter(counts).map((draft) => ({ organisationId, draft })));
  const pushes = shares.flatMap(({ organisationId, drafts }) => drafts.filter(settles).map(({ row }) => ({ organisationId, id: row.id })));
  if (entries.length + pushes.length === 0) return shares;
  const originals = entries.length === 0 ? [] : await originalsOf(tx, entries);
  const of = new Map(entries.map(({ draft }, at) => [draft, originals[at] ?? null]));
  const told = shares.map((share) => ({ ...share, drafts: share.drafts.map((draft) => (counts(draft) ? marked(draft, of.get(draft) ?? null) : draft)) }));
  if (pushes.length === 0) return told;
  const others = await copiesAround(tx, pushes);
  const done: S[] = [];
  for (const share of told) {
    const known = new Set(share.drafts.map(({ row }) => row.id));
    const own = others.filter(({ organisationId, id }) => organisationId === share.organisationId && !known.has(id));
    const rows = own.length === 0 ? [] : await readRows(tx, share.organisationId, 'calendarEvents', own.map(({ id }) => id));
    const copies = new Map(own.map(({ id, copyOf }) => [id, copyOf]));
    const drafts = rows.flatMap((row) => draftUpdated('calendar.event.updated', 'calendarEvents', row.weddingId, row, { copyOf: copies.get(row.id) ?? null }, null, CALENDARS) ?? []);
    done.push({ ...share, drafts: [...share.drafts, ...drafts] });
  }
  return done;
}

function marked(draft: EntryDraft, copyOf: CopyOf | null): EntryDraft {
  const was = draft.row.copyOf ?? null;
  if (was?.id === copyOf?.id) return draft;
  return { ...draft, row: { ...draft.row, copyOf }, before: draft.before === null ? null : { ...draft.before, copyOf: was } };
}

/** What stands there of ours, by whose calendar it is and what it says. An entry that tells nothing is called as everybody who is taken. */
const STANDING = sql`
  from calendars c
  join pushes p on p.organisation_id = c.organisation_id and p.calendar_id = c.id and p.wish = 'present'
  join push_states s on s.organisation_id = p.organisation_id and s.push_id = p.id and s.remote_id is not null and s.base is not null
`;
const ALIKE = sql`(s.base->>'startsAt')::timestamptz = e.starts_at and (s.base->>'endsAt')::timestamptz = e.ends_at
  and lower(trim(e.title)) = lower(trim(coalesce(s.base->>'title', ${ENTRY_WORDS.busy}::text)))`;

/** In the order of the entries. */
async function originalsOf(tx: Tx, entries: readonly { readonly organisationId: string; readonly draft: EntryDraft }[]): Promise<(CopyOf | null)[]> {
  const rows = entries.map(({ organisationId, draft: { row } }) =>
    ({ organisation_id: organisationId, resource_id: row.resourceId ?? null, starts_at: row.startsAt, ends_at: row.endsAt, title: row.title }));
  const found = await sql<{ place: string; subject: CopyOf }>`
    select distinct on (e.place) e.place, p.subject from (
      select row_number() over () as place, t.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as t(organisation_id uuid, resource_id uuid, starts_at timestamptz, ends_at timestamptz, title text)
    ) as e
    cross join lateral (select p.subject, p.id ${STANDING} where c.organisation_id = e.organisation_id and c.resource_id = e.resource_id and ${ALIKE} order by p.id limit 1) as p
  `.execute(tx);
  const subjects = new Map(found.rows.map(({ place, subject }) => [Number(place) - 1, subject]));
  return rows.map((_row, at) => subjects.get(at) ?? null);
}

/** Entries that are copies of what these pushes have come to say, and those that were of what they said before. */
async function copiesAround(
  tx: Tx, pushes: readonly { readonly organisationId: string; readonly id: string }[],
): Promise<{ readonly organisationId: string; readonly id: string; readonly copyOf: CopyOf | null }[]> {
  const { rows } = await sql<{ organisationId: string; id: string; copyOf: CopyOf | null }>`
    with told as (
      select k.organisation_id, k.id from unnest(${pushes.map((one) => one.organisationId)}::uuid[], ${pushes.map(({ id }) => id)}::uuid[]) as k(organisation_id, id)
    ), concerned as (
      select e.organisation_id, e.id from told k
      join pushes p on p.organisation_id = k.organisation_id and p.id = k.id
      join calendar_events e on e.organisation_id = p.organisation_id and e.copy_of is not null and e.copy_of->>'id' = p.subject->>'id'
      union
      select e.organisation_id, e.id from told k
      join pushes p on p.organisation_id = k.organisation_id and p.id = k.id
      join calendars c on c.organisation_id = p.organisation_id and c.id = p.calendar_id
      join push_states s on s.organisation_id = p.organisation_id and s.push_id = p.id and s.base is not null
      join calendar_events e on e.organisation_id = c.organisation_id and e.resource_id = c.resource_id and ${ALIKE}
    )
    select e.organisation_id, e.id, (
      select p.subject ${STANDING} where c.organisation_id = e.organisation_id and c.resource_id = e.resource_id and ${ALIKE} order by p.id limit 1
    ) as copy_of
    from concerned n join calendar_events e on e.organisation_id = n.organisation_id and e.id = n.id
  `.execute(tx);
  return rows;
}
