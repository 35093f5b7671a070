import { ownId } from './fields.ts';

/** How an iCalendar entry says that we have written it: a property of our own, and its UID, since some calendars drop what they do not know. */

export const OUR_PROPERTY = 'x-wedsync-id';
const PREFIX = 'wedsync-';

/** One entry of ours has one UID in every calendar, also in the feeds that we publish. */
export const uidOf = (ourId: string): string => `${PREFIX}${ourId.toLowerCase()}`;

/** Our own id; null = somebody else wrote it. */
export const ourIdOf = (uid: unknown, property: unknown): string | null =>
  ownId(property) ?? ownId(typeof uid === 'string' && uid.startsWith(PREFIX) ? uid.slice(PREFIX.length) : null);
