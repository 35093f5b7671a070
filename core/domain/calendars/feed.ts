import type { FeedAbout, FeedView } from '../../contract/feeds.ts';
import type { MovableRow } from '../conflicts/occupancies.ts';
import { entryOf, type Around, type EntryWords } from './entry.ts';
import { entryStatus, spanOf } from './targets.ts';

/** What stands in a feed that the house gives out. */

const DAY_MS = 86_400_000;
/** What is over for longer is nobody's plan any more. */
const BACK_DAYS = 30;

/** From here on. The same all day long (UTC), so that a feed in which nothing changes stays the same text. UTC milliseconds. */
export const feedFrom = (now: number): number => (Math.floor(now / DAY_MS) - BACK_DAYS) * DAY_MS;

function belongs({ collection, row }: MovableRow, about: FeedAbout): boolean {
  if (about.kind === 'wedding') return (collection === 'weddings' ? row.id : row.weddingId) === about.id;
  if (about.kind === 'resource') return (collection === 'weddings' ? row.roomId : collection === 'bookings' ? row.vendorId : row.resourceId) === about.id;
  // A second room or a crew belongs to a wedding that is told already; what belongs to none closes something.
  return collection === 'weddings' || (collection === 'allocations' && row.weddingId === null && row.bookingId === null);
}

/** Who merely asks is in no feed, nor what is cancelled or long over. `from` as {@link feedFrom}. */
export function isInFeed(subject: MovableRow, about: FeedAbout, from: number): boolean {
  const span = spanOf(subject);
  return span !== null && span.endsAt > from && entryStatus(subject) !== null && belongs(subject, about);
}

/** A feed is no calendar of a resource. */
const NOBODYS = { resourceId: null, everyWedding: false, wholes: [] } as const;

export interface FeedEntryOptions {
  readonly privacy: FeedView['privacy'];
  readonly around: Around;
  readonly words: EntryWords;
  /** When the row was changed last. UTC milliseconds. */
  readonly changedAt: number;
}

/** As it is told; nobody is invited or reminded by a feed. Null = it says nothing. */
export const feedEntry = (subject: MovableRow, { privacy, around, words, changedAt }: FeedEntryOptions): ReturnType<typeof entryOf> =>
  entryOf(subject, { pushId: subject.row.id, calendar: { privacy, invite: false, reminders: [], ...NOBODYS }, around, words, sequence: subject.row.version, changedAt });
