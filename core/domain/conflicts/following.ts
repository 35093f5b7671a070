import { Temporal } from 'temporal-polyfill';
import type { RowOf } from '../../contract/record.ts';
import type { RunSheetItem, Wedding } from '../../contract/record/day.ts';
import type { FOLLOWING } from '../../contract/record/row.ts';
import type { Allocation, Resource } from '../../contract/record/taking.ts';
import type { Booking } from '../../contract/record/trade.ts';
import { resourceKey } from './occupancies.ts';

/**
 * What of a wedding moves with it. The console asks before it is sent, the server computes it again from the record; both by this.
 *
 * It moves by as much as the start of the wedding does, on the clock of the wedding's own zone: ten in the morning stays ten in
 * the morning over a clock change. Each keeps its length. A wedding whose end alone moves takes nothing along.
 */

export type FollowingCollection = (typeof FOLLOWING)[number];
export type FollowingRow = { readonly [C in FollowingCollection]: { readonly collection: C; readonly row: RowOf<C> } }[FollowingCollection];

/** The fields that become others; what is left out stays. Instants are UTC. */
export interface FollowedFields {
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly callTime?: string;
  /** It named the room that the wedding leaves. */
  readonly place?: string;
}

export type Follower = FollowingRow & {
  readonly set: FollowedFields;
  /** Why it must not be moved; null = it may. */
  readonly locked: string | null;
};

/** What may be of the wedding, of whatever state, and the rooms by id. */
export interface Around {
  readonly bookings: Iterable<Booking>;
  readonly allocations: Iterable<Allocation>;
  readonly runSheetItems: Iterable<RunSheetItem>;
  readonly resource: (id: string) => Pick<Resource, 'name' | 'keys'> | undefined;
}

/** By as much as `from` becomes `to` on the clocks of `zone` (IANA). UTC milliseconds; what falls into a gap comes out after it. */
export function localShift(from: number, to: number, zone: string): (at: number) => number {
  const wall = (at: number): Temporal.PlainDateTime => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
  const by = wall(from).until(wall(to), { largestUnit: 'hour' });
  return (at) => wall(at).add(by).toZonedDateTime(zone).epochMilliseconds;
}

const iso = (at: number): string => new Date(at).toISOString();

export type Times = Pick<Booking, 'startsAt' | 'endsAt' | 'callTime'>;

/** From where a row moves, if not from where it stands: what it had for another start of its wedding. UTC milliseconds. */
export interface Basis {
  readonly from: number;
  readonly stood: Times;
}

/** Where it would be once all of it has moved by `shift`. */
export function shifted({ startsAt, endsAt, callTime }: Times, shift: (at: number) => number): FollowedFields {
  const start = startsAt === null ? null : Date.parse(startsAt);
  // Where there is a start the others keep their distance from it.
  const along = (text: string): string => iso(start === null ? shift(Date.parse(text)) : shift(start) + Date.parse(text) - start);
  return {
    ...(startsAt === null ? {} : { startsAt: along(startsAt) }),
    ...(endsAt === null ? {} : { endsAt: along(endsAt) }),
    ...(callTime === null ? {} : { callTime: along(callTime) }),
  };
}

export const timesOf = (row: FollowingRow['row']): Times => ({ startsAt: row.startsAt, endsAt: row.endsAt, callTime: 'callTime' in row ? row.callTime : null });

/** A call time keeps its distance from the start of its booking. */
export function movedCall({ startsAt, callTime }: Pick<Booking, 'startsAt' | 'callTime'>, to: number): string | null {
  return startsAt === null || callTime === null ? callTime : iso(Date.parse(callTime) + to - Date.parse(startsAt));
}

/** Without what is so already. */
export const changed = (set: FollowedFields, was: Partial<Times> & { readonly place?: string | null }): FollowedFields =>
  Object.fromEntries(Object.entries(set).filter(([name, value]) => {
    const old = was[name as keyof FollowedFields] ?? null;
    return name === 'place' ? old !== value : old === null || Date.parse(old) !== Date.parse(value as string);
  }));

/** Of which wedding it is: its own, or that of its booking. */
const isOf = ({ weddingId, bookingId }: Allocation, wedding: string, bookings: ReadonlySet<string>): boolean =>
  weddingId === null ? bookingId !== null && bookings.has(bookingId) : weddingId === wedding;

/** Where the wedding would be, and from when. UTC milliseconds. */
export interface Arrival {
  readonly startsAt: number;
  readonly roomId: string;
}

const ORDER = { bookings: 0, allocations: 1, runSheetItems: 2 } as const;
const beginning = ({ row }: FollowingRow): string => row.startsAt ?? '';

/**
 * Bookings and allocations that are not cancelled, and items of the run sheet that are still planned, each with what it becomes.
 * @param apart ids of rows that are moved by themselves
 * @param basisOf null = it moves from where it stands, as its wedding does
 */
export function followersOf(
  around: Around, wedding: Wedding, to: Arrival, apart: ReadonlySet<string>, basisOf: (id: string) => Basis | null = () => null,
): Follower[] {
  const from = Date.parse(wedding.startsAt);
  const moves = from !== to.startsAt;
  const shift = localShift(from, to.startsAt, wedding.zone);
  const room = to.roomId === wedding.roomId ? undefined : around.resource(to.roomId);
  const left = new Set([...(around.resource(wedding.roomId ?? '')?.keys ?? []), ...(wedding.room === null ? [] : [resourceKey(wedding.room)])]);
  const placed = (place: string | null): FollowedFields => (room && place !== null && left.has(resourceKey(place)) ? { place: room.name } : {});
  const timed = (row: FollowingRow['row']): FollowedFields => {
    if (!moves) return {};
    const basis = basisOf(row.id);
    return basis ? shifted(basis.stood, localShift(basis.from, to.startsAt, wedding.zone)) : shifted(timesOf(row), shift);
  };

  const bookings = [...around.bookings].filter(({ weddingId }) => weddingId === wedding.id);
  const ofWedding = new Set(bookings.map(({ id }) => id));
  const all: Follower[] = [
    ...bookings
      .filter(({ status }) => status !== 'cancelled')
      .map((row) => ({ collection: 'bookings' as const, row, set: changed({ ...timed(row), ...placed(row.place) }, row), locked: null })),
    ...[...around.allocations]
      .filter((row) => row.status !== 'cancelled' && isOf(row, wedding.id, ofWedding))
      .map((row) => ({ collection: 'allocations' as const, row, set: changed(timed(row), row), locked: row.lockedBecause })),
    ...[...around.runSheetItems]
      .filter(({ weddingId, status }) => weddingId === wedding.id && status === 'planned')
      .map((row) => ({ collection: 'runSheetItems' as const, row, set: changed({ ...timed(row), ...placed(row.place) }, row), locked: null })),
  ];
  return all
    .filter(({ row, set }) => !apart.has(row.id) && Object.keys(set).length > 0)
    .sort((a, b) => ORDER[a.collection] - ORDER[b.collection] || beginning(a).localeCompare(beginning(b)) || a.row.id.localeCompare(b.row.id));
}

/** What stood of the fields that a follower changes, so that it can be put back exactly. */
export function stoodBefore({ row, set }: Follower): { readonly [K in keyof FollowedFields]: string | null } {
  return Object.fromEntries(Object.keys(set).map((name) => [name, (row as unknown as Readonly<Record<string, string | null>>)[name] ?? null]));
}
