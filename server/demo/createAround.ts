import type { Contact } from '../../core/contract/record/people.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { Ids } from '../../core/ports/ports.ts';
import { HOUSE_EMAIL, HOUSE_PHONE } from './around.ts';
import { shiftDate, wallInstant } from './dates.ts';
import { HOUSE, type StoryWedding } from './story.ts';

const { name, zone } = HOUSE;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What was made of the wedding before: its row, people and bookings. */
export interface Made {
  readonly wedding: { readonly id: string; readonly date: string; readonly endsAt: string };
  readonly people: readonly Pick<Contact, 'id' | 'name' | 'email' | 'phone'>[];
  readonly bookings: readonly { readonly id: string; readonly vendorName: string | null }[];
}

/** The drafts of what is said, shared, noted and forecast around one wedding, as it stands at `now`. */
export function aroundDrafts(story: StoryWedding, made: Made, now: number, ids: Ids, context: DraftContext): EventDraft[] {
  const weddingId = made.wedding.id;
  const at = (minutes: number, inDays = 0) => wallInstant(zone, shiftDate(made.wedding.date, inDays), minutes);
  const ago = (ms: number) => new Date(now - ms).toISOString();

  const messages = story.around.messages.map((one) => {
    const { channel, direction, subject, text, status, failureReason } = one;
    const person = made.people.find((each) => each.name === one.who);
    const sentAt = ago(one.minutesAgo * MINUTE_MS);
    const [theirs, ours] = channel === 'email' ? [person?.email ?? null, HOUSE_EMAIL] : channel === 'sms' || channel === 'whatsapp' ? [person?.phone ?? null, HOUSE_PHONE] : [null, null];
    const sides = direction === 'in' ? { fromName: one.who, fromAddress: theirs, toAddress: ours } : { fromName: name, fromAddress: ours, toAddress: theirs ?? one.who };
    const row = { id: ids.next(), weddingId, contactId: person?.id ?? null, channel, direction, ...sides, subject, text, status, failureReason, sentAt };
    return draftCreated(direction === 'in' ? 'message.received' : 'message.sent', 'messages', weddingId, row, sentAt, context);
  });
  const documents = story.around.documents.map((one) => {
    const { title, kind, status } = one;
    const bookingId = made.bookings.find((booking) => one.vendorName !== null && booking.vendorName === one.vendorName)?.id ?? null;
    const sharedAt = ago(one.daysAgo * DAY_MS);
    return draftCreated('document.shared', 'documents', weddingId, { id: ids.next(), weddingId, bookingId, title, kind, status, url: null, sharedAt }, sharedAt, context);
  });
  const entries = story.around.entries.map((one) => {
    const { title, calendar, place, inDays, status } = one;
    const allDay = one.from === null;
    const times = { startsAt: at(one.from ?? 0, inDays), endsAt: allDay ? at(0, inDays + 1) : at(one.to ?? 0, inDays) };
    const row = { id: ids.next(), weddingId, bookingId: null, calendar, title, ...times, allDay, zone, place, status, busy: true };
    return draftCreated('calendar.event.created', 'calendarEvents', weddingId, row, null, context);
  });
  const weather = story.around.weather.map(({ from, ...told }) => {
    const row = { id: ids.next(), weddingId, ...told, startsAt: at(from), endsAt: made.wedding.endsAt, state: 'active' as const };
    return draftCreated('weather.notice.issued', 'weatherNotices', weddingId, row, null, context);
  });
  return [...messages, ...documents, ...entries, ...weather];
}
