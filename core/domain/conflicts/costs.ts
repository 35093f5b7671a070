import { Temporal } from 'temporal-polyfill';
import type { Role } from '../../contract/access.ts';
import type { Resource } from '../../contract/record/taking.ts';
import type { Pricing } from './cheapest.ts';
import type { Follower } from './following.ts';
import type { House } from './house.ts';
import type { Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';
import { judgeWhole, partiesOf, type Whole } from './parties.ts';

/**
 * What a move costs, by what each resource has told that it asks for. Money is integers in the smallest unit of the house's currency.
 *
 * Only what is agreed is charged for: a hold or a lead is given up or moved at no one's cost. A fee is asked for once for each booking or
 * allocation, whatever number of places it takes.
 */

/** Null = nobody has said. */
export type Terms = Pick<Resource, 'moveFeeMinor' | 'moveFeeDays' | 'extraHourMinor'>;

/** Where one stands, or would. UTC milliseconds; `endsAt` null = its end is not known. */
export interface Standing {
  readonly resourceId: string;
  readonly startsAt: number;
  readonly endsAt: number | null;
}

export interface Shifting {
  readonly id: string;
  readonly from: Standing;
  readonly to: Standing;
}

/** What one of them is asked for, and by whom. `hours`: begun, beyond what it lasted before. */
export type Charge =
  | { readonly for: 'move'; readonly id: string; readonly resourceId: string; readonly minor: number }
  | { readonly for: 'hours'; readonly id: string; readonly resourceId: string; readonly hours: number; readonly minor: number };

export interface Cost {
  /** Those that are more than nothing, in the order of what moves. */
  readonly charges: readonly Charge[];
  readonly totalMinor: number;
  /** Resources of which nobody has said what they ask for it; each once. With any of these the total is only a part. */
  readonly unknown: readonly string[];
}

const HOUR_MS = 3_600_000;

/** Days from one instant to another on the calendar of `zone` (IANA): this evening to tomorrow morning is one. */
function calendarDays(from: number, to: number, zone: string): number {
  const day = (at: number): Temporal.PlainDate => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  return day(from).until(day(to), { largestUnit: 'day' }).days;
}

/** What it asks for being moved away from that start; null = nobody has said. */
function moveFee({ moveFeeMinor, moveFeeDays }: Terms, startsAt: number, zone: string, now: number): number | null {
  if (moveFeeMinor === null || moveFeeMinor === undefined) return null;
  const isFree = moveFeeDays !== null && moveFeeDays !== undefined && calendarDays(now, startsAt, zone) > moveFeeDays;
  return isFree ? 0 : moveFeeMinor;
}

/**
 * One that begins at another time, or is with another resource, is moved: the resource that it leaves asks for that. One that lasts longer
 * asks for the hours begun beyond its length, where it goes to. One whose end alone moves is not moved.
 *
 * @param termsOf undefined = there is no such resource, and nothing is known of it
 */
export function costOf(some: readonly Shifting[], termsOf: (resourceId: string) => Terms | undefined, zone: string, now: number): Cost {
  const charges: Charge[] = [];
  const unknown = new Set<string>();
  for (const { id, from, to } of some) {
    if (from.startsAt !== to.startsAt || from.resourceId !== to.resourceId) {
      const minor = moveFee(termsOf(from.resourceId) ?? {}, from.startsAt, zone, now);
      if (minor === null) unknown.add(from.resourceId);
      else if (minor > 0) charges.push({ for: 'move', id, resourceId: from.resourceId, minor });
    }
    const longer = from.endsAt === null || to.endsAt === null ? 0 : to.endsAt - to.startsAt - (from.endsAt - from.startsAt);
    if (longer <= 0) continue;
    const each = termsOf(to.resourceId)?.extraHourMinor ?? null;
    const hours = Math.ceil(longer / HOUR_MS);
    if (each === null) unknown.add(to.resourceId);
    else if (each > 0) charges.push({ for: 'hours', id, resourceId: to.resourceId, hours, minor: hours * each });
  }
  return { charges, totalMinor: charges.reduce((sum, { minor }) => sum + minor, 0), unknown: [...unknown] };
}

/** Statuses of bookings and allocations that are agreed upon. */
const AGREED: readonly string[] = ['definite', 'completed'];

function movedBy(house: House, to: Occupancy): Shifting[] {
  const from = house.timetable.get(to.id);
  return from?.status === 'definite' ? [{ id: to.id, from, to }] : [];
}

/** One that follows; it may have a start only, and then takes nobody's time, but its vendor is moved all the same. */
function followedBy({ collection, row, set }: Follower): Shifting[] {
  if (collection === 'runSheetItems' || row.startsAt === null || !AGREED.includes(row.status)) return [];
  const resourceId = collection === 'bookings' ? row.vendorId : row.resourceId;
  if (resourceId === null || resourceId === undefined) return [];
  const standing = (startsAt: string, endsAt: string | null): Standing => ({ resourceId, startsAt: Date.parse(startsAt), endsAt: endsAt === null ? null : Date.parse(endsAt) });
  const [from, to] = [standing(row.startsAt, row.endsAt), standing(set.startsAt ?? row.startsAt, set.endsAt ?? row.endsAt)];
  return [{ id: occupancyId({ collection, id: row.id }), from, to }];
}

/** Of moves with what follows them. */
export function costOfWhole(house: House, moves: readonly Occupancy[], { along }: Pick<Whole, 'along'>, now: number): Cost {
  const apart = new Set(moves.map(({ id }) => memberOf(id).id));
  const followers = along.filter(({ row }) => !apart.has(row.id));
  const some = [...moves.flatMap((to) => movedBy(house, to)), ...followers.flatMap(followedBy)];
  return costOf(some, (id) => house.rows.resources[id], house.zone, now);
}

/** Of a way out, with all that would follow it. `role` as in `judgeDrop`. */
export const costOfMoves = (house: House, moves: readonly Occupancy[], role: Role | null, now: number): Cost =>
  costOfWhole(house, moves, judgeWhole(house, moves, partiesOf(house, moves, []), new Set(), role, now), now);

/**
 * For whoever looks for ways out of what is among `members`, and asks often: of a plan with all that would follow it, and at least what they ask
 * who are moved by it themselves. Each keeps its length.
 */
export function pricingOf(house: House, members: readonly Occupancy[], role: Role | null, now: number): Pricing {
  const terms = (id: string): Terms | undefined => house.rows.resources[id];
  const owns = (to: readonly Occupancy[]): Cost => costOf(to.flatMap((one) => movedBy(house, one)), terms, house.zone, now);
  const isWedding = ({ id }: Occupancy): boolean => memberOf(id).collection === 'weddings';
  const around = onlyOf(house, new Set(members.filter(isWedding).map(({ id }) => memberOf(id).id)));
  return {
    // Nothing follows what is no wedding.
    of: (moves) => (moves.some(isWedding) ? costOfMoves(around, moves, role, now) : owns(moves)),
    // Whoever it leaves asks for that, wherever it goes.
    least: (ids) => owns(ids.flatMap((id) => house.timetable.get(id) ?? []).map((one) => ({ ...one, startsAt: one.startsAt + 1, endsAt: one.endsAt + 1 }))),
  };
}

/** The house with what belongs to these weddings alone, so that nobody looks through all of it for each plan. */
function onlyOf(house: House, weddingIds: ReadonlySet<string>): House {
  const { bookings, allocations } = house.rows;
  const kept = <R extends { readonly id: string }>(rows: Readonly<Record<string, R>>, keeps: (row: R) => boolean): Record<string, R> =>
    Object.fromEntries(Object.values(rows).filter(keeps).map((row) => [row.id, row]));
  const theirs = kept(bookings, ({ weddingId }) => weddingId !== null && weddingIds.has(weddingId));
  const belongs = (bookingId: string | null): boolean => bookingId !== null && bookingId in theirs;
  const held = kept(allocations, ({ weddingId, bookingId }) => (weddingId === null ? belongs(bookingId) : weddingIds.has(weddingId)));
  return { ...house, rows: { ...house.rows, bookings: theirs, allocations: held } };
}
