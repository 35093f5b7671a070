import type { ToldConsent } from './consent.ts';
import type { Said } from '../../contract/record/calendars.ts';
import type { CalendarEvent, WeatherNotice, Wedding } from '../../contract/record/day.ts';
import type { Contact, Message } from '../../contract/record/people.ts';
import type { Booking, Document, Payment } from '../../contract/record/trade.ts';

/**
 * What the outside says, in our words: an object of theirs, identified by their id, and the fields it speaks about.
 * Fields that a source does not know are absent and leave ours untouched.
 */

/** Identity of an object in the vendor's system. */
export interface RemoteRef {
  readonly type: string;
  readonly id: string;
  /** Their version, etag or modification time; an older one never overwrites a newer one. Compared as described in `newer`. */
  readonly version: string | null;
}

/** What somebody who is invited to an entry of ours has said; null = nothing. `who`: a mark of the address, as it was kept with the invitation. */
export interface Answer {
  readonly who: string;
  readonly said: Said | null;
}

/** Every hint by which a fact may be brought to its wedding, strongest first. */
export interface WeddingClue {
  /** Our own id, carried by the vendor in its metadata. */
  readonly weddingId?: string | null;
  /** Their object that is already mapped to a wedding or to something of one. */
  readonly remote?: { readonly type: string; readonly id: string } | null;
  readonly email?: string | null;
  /** As it was written; compared by its last digits. */
  readonly phone?: string | null;
  /** The day, where the wedding is. */
  readonly date?: string | null;
}

type Fields<T> = Partial<Omit<T, 'id' | 'version' | 'seq' | 'updatedAt' | 'source' | 'weddingId' | 'bookingId' | 'contactId' | 'consents'>>;

interface ChangeBase {
  readonly remote: RemoteRef;
  readonly wedding: WeddingClue;
  /** When it happened, as the source says; null = unknown. UTC instant. */
  readonly occurredAt: string | null;
}

/**
 * What a contact may say besides its fields: whether its address may be mailed (kept by its own time, for everybody of that
 * address), and that it is about people who are known already (`knownOnly`): then nobody new is made of it, and it names no object.
 */
interface ContactSays {
  readonly deleted?: boolean;
  readonly consent?: ToldConsent | null;
  readonly knownOnly?: boolean;
}

/** `begins` on a booking: its status is only where it starts. A second enquiry about what is booked takes nothing back. */
export type Change =
  | (ChangeBase & { readonly kind: 'wedding'; readonly fields: Fields<Wedding> })
  | (ChangeBase & ContactSays & { readonly kind: 'contact'; readonly fields: Fields<Contact> })
  | (ChangeBase & { readonly kind: 'booking'; readonly fields: Fields<Booking>; readonly contactRemote?: { readonly type: string; readonly id: string } | null; readonly begins?: boolean })
  | (ChangeBase & { readonly kind: 'payment'; readonly fields: Fields<Payment>; readonly bookingRemote?: { readonly type: string; readonly id: string } | null })
  /** Told in stages by most systems: queued, sent, delivered, read. A stage that comes late takes nothing back. */
  | (ChangeBase & { readonly kind: 'message'; readonly fields: Fields<Message> })
  | (ChangeBase & { readonly kind: 'document'; readonly fields: Fields<Document>; readonly bookingRemote?: { readonly type: string; readonly id: string } | null })
  /**
   * `ourId`: the source marks it as written by us, out of our entry of that id. A copy that somebody made of it is marked too.
   * `calendarRemote`: which of the connection's calendars it stands in: `id` is the `remoteId` of the calendar; null = the source does not tell.
   */
  | (ChangeBase & { readonly kind: 'calendarEvent'; readonly fields: Fields<CalendarEvent>; readonly bookingRemote?: { readonly type: string; readonly id: string } | null; readonly deleted?: boolean; readonly ourId?: string; readonly answers?: readonly Answer[]; readonly changedThere?: string; readonly calendarRemote?: { readonly type: string; readonly id: string } | null })
  | (ChangeBase & { readonly kind: 'weather'; readonly fields: Fields<WeatherNotice> });

export type ChangeKind = Change['kind'];
