import type { RunSheetItem, Wedding } from '../../contract/record/day.ts';
import type { Booking } from '../../contract/record/trade.ts';
import type { Tables } from '../record/state.ts';

/** One line of "what comes next": a run sheet item or a vendor's call time. */
export interface NextEntry {
  readonly kind: 'runSheetItem' | 'callTime';
  readonly id: string;
  readonly weddingId: string;
  readonly at: number;
  readonly title: string;
  readonly who: string | null;
  readonly place: string | null;
  /** `due` = its time has come and nobody has marked it. */
  readonly state: 'running' | 'due' | 'upcoming';
}

const MINUTE = 60_000;
/** How long an unmarked entry stays on the list after its time. */
const DUE_FOR_MS = 30 * MINUTE;

const runSheetEntry = (item: RunSheetItem, now: number): NextEntry | null => {
  if (item.status === 'done' || item.status === 'skipped') return null;
  const at = Date.parse(item.startsAt);
  const until = item.endsAt ? Date.parse(item.endsAt) : at + DUE_FOR_MS;
  const state = item.status === 'running' ? 'running' : at > now ? 'upcoming' : 'due';
  if (state === 'due' && now >= until) return null;
  return { kind: 'runSheetItem', id: item.id, weddingId: item.weddingId, at, title: item.title, who: item.owner, place: item.place, state };
};

const callTimeEntry = (booking: Booking, now: number): NextEntry | null => {
  if (!booking.callTime || !booking.weddingId || (booking.status !== 'definite' && booking.status !== 'hold')) return null;
  const at = Date.parse(booking.callTime);
  if (at + DUE_FOR_MS <= now) return null;
  return { kind: 'callTime', id: booking.id, weddingId: booking.weddingId, at, title: booking.title, who: booking.vendorName, place: booking.place, state: at > now ? 'upcoming' : 'due' };
};

const RANK = { running: 0, due: 1, upcoming: 2 } as const;

/** Run sheet items and call times of these weddings: what runs, then what is due, then what comes, each by time. */
export function nextItems(tables: Pick<Tables, 'runSheetItems' | 'bookings'>, weddingIds: ReadonlySet<string>, now: number): NextEntry[] {
  const entries: NextEntry[] = [];
  for (const item of Object.values(tables.runSheetItems)) {
    const entry = weddingIds.has(item.weddingId) ? runSheetEntry(item, now) : null;
    if (entry) entries.push(entry);
  }
  for (const booking of Object.values(tables.bookings)) {
    const entry = booking.weddingId && weddingIds.has(booking.weddingId) ? callTimeEntry(booking, now) : null;
    if (entry) entries.push(entry);
  }
  return entries.sort((a, b) => RANK[a.state] - RANK[b.state] || a.at - b.at || a.id.localeCompare(b.id));
}

export interface VendorsToday {
  /** Vendors whose call time has come and whose engagement has not ended. */
  readonly onSite: number;
  /** All who are expected. */
  readonly expected: number;
  readonly nextCall: { readonly booking: Booking; readonly at: number } | null;
}

/**
 * Who should be here by now, from the call times. It is what was agreed, not proof of arrival; the console's words say so.
 * A booking without a call time counts from its start, without an end until its wedding's end.
 */
export function vendorsToday(bookings: Iterable<Booking>, weddings: ReadonlyMap<string, Wedding>, now: number): VendorsToday {
  let onSite = 0;
  let expected = 0;
  let nextCall: VendorsToday['nextCall'] = null;
  for (const booking of bookings) {
    const wedding = booking.weddingId ? weddings.get(booking.weddingId) : undefined;
    if (!wedding || booking.trade === 'venue' || (booking.status !== 'definite' && booking.status !== 'completed')) continue;
    const from = booking.callTime ?? booking.startsAt;
    expected += 1;
    if (!from) continue;
    const at = Date.parse(from);
    const until = Date.parse(booking.endsAt ?? wedding.endsAt);
    if (booking.status === 'definite' && at <= now && now < until) onSite += 1;
    if (at > now && (!nextCall || at < nextCall.at)) nextCall = { booking, at };
  }
  return { onSite, expected, nextCall };
}
