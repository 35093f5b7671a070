import type { ErrorCode } from '../contract/errors.ts';
import type { Result } from '../contract/result.ts';
import type { Answer } from '../domain/record/changes.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './calling.ts';

/**
 * Writing into somebody's calendar. One attempt each, as with every call: whoever holds the job tries again. A write says what it
 * believes to stand there, and nothing is overwritten that somebody has changed meanwhile.
 */

/** `title`: when and what. `busy`: that somebody is taken, and nothing else. */
export const PRIVACY = ['full', 'title', 'busy'] as const;
export type Privacy = (typeof PRIVACY)[number];

/** `times`: UTC milliseconds. `days`: local days, `until` is the first one after it. `zone` is IANA: where its people are. */
export type When =
  | { readonly kind: 'times'; readonly startsAt: number; readonly endsAt: number; readonly zone: string }
  | { readonly kind: 'days'; readonly from: string; readonly until: string; readonly zone: string };

export interface Attendee {
  readonly email: string;
  readonly name: string | null;
}

/** An entry as it should stand there. What is left out stays as it is over there; null and empty lists take it away. */
export interface OutgoingEvent {
  /** UUID of our own entry; comes back with everything that is read there. */
  readonly ourId: string;
  readonly title: string;
  readonly description?: string | null;
  readonly location?: string | null;
  readonly when: When;
  /** `cancelled` keeps the entry crossed out where a calendar can (CalDAV); elsewhere it disappears. */
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly busy: boolean;
  readonly privacy: Privacy;
  /** Stands in place of the title with the privacy `busy`, in the language of whoever sees it. */
  readonly busyText: string;
  readonly attendees?: readonly Attendee[];
  /** True = the calendar may mail its invitations to the attendees; left out = nobody is mailed because of us. */
  readonly invite?: boolean;
  /** Minutes before the start. Outlook has one: the earliest. */
  readonly reminders?: readonly number[];
  /** The one category that it has, where a calendar has such; '' = none; left out = whatever it has. */
  readonly category?: string;
  /** Counts the changes of the entry (RFC 5545, SEQUENCE); never less than what stands there. */
  readonly sequence: number;
  /** When our entry was changed last. UTC milliseconds. */
  readonly changedAt: number;
}

export interface RemoteCalendar {
  /** What `calendarRef` is everywhere else. */
  readonly remoteId: string;
  readonly name: string;
  /** IANA; null = it does not say. */
  readonly zone: string | null;
  /** Null = it does not say, and a try will tell. */
  readonly mayWrite: boolean | null;
  /** The account's main one. */
  readonly primary: boolean;
  /** `#rrggbb`. */
  readonly colour: string | null;
}

/**
 * `create`: the same key makes the same entry, however often it is asked; another key is another entry, also where the first was
 * deleted. `update`: only while the entry's mark is still this one.
 */
export type Condition =
  | { readonly kind: 'create'; readonly key: string }
  | { readonly kind: 'update'; readonly remoteId: string; readonly etag: string };

export interface WrittenEvent {
  readonly remoteId: string;
  /** The mark of what stands there now; null = the calendar does not say, or keeps nothing cancelled: read before the next write. */
  readonly etag: string | null;
  readonly sequence: number | null;
  /** A create with this key had already come through: what stands there may be from then, or changed since. Read it. */
  readonly already: boolean;
}

/** As {@link When}; zone null = it names none. */
export type FoundWhen =
  | (Omit<Extract<When, { kind: 'times' }>, 'zone'> & { readonly zone: string | null })
  | (Omit<Extract<When, { kind: 'days' }>, 'zone'> & { readonly zone: string | null });

/** What stands there. */
export interface FoundEvent {
  readonly remoteId: string;
  readonly etag: string | null;
  readonly sequence: number | null;
  /** Null = we did not write it. */
  readonly ourId: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly place: string | null;
  readonly when: FoundWhen;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly busy: boolean;
  /** When it was changed last, by the clock of the calendar or of whoever changed it. UTC milliseconds; left out or null = it does not say. */
  readonly changedAt?: number | null;
  /** Who is invited; left out = it does not say. */
  readonly answers?: readonly Answer[];
  /** Minutes before the start; left out = it does not say. Where a calendar has one only, as `reminder`. */
  readonly reminders?: readonly number[];
  readonly reminder?: number | null;
  /**
   * Nobody says more of it over there than its times, or these and its title: what else it shows is what we have written. Left out = all of it
   * is somebody's to change.
   */
  readonly says?: 'times' | 'times_and_title';
}

