import { sql } from 'kysely';
import type { FeedAbout, FeedView } from '../../core/contract/feeds.ts';
import { feedEntry, feedFrom, isInFeed, whoseFeed } from '../../core/domain/calendars/feed.ts';
import { throughOf, wholesOf, type Whose } from '../../core/domain/calendars/wholes.ts';
import type { MovableCollection, MovableRow } from '../../core/domain/conflicts/occupancies.ts';
import type { OutgoingEvent } from '../../core/vendors/calendars.ts';
import { readCombined } from '../store/calendars/wholes.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/rows.ts';
import { ENTRY_WORDS } from './words.ts';

/** Entries of one feed; what goes beyond is far ahead. */
const MOST_ENTRIES = 5_000;

/** Whose rows a feed may hold, by table and column; what of them it holds is said by {@link isInFeed}. */
const WHOSE = {
  house: { weddings: null, allocations: null },
  resource: { weddings: 'room_id', bookings: 'vendor_id', allocations: 'resource_id' },
  wedding: { weddings: 'id', bookings: 'wedding_id', allocations: 'wedding_id' },
} as const satisfies Record<FeedAbout['kind'], Partial<Record<MovableCollection, string | null>>>;

type Dated = MovableRow & { readonly changedAt: string };

async function rowsOf(tx: Tx, organisationId: string, about: FeedAbout, whose: Whose, from: number): Promise<Dated[]> {
  const found: Dated[] = [];
  for (const [collection, column] of Object.entries(WHOSE[about.kind]) as [MovableCollection, string | null][]) {
    const ids = about.kind === 'house' ? [] : [about.id, ...whose.wholes.map(({ id }) => id)];
    const own = column === null ? sql`` : sql`and ${sql.ref(column)} = any(${ids}::uuid[])`;
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(collection)} where organisation_id = ${organisationId} ${own} and ends_at > ${new Date(from).toISOString()}::timestamptz order by ends_at, id limit ${MOST_ENTRIES}
    `.execute(tx);
    const read = rows.length === 0 ? [] : await readRows(tx, organisationId, collection, rows.map(({ id }) => id));
    for (const row of read) found.push({ collection, row, changedAt: row.updatedAt } as Dated);
  }
  return found.filter((one) => isInFeed(one, about, whose, from));
}

/** Whose time the feed tells of; only a resource is a part of anything. */
async function whoseOf(tx: Tx, organisationId: string, about: FeedAbout): Promise<Whose> {
  if (about.kind !== 'resource') return whoseFeed(about, []);
  return whoseFeed(about, wholesOf(about.id, (await readCombined(tx, [organisationId])).get(organisationId) ?? []));
}

const idsIn = (ids: readonly (string | null | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== null && id !== undefined))];

/** What stands in the feed now, with nothing of anybody that its privacy keeps back. `now` in UTC milliseconds. */
export async function feedEntries(tx: Tx, organisationId: string, { about, privacy }: Pick<FeedView, 'about' | 'privacy'>, now: number): Promise<readonly OutgoingEvent[]> {
  const whose = await whoseOf(tx, organisationId, about);
  const subjects = await rowsOf(tx, organisationId, about, whose, feedFrom(now));
  const organisation = await tx.selectFrom('organisations').select('zone').where('id', '=', organisationId).executeTakeFirstOrThrow();
  const full = privacy === 'full';
  // The name of a whole stands in titles: another one is news of each entry that has it.
  const wholes = privacy === 'busy' ? [] : idsIn(subjects.map((one) => throughOf(one, whose)?.id));
  const named = new Map((await readRows(tx, organisationId, 'resources', wholes)).map((row) => [row.id, Date.parse(row.updatedAt)]));
  const weddings = new Map((await readRows(tx, organisationId, 'weddings', idsIn(subjects.map(({ collection, row }) => (collection === 'weddings' ? row.id : row.weddingId))))).map((row) => [row.id, row]));
  const resources = new Map((full ? await readRows(tx, organisationId, 'resources', idsIn(subjects.map(({ collection, row }) => (collection === 'allocations' ? row.resourceId : collection === 'weddings' ? row.roomId : null)))) : []).map((row) => [row.id, row]));
  const contacts = new Map((full ? await readRows(tx, organisationId, 'contacts', idsIn(subjects.map(({ collection, row }) => (collection === 'bookings' ? row.contactId : null)))) : []).map((row) => [row.id, row]));
  return subjects.flatMap((subject) => {
    const { collection, row, changedAt } = subject;
    const around = {
      wedding: weddings.get((collection === 'weddings' ? row.id : row.weddingId) ?? '') ?? null,
      resource: resources.get((collection === 'allocations' ? row.resourceId : collection === 'weddings' ? row.roomId : null) ?? '') ?? null,
      contact: collection === 'bookings' ? (contacts.get(row.contactId ?? '') ?? null) : null,
      zone: organisation.zone,
    };
    const told = Math.max(Date.parse(changedAt), named.get(throughOf(subject, whose)?.id ?? '') ?? 0);
    return feedEntry(subject, { privacy, whose, around, words: ENTRY_WORDS, changedAt: told }) ?? [];
  });
}
