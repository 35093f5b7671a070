import { sql, type RawBuilder } from 'kysely';
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
  const originals = entries.length === 0 ? [] : await originalsOf(tx, entries.map(({ organisationId, draft: { row } }) => ({ ...row, organisationId })));
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
const standing = (at: RawBuilder<unknown>) => sql`
  from calendars c
  join push_states s on s.organisation_id = c.organisation_id and s.calendar_id = c.id and s.base is not null and s.base->>'startsAt' = ${at} and s.remote_id is not null
  join pushes p on p.organisation_id = s.organisation_id and p.id = s.push_id and p.wish = 'present'
`;
const CALLED = sql`lower(trim(e.title)) = lower(trim(coalesce(s.base->>'title', ${ENTRY_WORDS.busy}::text)))`;

type EntryRow = Pick<CalendarEvent, 'id' | 'resourceId' | 'startsAt' | 'endsAt' | 'title'> & { readonly organisationId: string };

/** In the order of the entries. */
async function originalsOf(tx: Tx, entries: readonly EntryRow[]): Promise<(CopyOf | null)[]> {
  const rows = entries.map(({ organisationId, resourceId, startsAt, endsAt, title }) =>
    ({ organisation_id: organisationId, resource_id: resourceId ?? null, starts_at: startsAt, ends_at: endsAt, title }));
  const found = await sql<{ place: string; subject: CopyOf }>`
    select distinct on (e.place) e.place, p.subject from (
      select row_number() over () as place, t.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as t(organisation_id uuid, resource_id uuid, starts_at text, ends_at text, title text)
    ) as e
    cross join lateral (
      select p.subject, p.id ${standing(sql`e.starts_at`)} where c.organisation_id = e.organisation_id and c.resource_id = e.resource_id
        and s.base->>'endsAt' = e.ends_at and ${CALLED} order by p.id limit 1
    ) as p
  `.execute(tx);
  const subjects = new Map(found.rows.map(({ place, subject }) => [Number(place) - 1, subject]));
  return rows.map((_row, at) => subjects.get(at) ?? null);
}

/** Entries that are copies of what these pushes have come to say, and those that were of what they said before. */
async function copiesAround(
  tx: Tx, pushes: readonly { readonly organisationId: string; readonly id: string }[],
): Promise<{ readonly organisationId: string; readonly id: string; readonly copyOf: CopyOf | null }[]> {
  // One look into the index for each of them: plain joins are planned as walks through all that the house has written.
  const { rows: concerned } = await sql<EntryRow>`
    with told as (
      select k.organisation_id, p.subject, c.resource_id, s.base from unnest(${pushes.map((one) => one.organisationId)}::uuid[], ${pushes.map(({ id }) => id)}::uuid[]) as k(organisation_id, id)
      cross join lateral (select subject, calendar_id from pushes where organisation_id = k.organisation_id and id = k.id limit 1) as p
      cross join lateral (select resource_id from calendars where organisation_id = k.organisation_id and id = p.calendar_id limit 1) as c
      left join lateral (select base from push_states where organisation_id = k.organisation_id and push_id = k.id limit 1) as s on true
    )
    select e.organisation_id, e.id, e.resource_id, e.starts_at, e.ends_at, e.title from told t cross join lateral (
      select * from calendar_events where organisation_id = t.organisation_id and copy_of is not null and copy_of->>'id' = t.subject->>'id' offset 0
    ) as e
    union
    select e.organisation_id, e.id, e.resource_id, e.starts_at, e.ends_at, e.title from told t cross join lateral (
      select * from calendar_events where organisation_id = t.organisation_id and resource_id = t.resource_id
        and ends_at = (t.base->>'endsAt')::timestamptz and starts_at = (t.base->>'startsAt')::timestamptz offset 0
    ) as e
  `.execute(tx);
  if (concerned.length === 0) return [];
  const originals = await originalsOf(tx, concerned);
  return concerned.map(({ organisationId, id }, at) => ({ organisationId, id, copyOf: originals[at] ?? null }));
}
