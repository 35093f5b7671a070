import type { Allocation } from '../../contract/record/taking.ts';
import type { House } from './house.ts';
import type { Occupancy } from './model.ts';
import { occupancyOf, type Member, type MovableCollection, type TakingRow } from './occupancies.ts';

/** How something that was cancelled stands once it is brought back; the console asks before it is sent, the server does it. */

const LAST_RANK = 9;
type Held = Pick<Allocation, 'rank' | 'holdUntil'>;

/** A hold is held without an end that is over, and behind those who have its place by now. `ranksBeside`: of the other holds of that time. */
export function heldAnew(row: Held, ranksBeside: readonly number[], now: number): Partial<Held> {
  const ended = row.holdUntil !== null && Date.parse(row.holdUntil) <= now ? { holdUntil: null } : {};
  const last = Math.max(0, ...ranksBeside);
  if (row.rank === null || last < row.rank) return ended;
  return { ...ended, rank: last < LAST_RANK ? last + 1 : null };
}

/** What it would take; null = nobody's time. `status`: what it was, as its collection calls it. */
export function standsAgain({ rows, placeOf }: Pick<House, 'rows' | 'placeOf'>, { collection, id }: Member & { readonly collection: MovableCollection }, status: string, now: number): Occupancy | null {
  const row = rows[collection][id];
  if (!row) return null;
  const anew = collection === 'allocations' && status === 'hold' ? heldAnew(row as Allocation, ranksBeside(rows, row as Allocation), now) : {};
  return occupancyOf({ collection, row: { ...row, ...anew, status } } as TakingRow, (resourceId) => rows.resources[resourceId] ?? null, placeOf);
}

const ranksBeside = ({ allocations }: Pick<House['rows'], 'allocations'>, { id, resourceId, startsAt, endsAt }: Allocation): number[] =>
  Object.values(allocations).flatMap((other) => {
    const isBeside = other.id !== id && other.resourceId === resourceId && other.status === 'hold' && other.startsAt < endsAt && other.endsAt > startsAt;
    return isBeside && other.rank !== null ? [other.rank] : [];
  });
