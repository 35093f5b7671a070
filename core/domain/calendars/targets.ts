import type { Calendar } from '../../contract/record/calendars.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { Allocation } from '../../contract/record/taking.ts';
import type { Booking } from '../../contract/record/trade.ts';
import { isDone, ITEM_MS, saysEnd, type EntryRow, type TargetRow } from './subjects.ts';
import { takesOf, type Placed } from './wholes.ts';

/** Which of our rows are to stand in which calendars. */

type Filling = Calendar['filling'];
export type EntryStatus = 'confirmed' | 'tentative';
/** `over`: what stands there stays as it is, and nothing is begun. */
export type Wish = 'present' | 'absent' | 'over';
type Whose = Pick<Calendar, 'direction' | 'state' | 'resourceId' | 'everyWedding' | 'runSheet' | 'role' | 'categories'> & Placed;

export const IDLE_FILLING: Filling = { state: 'idle', reason: null, done: 0, total: null };
export const NEW_FILLING: Filling = { state: 'filling', reason: null, done: 0, total: null };

/** What takes time here is written there. */
export const isWritten = ({ direction, state }: Pick<Calendar, 'direction' | 'state'>): boolean => state === 'active' && (direction === 'outbound' || direction === 'bidirectional');
/** What stands there takes time here. */
export const isTaken = ({ direction, state }: Pick<Calendar, 'direction' | 'state'>): boolean => state === 'active' && (direction === 'inbound' || direction === 'bidirectional');

const WEDDING: Readonly<Record<Wedding['status'], EntryStatus | null>> = { enquiry: null, hold: 'tentative', confirmed: 'confirmed', completed: 'confirmed', cancelled: null };
const BOOKING: Readonly<Record<Booking['status'], EntryStatus | null>> = { lead: null, hold: 'tentative', definite: 'confirmed', completed: 'confirmed', cancelled: null };
const ALLOCATION: Readonly<Record<Allocation['status'], EntryStatus | null>> = { lead: null, hold: 'tentative', definite: 'confirmed', closed: 'confirmed', cancelled: null };

/** As what it would stand there; null = who merely asks, and what is cancelled, takes nobody's time. An item of a run sheet is as sure as its wedding. */
export function entryStatus(subject: EntryRow): EntryStatus | null {
  if (subject.collection === 'runSheetItems') return subject.wedding === null ? null : WEDDING[subject.wedding.status];
  const { collection, row } = subject;
  if (collection === 'weddings') return WEDDING[row.status];
  return collection === 'bookings' ? BOOKING[row.status] : ALLOCATION[row.status];
}

/** Null = it has no times, or ends before it begins. UTC milliseconds. */
export function spanOf({ collection, row }: EntryRow): { readonly startsAt: number; readonly endsAt: number } | null {
  if (collection === 'runSheetItems' && !saysEnd(row)) return { startsAt: Date.parse(row.startsAt), endsAt: Date.parse(row.startsAt) + ITEM_MS };
  if (row.startsAt === null || row.endsAt === null) return null;
  const [startsAt, endsAt] = [Date.parse(row.startsAt), Date.parse(row.endsAt)];
  return endsAt > startsAt ? { startsAt, endsAt } : null;
}

/** Whether the row is this calendar's, whatever its state. What takes a whole is that of its parts as well. */
function belongs(subject: TargetRow, calendar: Whose): boolean {
  const { everyWedding, runSheet } = calendar;
  if (subject.collection === 'runSheetItems') {
    const { wedding, ownerIds } = subject;
    // Who is in charge as a whole (a quartet) is so in each of its parts.
    return runSheet === true && (everyWedding || takesOf(calendar, wedding?.roomId) || ownerIds.some((id) => takesOf(calendar, id)));
  }
  const { collection, row } = subject;
  if (collection === 'weddings') return everyWedding || takesOf(calendar, row.roomId);
  if (collection === 'allocations') return takesOf(calendar, row.resourceId);
  return takesOf(calendar, row.vendorId) || (everyWedding && typeof calendar.role === 'string' && row.trade === calendar.role);
}

/** Whether its kind is one that is written there. Run sheets are chosen by themselves, and are as sure as their wedding. */
function isOfKind(subject: EntryRow, { categories }: Pick<Calendar, 'categories'>): boolean {
  if (!categories) return true;
  const { collection } = subject;
  return (collection === 'runSheetItems' || categories.includes(collection)) && (categories.includes('holds') || entryStatus(subject) !== 'tentative');
}

/** What stands there stays as it is. @param now UTC milliseconds */
export function isOver(subject: EntryRow, now: number): boolean {
  const span = spanOf(subject);
  return isDone(subject) || (span !== null && span.endsAt <= now);
}

/** @param now UTC milliseconds */
export function wishFor(subject: TargetRow, calendar: Whose, now: number): Wish {
  if (!isWritten(calendar) || spanOf(subject) === null || entryStatus(subject) === null || !belongs(subject, calendar) || !isOfKind(subject, calendar)) return 'absent';
  return isOver(subject, now) ? 'over' : 'present';
}

/** The calendars in which the row is to stand. Whoever plans a move asks with the row as it would be. */
export const targetsOf = <C extends Whose>(subject: TargetRow, calendars: Iterable<C>, now: number): readonly C[] =>
  [...calendars].filter((calendar) => wishFor(subject, calendar, now) === 'present');

const ASKED_ANEW = [
  'direction', 'resourceId', 'everyWedding', 'runSheet', 'privacy', 'invite', 'reminders', 'role', 'categories', 'titleTemplate', 'descriptionTemplate', 'categoryWord',
] as const satisfies readonly (keyof Calendar)[];

/** Whether what was chosen means that the calendar's rows are gone through again. */
export function refills(before: Calendar, after: Calendar): boolean {
  const concerned = [before, after].some((one) => isWritten(one) || isTaken(one));
  return concerned && ASKED_ANEW.some((field) => JSON.stringify(before[field] ?? false) !== JSON.stringify(after[field] ?? false));
}

/** Whose time its entries take here; null = nobody's. */
export const resourceTaken = (calendar: Pick<Calendar, 'direction' | 'state' | 'resourceId'>): string | null => (isTaken(calendar) ? calendar.resourceId : null);