export type Removed = 'done' | 'already_gone' | 'changed_there';

/**
 * `calendar.changed_there`: somebody was first. `calendar.gone`: no such entry or calendar. `calendar.forbidden`: read, not written.
 * `calendar.refused`: not like this. The others are those of every call; retryable ones carry how long to wait, where it was said.
 */
export interface CalendarTrouble extends Omit<RereadError, 'code'> {
  readonly code:
    | Extract<ErrorCode, 'calendar.changed_there' | 'calendar.gone' | 'calendar.forbidden' | 'calendar.refused'>
    | Extract<RereadError['code'], 'normalise.reread_failed' | 'normalise.no_access' | 'normalise.shape_unknown'>;
}
export type CalendarResult<T> = Result<T, CalendarTrouble>;

export interface ChannelWish {
  /** A new UUID. */
  readonly channelId: string;
  /** Public https address that the calls go to. */
  readonly address: string;
  /** Where news about the channel itself go, where a vendor has such; null = to the same address. */
  readonly lifecycleAddress: string | null;
  /** The secret that each call repeats. */
  readonly token: string;
  /** UTC milliseconds; no later than {@link WatchPart.longestMs} from now. */
  readonly until: number;
}

export interface Channel {
  /** As the vendor names it: ours with Google, its own with Microsoft. */
  readonly channelId: string;
  /** A second name that is needed to stop it (Google). */
  readonly resourceId: string | null;
  /** UTC milliseconds. */
  readonly expiresAt: number;
}

/** What a vendor says of a channel itself: it ends soon unless it is renewed, or has ended. `remoteId` = {@link Channel.channelId}. */
export interface ChannelNews {
  readonly remoteId: string;
  readonly state: 'ending' | 'gone';
}

/** A vendor calls us when something has changed, as long as somebody keeps the channel open. Calls get lost: looking goes on. */
export interface WatchPart {
  readonly longestMs: number;
  open(call: CallPorts, access: ConnectionAccess, calendarRef: string, wish: ChannelWish): Promise<CalendarResult<Channel>>;
  /**
   * `replaces` true = a new channel was opened beside the old one, which is stopped once the new one is known; else the old one goes on.
   * `calendar.gone`: there is nothing to renew, open a new one and look.
   */
  renew(
    call: CallPorts, access: ConnectionAccess, calendarRef: string, channel: Channel, wish: ChannelWish,
  ): Promise<CalendarResult<{ readonly channel: Channel; readonly replaces: boolean }>>;
  stop(call: CallPorts, access: ConnectionAccess, channel: Channel): Promise<CalendarResult<'done' | 'already_gone'>>;
}

export interface CalendarPart {
  /** What a look calls an entry: the type of its remote. Its id is the entry's remote id, bounded ({@link boundedId}). */
  readonly entryType: string;
  calendars(call: CallPorts, access: ConnectionAccess): Promise<CalendarResult<readonly RemoteCalendar[]>>;
  /** `calendarRef` is the `remoteId` of one of {@link calendars}. */
  write(
    call: CallPorts, access: ConnectionAccess, calendarRef: string, event: OutgoingEvent, condition: Condition,
  ): Promise<CalendarResult<WrittenEvent>>;
  /** `etag` null = whatever stands there. */
  remove(call: CallPorts, access: ConnectionAccess, calendarRef: string, remoteId: string, etag: string | null): Promise<CalendarResult<Removed>>;
  /** What stands there now; null = nothing, or something that is cancelled and not kept. */
  read(call: CallPorts, access: ConnectionAccess, calendarRef: string, remoteId: string): Promise<CalendarResult<FoundEvent | null>>;
  /**
   * Our own id out of an entry as a look brings it; null = somebody else's. A copy that somebody makes of ours has it too, under another
   * remote id.
   */
  originOf(remoteObject: unknown): string | null;
  /** Which of these a look of the connection reads in any case, by what was entered; of the others those that are in use. */
  reads(access: Pick<ConnectionAccess, 'settings'>, all: readonly RemoteCalendar[]): readonly string[];
  readonly watch?: WatchPart;
}
