import type { CollectionName, RowOf } from '../../contract/record.ts';
import type { Alert } from '../../contract/record/attention.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { Contact } from '../../contract/record/people.ts';
import type { PushStanding } from '../calendars/back.ts';
import type { Whole } from '../calendars/wholes.ts';
import type { Difference } from '../../contract/record/calendars.ts';
import type { Teller } from './tellers.ts';
import type { Told } from './told.ts';

export interface Mapping {
  readonly collection: CollectionName;
  readonly id: string;
  /** Their version when we last took it. */
  readonly remoteVersion: string | null;
  /** Field by field; left out or null = only the version is known. */
  readonly told?: Told | null;
  /** It is (of) somebody who was erased; nothing that is told about it may bring them back. */
  readonly erased?: boolean;
}

/** Read access to the loaded part of the record; later changes of the same batch see earlier ones through it. */
export interface View {
  mapping(remoteType: string, remoteId: string): Mapping | null;
  row<C extends CollectionName>(collection: C, id: string): RowOf<C> | null;
  /** Weddings that have a contact with this address (lower case). */
  weddingsByEmail(email: string): readonly Wedding[];
  weddingsByDate(date: string): readonly Wedding[];
  /** Contacts with this address (lower case). */
  contactsByEmail(email: string): readonly Contact[];
  /** Contacts with this number, however it is written. */
  contactsByPhone(phone: string): readonly Contact[];
  /** Every object, of any connection, that is (part of) this contact, with what it tells. */
  tellers(contactId: string): readonly Teller[];
  /** What is kept of an entry of ours in somebody's calendar; left out = nobody here knows of any. */
  pushStanding?(pushId: string): PushStanding | null;
  /** What the resource of a calendar that is written is a part of; left out = nobody here knows of any. */
  wholesOf?(calendarId: string): readonly Whole[];
  /** Whether this marks an entry that we once wrote into a calendar and do not follow any more; left out = nobody here knows. */
  wasOurs?(mark: string): boolean;
  /** The open question about it. */
  openDifference?(pushId: string): Difference | null;
  /** Alerts about this row that are not resolved yet. */
  unresolvedAlerts(subjectId: string): readonly Alert[];
}
