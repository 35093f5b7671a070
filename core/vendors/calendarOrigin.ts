import { ownId } from './fields.ts';

/** Which calendar an entry stands in, and whether it is ours. Where it is not known nothing is said. */

const LONGEST_REF = 2_000;

/** Of a change: `ref` as {@link RemoteCalendar.remoteId} has it. */
export const calendarRemote = (ref: unknown): { readonly calendarRemote?: { readonly type: 'calendar'; readonly id: string } } =>
  typeof ref === 'string' && ref !== '' && ref.length <= LONGEST_REF ? { calendarRemote: { type: 'calendar', id: ref } } : {};

/** How an iCalendar entry says that we have written it: a property of our own, and its UID, since some calendars drop what they do not know. */

export const OUR_PROPERTY = 'x-wedsync-id';
const PREFIX = 'wedsync-';

/** One entry of ours has one UID in every calendar, also in the feeds that we publish. */
export const uidOf = (ourId: string): string => `${PREFIX}${ourId.toLowerCase()}`;

/** Our own id; null = somebody else wrote it. */
export const ourIdOf = (uid: unknown, property: unknown): string | null =>
  ownId(property) ?? ownId(typeof uid === 'string' && uid.startsWith(PREFIX) ? uid.slice(PREFIX.length) : null);

/** The file of an entry in a calendar with files (CalDAV). `key` in hexadecimal. */
export const fileOf = (key: string): string => `${PREFIX}${key}.ics`;

/** By the name of its file alone: of what is gone there is no more. */
export const isWrittenByUs = (href: string | undefined): boolean => /(?:^|\/)wedsync-[0-9a-f]+\.ics$/.test(href ?? '');
