import type { ColumnType, Generated } from 'kysely';
import type { FeedAbout, FeedView } from '../../core/contract/feeds.ts';
import type { Stood } from '../../core/domain/calendars/returned.ts';

/** The tables of calendars that are kept elsewhere, and of feeds that are given out, as Kysely sees them; see `schema.ts`. */

/** Who works on a calendar at the moment, and how far it is filled. */
export interface CalendarStatesTable {
  organisationId: string;
  calendarId: string;
  leasedUntil: string;
  /** Raised with each lease. */
  fence: Generated<number>;
  /** Where filling goes on: the collection and id of the last row that was looked at; null = from the start. */
  filledTo: ColumnType<unknown, string | null, string | null>;
  /** Nothing is written until the desktop that keeps the key is back. */
  waitsForDesk: Generated<boolean>;
}

/** What stands in a calendar because of a push. */
export interface PushStatesTable {
  organisationId: string;
  pushId: string;
  calendarId: string;
  remoteId: string | null;
  etag: string | null;
  sequence: number | null;
  /** Counts the entries that were made for it. */
  generation: Generated<number>;
  /** What stood on both sides last. */
  base: ColumnType<Stood | null, string | null, string | null>;
  /** What stands there is read before anything is written. */
  recheck: Generated<boolean>;
  /** Whom the entry invites, as a mark of the address; null = nobody, or it was written before that was kept. */
  invited: string | null;
  /** Of the calendar by which it was written last; null = it was before that was kept, or nothing was. */
  fence: number | null;
}

/** An entry of ours in a calendar whose connection was removed. */
export interface LeftEntriesTable {
  organisationId: string;
  pushId: string;
  system: string;
  /** As its vendor names the calendar. */
  calendarRef: string;
  subject: unknown;
  remoteId: string | null;
  base: unknown;
  leftAt: string;
  /** The key under which it was being made; null = it is known where it stands. */
  madeAs: string | null;
}

/** A calendar feed that the house has given out. */
export interface CalendarFeedsTable {
  organisationId: string;
  id: string;
  tokenHash: Uint8Array;
  about: ColumnType<FeedAbout, string, never>;
  privacy: FeedView['privacy'];
  createdAt: string;
  /** The device. */
  createdBy: string;
  lastReadAt: string | null;
}

/** A channel over which a vendor tells that a calendar has changed. */
export interface CalendarChannelsTable {
  organisationId: string;
  id: string;
  connectionId: string;
  calendarId: string;
  /** The server's address that it calls. */
  origin: string;
  /** As the vendor names it; null = it is being opened. */
  remoteId: string | null;
  remoteResourceId: string | null;
  tokenSealed: string;
  state: 'opening' | 'open' | 'closing';
  openedAt: string | null;
  endsAt: string | null;
  nextAt: string;
  failures: Generated<number>;
  reason: string | null;
}

export interface CalendarTables {
  calendarStates: CalendarStatesTable;
  pushStates: PushStatesTable;
  leftEntries: LeftEntriesTable;
  calendarFeeds: CalendarFeedsTable;
  calendarChannels: CalendarChannelsTable;
}
