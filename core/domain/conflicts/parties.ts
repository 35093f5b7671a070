import type { Role } from '../../contract/access.ts';
import type { RunSheetItem, Wedding } from '../../contract/record/day.ts';
import { judgeDrop, type Drop } from './drop.ts';
import { followersOf, type Follower } from './following.ts';
import type { House } from './house.ts';
import type { Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';

/** Moves with all that follows them, judged as one: the same for the ghost under the pointer and for the card before it is sent. */

/** A wedding that moves, and what of it may move with it. */
export interface Party {
  readonly wedding: Wedding;
  readonly to: Occupancy;
  readonly followers: readonly Follower[];
}

/** One for each wedding among `to` that starts at another time or is in another room. `items`: run sheets, as far as they are asked for. */
export function partiesOf({ rows }: Pick<House, 'rows'>, to: readonly Occupancy[], items: Iterable<RunSheetItem>): Party[] {
  const apart = new Set(to.map(({ id }) => memberOf(id).id));
  return to.flatMap((one) => {
    const { collection, id } = memberOf(one.id);
    const wedding = collection === 'weddings' ? rows.weddings[id] : undefined;
    if (!wedding || (Date.parse(wedding.startsAt) === one.startsAt && wedding.roomId === one.resourceId)) return [];
    const resource = (resourceId: string) => rows.resources[resourceId];
    const around = { bookings: Object.values(rows.bookings), allocations: Object.values(rows.allocations), runSheetItems: items, resource };
    return [{ wedding, to: one, followers: followersOf(around, wedding, { startsAt: one.startsAt, roomId: one.resourceId }, apart) }];
  });
}

/** Why one cannot follow, although it would. */
export type Hindrance =
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'limit'; readonly name: string; readonly byMs: number };

export interface Whole {
  readonly drop: Drop;
  /** The moves first, then those of the followers that take time and are moved in it. */
  readonly to: readonly Occupancy[];
  readonly along: readonly Follower[];
  /** By the id of the row. They stay where they are. */
  readonly hindered: ReadonlyMap<string, Hindrance>;
}

/** Where a follower would take time; null = it takes none, or its time stays. */
export function followedTo({ timetable }: Pick<House, 'timetable'>, { collection, row, set }: Follower): Occupancy | null {
  if (collection === 'runSheetItems') return null;
  const one = timetable.get(occupancyId({ collection, id: row.id }));
  if (!one || (set.startsAt === undefined && set.endsAt === undefined)) return null;
  const [startsAt, endsAt] = [set.startsAt, set.endsAt].map((text) => (text === undefined ? undefined : Date.parse(text)));
  return { ...one, startsAt: startsAt ?? one.startsAt, endsAt: endsAt ?? one.endsAt, place: set.place ?? one.place };
}

/**
 * What is locked stays, and so does what would pass a limit that this person may not pass: each is told with its reason.
 * @param stays ids of rows that the person leaves where they are
 * @param role null = not known here; the server knows.
 */
export function judgeWhole(
  house: House, moves: readonly Occupancy[], parties: readonly Pick<Party, 'followers'>[], stays: ReadonlySet<string>, role: Role | null, now: number,
): Whole {
  const followers = parties.flatMap((party) => party.followers);
  const locks = followers.flatMap(({ row, locked }) => (locked === null ? [] : [[row.id, { kind: 'locked', reason: locked }] as const]));
  const hindered = new Map<string, Hindrance>(locks);
  for (;;) {
    const along = followers.filter(({ row }) => !stays.has(row.id) && !hindered.has(row.id));
    const theirs = along.flatMap((one) => followedTo(house, one) ?? []);
    const to = [...moves, ...theirs];
    const drop = judgeDrop(house, to, role, now);
    const own = new Set(theirs.map(({ id }) => id));
    const shut = drop.shut.filter(({ occupancyId: id }) => own.has(id));
    if (shut.length === 0) return { drop, to, along, hindered };
    // Each time at least one more is left out, so it comes to an end.
    for (const { occupancyId: id, name, byMs } of shut) hindered.set(memberOf(id).id, { kind: 'limit', name, byMs });
  }
}
