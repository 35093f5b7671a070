import { clashesOf, type ClashQuestion } from '../conflicts/clashes.ts';
import type { Limits } from '../conflicts/limits.ts';
import { statusAt, type Occupancy } from '../conflicts/model.ts';
import type { Timetable } from '../conflicts/timetable.ts';

/** What a couple may know of one day of a room: by the rules of the house, and without a word about who has it or why. */

export type DayState = 'free' | 'asked' | 'taken';

export interface DayAnswer {
  readonly state: DayState;
  /** The rank that a hold would have now; null = nothing can be held beside what stands there. */
  readonly rank: number | null;
}

/** A rank of a row is at most this. */
const LAST_RANK = 9;

/**
 * `day` is a hold on that room, as long as a celebration usually is. Taken = something certain stands in its way, the time to turn the
 * room around included, or it would pass a limit. Asked for = only holds do.
 */
export function dayAnswer(day: Occupancy, timetable: Timetable, limits: Limits, question: ClashQuestion): DayAnswer {
  const taken: DayAnswer = { state: 'taken', rank: null };
  if (limits.breaches(day, timetable, question.now).length > 0) return taken;
  const beside = standingBeside(day, timetable);
  const holds = beside.filter((one) => statusAt(one, question.now) === 'hold');
  const rank = Math.max(0, ...holds.flatMap((one) => one.rank ?? [])) + 1;
  const clashes = clashesOf({ ...day, rank }, timetable, question);
  const others = clashes.flatMap(({ members }) => members.flatMap((id) => (id === day.id ? [] : (timetable.get(id) ?? []))));
  // A house may let holds stand beside what is certain; a couple is told all the same that it is taken.
  const isCertain = (one: Occupancy): boolean => ['definite', 'closed'].includes(statusAt(one, question.now));
  if (beside.some(isCertain) || others.some(isCertain)) return taken;
  const holdable = rank <= LAST_RANK && clashes.every(({ level }) => level !== 'block');
  return { state: others.length > 0 || holds.length > 0 ? 'asked' : 'free', rank: holdable ? rank : null };
}

/** What stands at the same time where one thing fits; of a stock only what leaves too little counts, and that clashes. */
function standingBeside(day: Occupancy, timetable: Timetable): Occupancy[] {
  const found = new Map<string, Occupancy>();
  for (const leaf of timetable.resources.leaves(day.resourceId)) {
    if (timetable.resources.get(leaf)?.places !== 1) continue;
    for (const one of timetable.on(leaf)?.within(day.startsAt, day.endsAt, 0) ?? []) {
      if (one.id !== day.id && one.startsAt < day.endsAt && one.endsAt > day.startsAt) found.set(one.id, one);
    }
  }
  return [...found.values()];
}
