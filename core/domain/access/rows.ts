import type { AnyRow, CollectionName, RowOf } from '../../contract/record.ts';
import { BOUND_ROLES, ROWS, type RowRule } from './matrix.ts';
import type { Subject } from './may.ts';

export type RowReason = 'whole' | 'redacted' | 'not_for_role' | 'bound_to_none' | 'other_wedding' | 'not_own';
export interface RowDecision<C extends CollectionName> {
  /** What may be told of the row; null = nothing, not even that there is one. */
  readonly row: RowOf<C> | null;
  readonly reason: RowReason;
}

type Owns = { readonly [C in CollectionName]?: (row: RowOf<C>, subject: Subject) => boolean };

const isMine = (subject: Subject, bookingId: string | null): boolean => bookingId !== null && subject.bookingIds.includes(bookingId);

const VENDOR: Owns = {
  contacts: (row, subject) => row.id === subject.contactId,
  // A booking that was given to somebody else since is theirs, whatever the link was made for.
  bookings: (row, subject) => (row.contactId === null || subject.contactId === null ? isMine(subject, row.id) : row.contactId === subject.contactId),
  payments: (row, subject) => isMine(subject, row.bookingId),
  documents: (row, subject) => isMine(subject, row.bookingId),
  alerts(row, subject) {
    switch (row.rule) {
      case 'guest_count_changed':
      case 'weather':
        return true;
      case 'booking_cancelled':
      case 'call_time_moved':
        return row.subject?.collection === 'bookings' && isMine(subject, row.subject.id);
      case 'payment_failed':
      case 'payment_refunded':
      case 'delivery_parked':
      case 'delivery_quarantined':
      case 'delivery_held':
      case 'deliveries_dead':
      case 'forwarding_asked':
      case 'feed_moved':
      case 'double_booking':
      case 'limit_passed':
      case 'hold_first':
      case 'hold_not_back':
      case 'day_asked':
      case 'connection_failing':
      case 'connection_warning':
      case 'connection_disabled':
      case 'message_failed':
      case 'push_failed':
      case 'push_waiting':
      case 'invitation_declined':
      case 'left_behind':
      case 'calendar_unread':
        return false;
    }
  },
};
const COUPLE: Owns = { contacts: (row) => row.role === 'couple' };

const owns = <C extends CollectionName>(subject: Subject, collection: C, row: RowOf<C>): boolean => {
  const table = subject.role === 'vendor' ? VENDOR : subject.role === 'couple' ? COUPLE : {};
  const rule = table[collection] as ((row: RowOf<C>, subject: Subject) => boolean) | undefined;
  return rule?.(row, subject) ?? false;
};

/** The wedding a row is of; null = of none. */
export const weddingOf = (collection: CollectionName, row: AnyRow): string | null => (collection === 'weddings' ? row.id : 'weddingId' in row ? row.weddingId : null);

/** The weather over the place is everybody's, whichever wedding they are of. */
export const isOfTheHouse = (collection: CollectionName, row: AnyRow): boolean => collection === 'weatherNotices' && weddingOf(collection, row) === null;

/** True when the subject is told every row of its organisation as it stands; then nothing needs filtering. */
export function seesEverything(subject: Subject): boolean {
  return subject.weddingId === null && Object.values(ROWS[subject.role]).every((rule) => rule.rows === 'any' && rule.hidden.length === 0 && rule.hiddenOfOthers.length === 0);
}

/** What of one row the subject may be told, and why; pure. The row must be of the subject's organisation. */
export function decideRow<C extends CollectionName>(subject: Subject, collection: C, row: RowOf<C>): RowDecision<C> {
  const rule: RowRule<C> = ROWS[subject.role][collection];
  if (rule.rows === 'none') return { row: null, reason: 'not_for_role' };
  if (subject.weddingId === null && BOUND_ROLES.includes(subject.role)) return { row: null, reason: 'bound_to_none' };
  const own = owns(subject, collection, row);
  const foreign = subject.weddingId !== null && !isOfTheHouse(collection, row) && weddingOf(collection, row) !== subject.weddingId;
  // A vendor's entry may be kept under no wedding, or under the first it came with; it is the vendor's all the same.
  const ownEntry = collection === 'contacts' && own && subject.role === 'vendor';
  if (foreign && !ownEntry) return { row: null, reason: 'other_wedding' };
  if (rule.rows === 'own' && !own) return { row: null, reason: 'not_own' };
  const hidden: readonly string[] = own ? rule.hidden : [...rule.hidden, ...rule.hiddenOfOthers];
  if (hidden.length === 0 && !foreign) return { row, reason: 'whole' };
  const told: Record<string, unknown> = { ...row };
  for (const field of hidden) told[field] = null;
  if (foreign) told['weddingId'] = null;
  return { row: told as RowOf<C>, reason: 'redacted' };
}

/** The row, the row with what is not for the subject told as null, or null. */
export const visibleRow = <C extends CollectionName>(subject: Subject, collection: C, row: RowOf<C>): RowOf<C> | null => decideRow(subject, collection, row).row;

/** Whether the subject may be told of any row of the collection; for leaving empty places out. */
export const seesAnyOf = (subject: Pick<Subject, 'role'>, collection: CollectionName): boolean => ROWS[subject.role][collection].rows !== 'none';
