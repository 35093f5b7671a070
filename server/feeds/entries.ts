import { sql } from 'kysely';
import type { FeedAbout, FeedView } from '../../core/contract/feeds.ts';
import { feedEntry, feedFrom, isInFeed } from '../../core/domain/calendars/feed.ts';
import type { MovableCollection, MovableRow } from '../../core/domain/conflicts/occupancies.ts';
import type { OutgoingEvent } from '../../core/vendors/calendars.ts';
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

async function rowsOf(tx: Tx, organisationId: string, about: FeedAbout, from: number): Promise<(MovableRow & { readonly changedAt: string })[]> {
  const found: (MovableRow & { readonly changedAt: string })[] = [];
  for (const [collection, column] of Object.entries(WHOSE[about.kind]) as [MovableCollection, string | null][]) {
    const own = column === null || about.kind === 'house' ? sql`` : sql`and ${sql.ref(column)} = ${about.id}::uuid`;
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(collection)} where organisation_id = ${organisationId} ${own} and ends_at > ${new Date(from).toISOString()}::timestamptz order by ends_at, id limit ${MOST_ENTRIES}
    `.execute(tx);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) for (const row of await readRows(tx, organisationId, collection, ids)) found.push({ collection, row, changedAt: row.updatedAt } as MovableRow & { changedAt: string });
  }
  return found.filter((one) => isInFeed(one, about, from));
}

const idsIn = (ids: readonly (string | null | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== null && id !== undefined))];

/** What stands in the feed now, with nothing of anybody that its privacy keeps back. `now` in UTC milliseconds. */
export async function feedEntries(tx: Tx, organisationId: string, { about, privacy }: Pick<FeedView, 'about' | 'privacy'>, now: number): Promise<readonly OutgoingEvent[]> {
  const subjects = await rowsOf(tx, organisationId, about, feedFrom(now));
  const organisation = await tx.selectFrom('organisations').select('zone').where('id', '=', organisationId).executeTakeFirstOrThrow();
  const full = privacy === 'full';
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
    return feedEntry(subject, { privacy, around, words: ENTRY_WORDS, changedAt: Date.parse(changedAt) }) ?? [];
  });
}
