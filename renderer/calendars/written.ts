import type { Calendar } from '../../core/contract/record/calendars.ts';
import { ownersOf, type TargetRow } from '../../core/domain/calendars/subjects.ts';
import { targetsOf } from '../../core/domain/calendars/targets.ts';
import { placedAmong, type PlacedCalendar } from '../../core/domain/calendars/wholes.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { memberOf, type MovableRow } from '../../core/domain/conflicts/occupancies.ts';
import type { Tables } from '../../core/domain/record/state.ts';

/** What is written where, before it is: asked of the server's own rule over the rows that this console holds. */

/** As its row stands, and as it would stand there; null = it is no row of ours. */
function turned({ rows }: House, one: Occupancy): { readonly was: MovableRow; readonly is: MovableRow } | null {
  const { collection, id } = memberOf(one.id);
  const when = { startsAt: new Date(one.startsAt).toISOString(), endsAt: new Date(one.endsAt).toISOString() };
  if (collection === 'weddings') {
    const row = rows.weddings[id];
    return row ? { was: { collection, row }, is: { collection, row: { ...row, ...when, roomId: one.resourceId } } } : null;
  }
  if (collection === 'bookings') {
    const row = rows.bookings[id];
    return row ? { was: { collection, row }, is: { collection, row: { ...row, ...when, vendorId: one.resourceId } } } : null;
  }
  if (collection === 'allocations') {
    const row = rows.allocations[id];
    return row ? { was: { collection, row }, is: { collection, row: { ...row, ...when, resourceId: one.resourceId } } } : null;
  }
  return null;
}

export interface Written {
  readonly into: readonly Calendar[];
  /** Which would have it no more. */
  readonly outOf: readonly Calendar[];
}

/** `besides`: rows as they would be that take nobody's time. */
export function writtenBy(house: House, to: readonly Occupancy[], besides: readonly TargetRow[], all: readonly Calendar[], now: number): Written {
  const resources = Object.values(house.rows.resources);
  const calendars = all.map((calendar) => placedAmong(calendar, resources));
  const moves = to.flatMap((one) => turned(house, one) ?? []);
  const into = new Set([...moves.map(({ is }) => is), ...besides].flatMap((row) => targetsOf(row, calendars, now)));
  const left = new Set(moves.flatMap(({ was, is }) => {
    const then = targetsOf(is, calendars, now);
    return targetsOf(was, calendars, now).filter((calendar) => !then.includes(calendar));
  }));
  const inOrder = (some: ReadonlySet<PlacedCalendar>): PlacedCalendar[] => calendars.filter((calendar) => some.has(calendar)).sort((a, b) => a.name.localeCompare(b.name));
  // Of a swap one goes in where the other comes out: it is written to.
  return { into: inOrder(into), outOf: inOrder(left).filter((calendar) => !into.has(calendar)) };
}

/** What is still to come and would stand in it. */
export function standingIn({ rows }: House, items: Tables['runSheetItems'], calendar: Calendar, now: number): readonly TargetRow[] {
  const resource = calendar.resourceId === null ? undefined : rows.resources[calendar.resourceId];
  const owners = new Map(resource && (resource.kind === 'vendor' || resource.kind === 'crew') ? [[resource.id, resource.keys] as const] : []);
  const all: TargetRow[] = [
    ...Object.values(rows.weddings).map((row) => ({ collection: 'weddings' as const, row })),
    ...Object.values(rows.bookings).map((row) => ({ collection: 'bookings' as const, row })),
    ...Object.values(rows.allocations).map((row) => ({ collection: 'allocations' as const, row })),
    ...Object.values(items).map((row) => ({ collection: 'runSheetItems' as const, row, wedding: rows.weddings[row.weddingId] ?? null, ownerIds: ownersOf(row.owner, owners) })),
  ];
  const placed = [placedAmong(calendar, Object.values(rows.resources))];
  return all.filter((one) => targetsOf(one, placed, now).length > 0);
}
