import { localDate } from '../../core/domain/day/localTime.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/rows.ts';
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
  drafts.push(...(await moveAround(tx, organisationId, { now, days, firstId: first.id, zones }, context)));
  return drafts.filter((draft) => draft !== null);
}

interface Move {
  readonly now: number;
  readonly days: number;
  readonly firstId: string;
  readonly zones: ReadonlyMap<string, string>;
}

/** What the demo itself said, noted and forecast moves along; papers stay where they were signed. */
async function moveAround(tx: Tx, organisationId: string, { now, days, firstId, zones }: Move, context: DraftContext): Promise<(EventDraft | null)[]> {
  const drafts: (EventDraft | null)[] = [];
  const own = <R extends { readonly source: unknown; readonly weddingId: string | null }>(rows: readonly R[]): { row: R; zone: string; weddingId: string }[] =>
    rows.flatMap((row) => {
      const zone = row.source === null && row.weddingId !== null ? zones.get(row.weddingId) : undefined;
      return zone === undefined || row.weddingId === null ? [] : [{ row, zone, weddingId: row.weddingId }];
    });

  for (const { row, zone, weddingId } of own(await readRows(tx, organisationId, 'messages', null))) {
    if (row.sentAt === null) continue;
    const moved = shiftInstant(zone, row.sentAt, days);
    // Nothing was said that is still to come.
    const sentAt = Date.parse(moved) <= now ? moved : shiftInstant(zone, moved, -1);
    drafts.push(draftUpdated('message.updated', 'messages', weddingId, row, { sentAt }, null, context));
  }
  for (const { row, zone, weddingId } of own(await readRows(tx, organisationId, 'calendarEvents', null))) {
    const fields = { startsAt: shiftInstant(zone, row.startsAt, days), endsAt: shiftInstant(zone, row.endsAt, days) };
    drafts.push(draftUpdated('calendar.event.updated', 'calendarEvents', weddingId, row, fields, null, context));
  }
  for (const { row, zone, weddingId } of own(await readRows(tx, organisationId, 'weatherNotices', null))) {
    const startsAt = shiftInstant(zone, row.startsAt, days);
    const plannedEnd = row.endsAt === null ? null : shiftInstant(zone, row.endsAt, days);
    const endsAt = plannedEnd !== null && weddingId === firstId ? liveEnd(now, plannedEnd) : plannedEnd;
    drafts.push(draftUpdated('weather.notice.updated', 'weatherNotices', weddingId, row, { startsAt, endsAt }, null, context));
  }
  return drafts;
}
