import type { Allocation } from '../../contract/record/taking.ts';
import type { ClashQuestion } from './clashes.ts';
import { foundKey, isWorse, type Found } from './detect.ts';
import { houseQuestion, type House } from './house.ts';
import { judgementOf } from './judgement.ts';
import type { Limits } from './limits.ts';
import type { Occupancy } from './model.ts';
import { occupancyOf, type Member, type MovableCollection, type TakingRow } from './occupancies.ts';
import type { Timetable } from './timetable.ts';

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

/** A hold that went with its wedding when that was called off, as it would be with it again. */
export interface Returning {
  /** As it is: cancelled. */
  readonly row: Allocation;
  readonly set: { readonly status: 'hold' } & Partial<Held>;
  /** What it would take; null = nobody's time. */
  readonly one: Occupancy | null;
  /** What would come of it that nobody has agreed to: others have its time by now, or a limit would be passed. Empty = it comes back. */
  readonly against: readonly Found[];
}

/** What those who bring it back have to know of everything else. */
export interface Around {
  readonly timetable: Timetable;
  readonly limits: Limits;
  readonly question: ClashQuestion;
  readonly occupies: (row: Allocation) => Occupancy | null;
  readonly ranksBeside: (row: Allocation) => readonly number[];
}

/**
 * Which holds come back with what is brought back (`first`), one after the other: each is judged beside those that come back before it. No reason
 * brings a hold back over somebody else; it stays given back, and may be brought back by itself.
 */
export function returning(held: readonly Allocation[], first: readonly Occupancy[], around: Around): Returning[] {
  const { timetable, limits, question, occupies, ranksBeside: beside } = around;
  const judge = (to: readonly Occupancy[]): Found[] => {
    const { clashes, passes } = judgementOf({ timetable, to, confirming: new Set(), settled: [], limits, question });
    return [...clashes, ...passes];
  };
  const to = [...first];
  const back: Allocation[] = [];
  let stood = new Map(judge(to).map((one) => [foundKey(one), one]));
  return [...held].sort(byRank).map((row) => {
    const meets = ({ resourceId, startsAt, endsAt }: Allocation): boolean => resourceId === row.resourceId && startsAt < row.endsAt && endsAt > row.startsAt;
    const own = back.filter(meets).flatMap(({ rank }) => rank ?? []);
    const set = { status: 'hold' as const, ...heldAnew(row, [...beside(row), ...own], question.now) };
    const one = occupies({ ...row, ...set });
    const found = one === null ? [...stood.values()] : judge([...to, one]);
    const against = found.filter((it) => {
      const was = stood.get(foundKey(it));
      return was === undefined || isWorse(it, was);
    });
    if (against.length === 0) {
      back.push({ ...row, ...set });
      if (one !== null) to.push(one);
      stood = new Map(found.map((it) => [foundKey(it), it]));
    }
    return { row, set, one, against };
  });
}

/** Who was first is first again. */
const byRank = (a: Allocation, b: Allocation): number => (a.rank ?? Infinity) - (b.rank ?? Infinity) || (a.id < b.id ? -1 : 1);

/** The same for a console, of what it holds. `first`: what is brought back, as it would stand; null = it takes nobody's time. */
export const returningTo = (house: House, held: readonly Allocation[], first: Occupancy | null, now: number): Returning[] =>
  returning(held, first === null ? [] : [first], {
    timetable: house.timetable, limits: house.limits, question: houseQuestion(house, now),
    occupies: (row) => occupancyOf({ collection: 'allocations', row }, (resourceId) => house.rows.resources[resourceId] ?? null, house.placeOf),
    ranksBeside: (row) => ranksBeside(house.rows, row),
  });
