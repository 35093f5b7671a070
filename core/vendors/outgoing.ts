import { ok } from '../contract/result.ts';
import type { Attendee, CalendarResult, OutgoingEvent } from './calendars.ts';
import { refusedEvent } from './calendarCalls.ts';
import { emailAddress, localDate, longText, ownId, shortText } from './fields.ts';
import { knownZone } from './wallTime.ts';

/** What of an entry goes out, after its privacy, and what may not go out at all. */

const LONGEST_TEXT = 8_000;
/** Google takes five reminders of up to four weeks; others bear that too. */
const MOST_REMINDERS = 5;
const LONGEST_REMINDER_MIN = 40_320;
const MOST_ATTENDEES = 200;
const LONGEST_CATEGORY = 60;

/** As in {@link OutgoingEvent}: what is left out stays as it is over there. */
export interface ShownEvent {
  readonly title: string;
  readonly description?: string | null;
  readonly location?: string | null;
  readonly attendees?: readonly Attendee[];
  readonly reminders?: readonly number[];
  /** Null = none. */
  readonly category?: string | null;
}

function peopleOf(attendees: readonly Attendee[]): readonly Attendee[] {
  const people = new Map<string, Attendee>();
  for (const one of attendees) {
    const email = emailAddress(one.email);
    if (email !== null && people.size < MOST_ATTENDEES) people.set(email, { email, name: shortText(one.name, 200) });
  }
  return [...people.values()];
}

const remindersOf = (minutes: readonly number[]): readonly number[] =>
  [...new Set(minutes)]
    .filter((one) => Number.isInteger(one) && one >= 0 && one <= LONGEST_REMINDER_MIN)
    .sort((a, b) => b - a)
    .slice(0, MOST_REMINDERS);

/** Less than everything is told by taking the rest away, so that nothing stays of a time when more was told. */
export function shownOf(event: OutgoingEvent): ShownEvent {
  const { privacy, description, location, attendees, reminders } = event;
  const busyText = shortText(event.busyText) ?? 'Busy';
  const own = {
    ...(reminders === undefined ? {} : { reminders: remindersOf(reminders) }),
    ...(event.category === undefined ? {} : { category: privacy === 'busy' ? null : shortText(event.category, LONGEST_CATEGORY) }),
  };
  const title = privacy === 'busy' ? busyText : (shortText(event.title) ?? busyText);
  if (privacy !== 'full') return { title, description: null, location: null, attendees: [], ...own };
  return {
    title,
    ...own,
    ...(description === undefined ? {} : { description: longText(description, LONGEST_TEXT) }),
    ...(location === undefined ? {} : { location: shortText(location) }),
    ...(attendees === undefined ? {} : { attendees: peopleOf(attendees) }),
  };
}

/** `calendar.refused` with the reason, before anybody is called. */
export function checkedEvent(event: OutgoingEvent): CalendarResult<true> {
  const { when, ourId, sequence, changedAt } = event;
  if (ownId(ourId) === null) return refusedEvent('The entry has no id of ours.');
  if (!Number.isSafeInteger(sequence) || sequence < 0) return refusedEvent('The entry has no number of changes.');
  if (!Number.isFinite(changedAt)) return refusedEvent('The entry does not say when it was changed.');
  if (knownZone(when.zone) !== when.zone) return refusedEvent('The entry names a zone that there is not.');
  if (when.kind === 'days') {
    const real = localDate(when.from) === when.from && localDate(when.until) === when.until;
    return real && when.until > when.from ? ok(true) : refusedEvent('The entry has no days that exist, or ends before it starts.');
  }
  const real = Number.isFinite(when.startsAt) && Number.isFinite(when.endsAt);
  return real && when.endsAt >= when.startsAt ? ok(true) : refusedEvent('The entry has no times, or ends before it starts.');
}
