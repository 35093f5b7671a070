import { ownersOf, type OwnedItem } from '../../core/domain/calendars/subjects.ts';
import type { Follower } from '../../core/domain/conflicts/following.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { followedTo } from '../../core/domain/conflicts/parties.ts';

/** What calendars would have of what follows a wedding, once it has. */

/** Where a follower stands, or would: what calendars have of it. Null = it takes nobody's time. */
export function standsAt(house: House, one: Follower): Occupancy | null {
  if (one.collection === 'runSheetItems') return null;
  return followedTo(house, one) ?? house.timetable.get(occupancyId({ collection: one.collection, id: one.row.id })) ?? null;
}

/** An item of a run sheet as it would be, for the calendars that have it; null = it is none. */
export function itemAfter(house: House, { collection, row, set }: Follower, to: readonly Occupancy[]): OwnedItem | null {
  const wedding = collection === 'runSheetItems' ? house.rows.weddings[row.weddingId] : undefined;
  if (collection !== 'runSheetItems' || !wedding) return null;
  const room = to.find(({ id }) => id === occupancyId({ collection: 'weddings', id: wedding.id }))?.resourceId ?? wedding.roomId;
  const people = Object.values(house.rows.resources).filter(({ kind }) => kind === 'vendor' || kind === 'crew');
  const owners = new Map(people.map(({ id, keys }) => [id, keys]));
  return { collection, row: { ...row, ...set }, wedding: { ...wedding, roomId: room }, ownerIds: ownersOf(row.owner, owners) };
}
