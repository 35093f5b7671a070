import { localDate } from '../../core/domain/day/localTime.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/reads.ts';
import { daysBetween, liveEnd, shiftDate, shiftInstant, statusAt } from './dates.ts';

/**
 * Moves the demo's weddings by whole days so that the first one is today and, late in the evening, still goes on. What
 * hangs on them (bookings, run sheets) moves along at the same wall times. Returns the drafts; empty when all is right.
 */
export async function moveDrafts(tx: Tx, organisationId: string, now: number, context: DraftContext): Promise<EventDraft[]> {
  const all = await readRows(tx, organisationId, 'weddings', null);
  // Weddings that came from outside are facts and stay where they are.
  const weddings = all.filter((wedding) => wedding.source === null).sort((a, b) => a.date.localeCompare(b.date));
  const [first] = weddings;
  if (!first) return [];
  const days = daysBetween(first.date, localDate(first.zone, now));
  const zones = new Map(weddings.map((wedding) => [wedding.id, wedding.zone]));
  const move = (zone: string, at: string | null) => (at === null || days === 0 ? at : shiftInstant(zone, at, days));
  const drafts: (EventDraft | null)[] = [];

  for (const wedding of weddings) {
    const startsAt = move(wedding.zone, wedding.startsAt) ?? wedding.startsAt;
    const plannedEnd = move(wedding.zone, wedding.endsAt) ?? wedding.endsAt;
    const endsAt = wedding.id === first.id ? liveEnd(now, plannedEnd) : plannedEnd;
    drafts.push(draftUpdated('wedding.updated', 'weddings', wedding.id, wedding, { date: shiftDate(wedding.date, days), startsAt, endsAt }, null, context));
  }
  if (days === 0) return drafts.filter((draft) => draft !== null);

  for (const booking of await readRows(tx, organisationId, 'bookings', null)) {
    const zone = booking.weddingId ? zones.get(booking.weddingId) : undefined;
    if (!zone) continue;
    const fields = { startsAt: move(zone, booking.startsAt), endsAt: move(zone, booking.endsAt), callTime: move(zone, booking.callTime) };
    drafts.push(draftUpdated('booking.updated', 'bookings', booking.weddingId, booking, fields, null, context));
  }
  for (const item of await readRows(tx, organisationId, 'runSheetItems', null)) {
    const zone = zones.get(item.weddingId);
    if (!zone) continue;
    const startsAt = move(zone, item.startsAt) ?? item.startsAt;
    const endsAt = move(zone, item.endsAt);
    drafts.push(draftUpdated('runsheet.item.updated', 'runSheetItems', item.weddingId, item, { startsAt, endsAt, status: statusAt(now, startsAt, endsAt) }, null, context));
  }
  return drafts.filter((draft) => draft !== null);
}
