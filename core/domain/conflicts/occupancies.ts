import type { RowOf } from '../../contract/record.ts';
import type { MOVABLE, Resource as ResourceRow, TAKING } from '../../contract/record/taking.ts';
import type { Booking } from '../../contract/record/trade.ts';
import type { DraftRow, EventDraft } from '../record/drafts.ts';
import type { Occupancy, Resource } from './model.ts';

/** Rows of the record as what takes whose time. */

const MINUTE_MS = 60_000;

/** How a name is compared: `The  Great Hall ` and `the great hall` are one room. */
export const resourceKey = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, ' ');

/** Trades whose people do one wedding at a time unless their resource says otherwise; a florist or a caterer serves several. */
const ONE_AT_A_TIME: ReadonlySet<Booking['trade']> = new Set(['photography', 'film', 'music', 'celebrant', 'hair_makeup']);
/** Of a vendor about whom nothing is known. */
export const MANY_PLACES = 1_000;
export const placesOf = (trade: Booking['trade']): number => (ONE_AT_A_TIME.has(trade) ? 1 : MANY_PLACES);

/** The name by which a row asks for a resource; null = for none. The venue itself is no vendor: its rooms are taken. */
export function askedOf({ collection, row }: Pick<EventDraft, 'collection' | 'row'>): { readonly kind: 'room' | 'vendor'; readonly name: string } | null {
  if (collection === 'weddings') {
    const { room } = row as DraftRow<'weddings'>;
    return room === null || room.trim() === '' ? null : { kind: 'room', name: room };
  }
  if (collection === 'bookings') {
    const { vendorName, trade } = row as DraftRow<'bookings'>;
    return vendorName === null || vendorName.trim() === '' || trade === 'venue' ? null : { kind: 'vendor', name: vendorName };
  }
  return null;
}

/** Ids of occupancies say whose row they are. */
export type MemberCollection = (typeof TAKING)[number];
/** Those that are moved from here. */
export type MovableCollection = (typeof MOVABLE)[number];
export interface Member {
  readonly collection: MemberCollection;
  readonly id: string;
}
export const occupancyId = ({ collection, id }: Member): string => `${collection}:${id}`;
export function memberOf(occupancy: string): Member {
  const at = occupancy.indexOf(':');
  return { collection: occupancy.slice(0, at) as MemberCollection, id: occupancy.slice(at + 1) };
}

export const asResource = ({ id, kind, name, places, partIds }: ResourceRow): Resource => ({ id, kind, name, places, parts: partIds });

const WEDDING_STATUS = { enquiry: 'lead', hold: 'hold', confirmed: 'definite', completed: 'definite', cancelled: 'cancelled' } as const;
const ENTRY_STATUS = { confirmed: 'definite', tentative: 'hold', cancelled: 'cancelled' } as const;
const BOOKING_STATUS = { lead: 'lead', hold: 'hold', definite: 'definite', completed: 'definite', cancelled: 'cancelled' } as const;

type Spans = Pick<ResourceRow, 'setUpMinutes' | 'turnaroundMinutes'>;
const NO_SPANS: Spans = { setUpMinutes: 0, turnaroundMinutes: 0 };
/** Nothing here moves it. */
const THEIRS = { reason: 'it stands in a calendar that is kept elsewhere' } as const;
const PLAIN = { rank: null, holdUntil: null, locked: null, tags: [], units: 1 } as const;
const spans = ({ setUpMinutes, turnaroundMinutes }: Spans) => ({ setUpMs: setUpMinutes * MINUTE_MS, turnaroundMs: turnaroundMinutes * MINUTE_MS });

function stretch(startsAt: string | null, endsAt: string | null): { startsAt: number; endsAt: number } | null {
  if (startsAt === null || endsAt === null) return null;
  const [from, to] = [Date.parse(startsAt), Date.parse(endsAt)];
  return to > from ? { startsAt: from, endsAt: to } : null;
}

export type TakingRow = { readonly [C in MemberCollection]: { readonly collection: C; readonly row: Omit<RowOf<C>, 'seq' | 'updatedAt'> } }[MemberCollection];

/** Rows that are moved from here; what stands in calendars that are kept elsewhere is not. */
export type MovableRow = Extract<TakingRow, { collection: MovableCollection }>;

