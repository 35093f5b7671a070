import { Temporal } from 'temporal-polyfill';
import type { Role } from '../../contract/access.ts';
import type { Resource } from '../../contract/record/taking.ts';
import type { Follower } from './following.ts';
import type { House } from './house.ts';
import type { Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';
import { judgeWhole, partiesOf, type Whole } from './parties.ts';
import type { Plan } from './solver.ts';

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

/** Known before not known, then the smaller. */
const byPrice = (a: Cost, b: Cost): number => Number(a.unknown.length > 0) - Number(b.unknown.length > 0) || a.totalMinor - b.totalMinor;

/** Plans as they came, the best first; among those that move as many and disturb as much the cheaper first. */
export function cheaperFirst<P extends Pick<Plan, 'moves' | 'weight' | 'disturbanceMs'>>(plans: readonly P[], priceOf: (plan: P) => Cost): P[] {
  const isAsGood = (a: P, b: P): boolean => a.moves.length === b.moves.length && a.weight === b.weight && a.disturbanceMs === b.disturbanceMs;
  if (!plans.some((plan, at) => plans.slice(at + 1).some((other) => isAsGood(plan, other)))) return [...plans];
  const priced = plans.map((plan) => ({ plan, price: priceOf(plan) }));
  // The best come first already, and what is as good stands side by side; sorting keeps the order of the rest.
  const place = (plan: P): number => plans.findIndex((other) => isAsGood(plan, other));
  return priced.sort((a, b) => place(a.plan) - place(b.plan) || byPrice(a.price, b.price)).map(({ plan }) => plan);
}
