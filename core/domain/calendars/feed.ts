import type { FeedAbout, FeedView } from '../../contract/feeds.ts';
import type { MovableRow } from '../conflicts/occupancies.ts';
import { entryOf, type Around, type EntryWords } from './entry.ts';
import { entryStatus, spanOf } from './targets.ts';
import { takenBy, takesOf, type Whole, type Whose } from './wholes.ts';

/** What stands in a feed that the house gives out. */

const DAY_MS = 86_400_000;
/** What is over for longer is nobody's plan any more. */
const BACK_DAYS = 30;

/** From here on. The same all day long (UTC), so that a feed in which nothing changes stays the same text. UTC milliseconds. */
export const feedFrom = (now: number): number => (Math.floor(now / DAY_MS) - BACK_DAYS) * DAY_MS;

/** Whose time a feed tells of: what takes a whole takes its parts, as in the calendars of parts. A feed of no resource is nobody's. */
export const whoseFeed = (about: FeedAbout, wholes: readonly Whole[]): Whose =>
  (about.kind === 'resource' ? { resourceId: about.id, everyWedding: false, wholes } : { resourceId: null, everyWedding: false, wholes: [] });

function belongs(subject: MovableRow, about: FeedAbout, whose: Whose): boolean {
  const { collection, row } = subject;
  if (about.kind === 'wedding') return (collection === 'weddings' ? row.id : row.weddingId) === about.id;
  if (about.kind === 'resource') return takesOf(whose, takenBy(subject));
  // A second room or a crew belongs to a wedding that is told already; what belongs to none closes something.
  return collection === 'weddings' || (collection === 'allocations' && row.weddingId === null && row.bookingId === null);
}

/** Who merely asks is in no feed, nor what is cancelled or long over. `from` as {@link feedFrom}. */
export function isInFeed(subject: MovableRow, about: FeedAbout, whose: Whose, from: number): boolean {
  const span = spanOf(subject);
  return span !== null && span.endsAt > from && entryStatus(subject) !== null && belongs(subject, about, whose);
}

export interface FeedEntryOptions {
  readonly privacy: FeedView['privacy'];
  readonly whose: Whose;
  readonly around: Around;
  readonly words: EntryWords;
  /** When the row, or the name of the whole that it takes, was changed last. UTC milliseconds. */
  readonly changedAt: number;
}

/** As it is told; nobody is invited or reminded by a feed. Null = it says nothing. */
export const feedEntry = (subject: MovableRow, { privacy, whose, around, words, changedAt }: FeedEntryOptions): ReturnType<typeof entryOf> =>
  entryOf(subject, {
    pushId: subject.row.id, calendar: { privacy, invite: false, reminders: [], ...whose }, around, words, sequence: subject.row.version, changedAt,
  });