/** Whose place a row shares that names none: that of its booking, or the room of its wedding. */
export interface Belonging {
  readonly weddingId: string | null;
  readonly bookingId: string | null;
}
export type PlaceOf = (of: Belonging) => string | null;
/** For whoever asks nobody for the way. */
export const NO_PLACES: PlaceOf = () => null;
const spoken = (place: string | null | undefined): string | null => (place === null || place === undefined || place.trim() === '' ? null : place);

/** By what is known of these weddings and bookings. */
export function placesFrom(weddingOf: (id: string) => { readonly room: string | null } | undefined, bookingOf: (id: string) => { readonly place: string | null; readonly weddingId: string | null } | undefined): PlaceOf {
  return ({ weddingId, bookingId }) => {
    const booking = bookingId === null ? undefined : bookingOf(bookingId);
    const whose = weddingId ?? booking?.weddingId ?? null;
    return spoken(booking?.place) ?? spoken(whose === null ? null : weddingOf(whose)?.room);
  };
}

/** What it has to be asked of; null = it says itself where it is, or nobody can know. An entry of somebody's own calendar is where it says. */
export function belongingOf({ collection, row }: TakingRow): Belonging | null {
  if (collection === 'bookings') return spoken(row.place) === null && row.weddingId !== null ? { weddingId: row.weddingId, bookingId: null } : null;
  if (collection === 'allocations') return row.weddingId === null && row.bookingId === null ? null : { weddingId: row.weddingId, bookingId: row.bookingId };
  return null;
}

/**
 * What a row takes; null = nobody's time. `spansOf`: what the resource asks for before and after, null where it is not known; `placeOf`: where
 * what belongs to a wedding or a booking is.
 */
export function occupancyOf({ collection, row }: TakingRow, spansOf: (resourceId: string) => Spans | null, placeOf: PlaceOf = NO_PLACES): Occupancy | null {
  switch (collection) {
    case 'weddings': {
      const { id, roomId, title, startsAt, endsAt, status } = row;
      const when = stretch(startsAt, endsAt);
      if (!when || roomId === null || roomId === undefined) return null;
      return { ...PLAIN, ...when, ...spans(spansOf(roomId) ?? NO_SPANS), id: occupancyId({ collection, id }), resourceId: roomId, group: id, place: spoken(row.room), status: WEDDING_STATUS[status], label: title };
    }
    case 'bookings': {
      const { id, vendorId, weddingId, title, startsAt, endsAt, status } = row;
      const place = spoken(row.place) ?? placeOf({ weddingId, bookingId: null });
      const when = stretch(startsAt, endsAt);
      if (!when || vendorId === null || vendorId === undefined) return null;
      return { ...PLAIN, ...when, ...spans(spansOf(vendorId) ?? NO_SPANS), id: occupancyId({ collection, id }), resourceId: vendorId, group: weddingId ?? id, place, status: BOOKING_STATUS[status], label: title };
    }
    case 'allocations': {
      const { id, resourceId, weddingId, bookingId, title, startsAt, endsAt, status, rank, holdUntil, lockedBecause, tags, units, setUpMinutes, turnaroundMinutes } = row;
      const when = stretch(startsAt, endsAt);
      if (!when) return null;
      const usual = spansOf(resourceId) ?? NO_SPANS;
      const own: Spans = { setUpMinutes: setUpMinutes ?? usual.setUpMinutes, turnaroundMinutes: turnaroundMinutes ?? usual.turnaroundMinutes };
      return {
        ...when, ...spans(own), id: occupancyId({ collection, id }), resourceId, group: weddingId ?? bookingId, place: placeOf({ weddingId, bookingId }), status, rank, units, tags, label: title,
        holdUntil: holdUntil === null ? null : Date.parse(holdUntil), locked: lockedBecause === null ? null : { reason: lockedBecause },
      };
    }
    case 'calendarEvents': {
      const { id, resourceId, weddingId, bookingId, title, startsAt, endsAt, status, busy, copyOf } = row;
      const when = stretch(startsAt, endsAt);
      // What it is a copy of takes that time already.
      if (!when || !busy || resourceId === null || resourceId === undefined || copyOf) return null;
      // What a resource needs before and after is about what is booked here; what they need is in their entry.
      return { ...PLAIN, ...when, ...spans(NO_SPANS), id: occupancyId({ collection, id }), resourceId, group: weddingId ?? bookingId, place: spoken(row.place), status: ENTRY_STATUS[status], label: title, locked: THEIRS, elsewhere: true };
    }
  }
}
