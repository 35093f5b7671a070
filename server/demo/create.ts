import type { Ids } from '../../core/ports/ports.ts';
import { placesOf, resourceKey } from '../../core/domain/conflicts/occupancies.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { aroundDrafts } from './createAround.ts';
import { liveEnd, shiftDate, statusAt, wallInstant } from './dates.ts';
import { HOUSE, RESOURCES, WEDDINGS, type StoryResource, type StoryWedding } from './story.ts';

const { zone, currency } = HOUSE;

/** The drafts of the whole story as it stands at `now`. */
export function storyDrafts(now: number, ids: Ids, context: DraftContext): EventDraft[] {
  const today = localDate(zone, now);
  // What they ask is known before anything speaks of them.
  return [...RESOURCES.map((one) => resourceDraft(one, ids, context)), ...WEDDINGS.flatMap((story) => weddingDrafts(story, today, now, ids, context))];
}

function resourceDraft({ kind, name, trade, movePounds, moveDays, hourPounds }: StoryResource, ids: Ids, context: DraftContext): EventDraft {
  const fees = { moveFeeMinor: movePounds * 100, moveFeeDays: moveDays, extraHourMinor: hourPounds === null ? null : hourPounds * 100 };
  const row = { id: ids.next(), kind, name, keys: [resourceKey(name)], places: trade === null ? 1 : placesOf(trade), partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, ...fees, state: 'active' as const };
  return draftCreated('resource.created', 'resources', null, row, null, context);
}

function weddingDrafts(story: StoryWedding, today: string, now: number, ids: Ids, context: DraftContext): EventDraft[] {
  const weddingId = ids.next();
  const date = shiftDate(today, story.inDays);
  const at = (minutes: number) => wallInstant(zone, date, minutes);
  const plannedEnd = at(story.to);
  const endsAt = story.inDays === 0 ? liveEnd(now, plannedEnd) : plannedEnd;
  const { title, room, guestCount } = story;
  const contactIds = new Map<string, string>();

  const row = { id: weddingId, title, date, zone, startsAt: at(story.from), endsAt, room, status: 'confirmed' as const, guestCount };
  const wedding = draftCreated('wedding.created', 'weddings', weddingId, row, null, context);
  const contacts = story.people.map((person) => {
    const id = ids.next();
    if (person.company) contactIds.set(person.company, id);
    return draftCreated('client.created', 'contacts', weddingId, { id, weddingId, ...person }, null, context);
  });
  const bookings = story.bookings.map((one) => {
    const { trade, vendorName, status, place, amountMinor } = one;
    const contactId = contactIds.get(vendorName) ?? null;
    const times = { startsAt: at(one.from), endsAt: at(one.to), callTime: at(one.call) };
    const row = { id: ids.next(), weddingId, title: one.title, trade, vendorName, contactId, status, ...times, place, amountMinor, currency };
    return draftCreated('booking.created', 'bookings', weddingId, row, null, context);
  });
  const payments = story.payments.map((one) => {
    const { description, payerName, amountMinor, status } = one;
    const paidAt = new Date(now - one.daysAgo * 86_400_000).toISOString();
    const money = { amountMinor, refundedMinor: 0, currency, paidAt: status === 'completed' ? paidAt : null, failureReason: null };
    const row = { id: ids.next(), weddingId, bookingId: null, description, payerName, status, ...money };
    return draftCreated(status === 'completed' ? 'payment.completed' : 'payment.recorded', 'payments', weddingId, row, paidAt, context);
  });
  const items = story.items.map((one, index) => {
    const startsAt = at(one.from);
    const isLast = story.inDays === 0 && index === story.items.length - 1;
    const itemEnd = isLast ? endsAt : at(one.to);
    const row = { id: ids.next(), weddingId, title: one.title, startsAt, endsAt: itemEnd, place: one.place, owner: one.owner, status: statusAt(now, startsAt, itemEnd) };
    return draftCreated('runsheet.item.created', 'runSheetItems', weddingId, row, null, context);
  });
  const around = aroundDrafts(story, { wedding: row, people: contacts.map((draft) => draft.row), bookings: bookings.map((draft) => draft.row) }, now, ids, context);
  return [wedding, ...contacts, ...bookings, ...payments, ...items, ...around];
}
