import { clashesOf, type ClashQuestion } from './clashes.ts';
import type { Breach, Limits } from './limits.ts';
import type { Clash, Occupancy } from './model.ts';
import { createTimetable, type Timetable } from './timetable.ts';

/** What a move, or several at once, would do; the same for the ghost under the pointer and for the card before it is done. */
export interface Impact {
  /** Green, amber, red. Red is no wish that can be pressed through: each reason stands in one of the lists. */
  readonly verdict: 'free' | 'warned' | 'refused';
  readonly moved: readonly Shift[];
  /** Of those that are moved, and of those that they meet. */
  readonly appear: readonly Clash[];
  readonly vanish: readonly Clash[];
  /** That stood before and stand as hard where they would be. */
  readonly stay: readonly Clash[];
  /** Limits that a moved one passes where it would be. */
  readonly breaches: readonly Breach[];
  /** Those that must not be moved, with why. */
  readonly locked: readonly { readonly id: string; readonly reason: string }[];
}

export interface Shift {
  readonly id: string;
  /** Milliseconds; later is more than nothing. */
  readonly startMs: number;
  readonly endMs: number;
  readonly fromResource: string;
  readonly toResource: string;
}

/** `to` are whole occupancies; their ids say what they take the place of. One that is not there yet is a new one. */
export function impactOf(timetable: Timetable, to: readonly Occupancy[], limits: Limits, question: ClashQuestion): Impact {
  const from = to.flatMap((one) => timetable.get(one.id) ?? []);
  const changed = to.filter((one) => !same(timetable.get(one.id), one));
  const locked = from.flatMap((one) => (one.locked && changed.some(({ id }) => id === one.id) ? [{ id: one.id, reason: one.locked.reason }] : []));
  const before = clashesAmong(from, timetable, question);
  // All of them stand where they would be before any is asked: two that swap do not meet.
  const after = createTimetable(timetable.resources, near(timetable, to));
  for (const one of to) after.add(one);
  const then = clashesAmong(to, after, question);
  const appear = [...then].flatMap(([key, clash]) => (before.has(key) && !harder(before.get(key), clash) ? [] : [clash]));
  const stay = [...then.values()].filter((clash) => !appear.includes(clash));
  const vanish = [...before].flatMap(([key, clash]) => (then.has(key) ? [] : [clash]));
  const breaches = to.flatMap((one) => limits.breaches(one, after, question.now));
  const refused = locked.length > 0 || breaches.length > 0 || appear.some(({ level }) => level === 'block');
  return {
    verdict: refused ? 'refused' : appear.length > 0 ? 'warned' : 'free',
    moved: changed.flatMap((one) => {
      const was = timetable.get(one.id);
      return was ? [{ id: one.id, startMs: one.startsAt - was.startsAt, endMs: one.endsAt - was.endsAt, fromResource: was.resourceId, toResource: one.resourceId }] : [];
    }),
    appear,
    vanish,
    stay,
    breaches,
    locked,
  };
}

const same = (was: Occupancy | undefined, one: Occupancy): boolean => was?.startsAt === one.startsAt && was.endsAt === one.endsAt && was.resourceId === one.resourceId;

/** A pair that met already may meet worse. */
const harder = (was: Clash | undefined, now: Clash): boolean => was !== undefined && ((was.level === 'warn' && now.level === 'block') || now.missingMs > was.missingMs || now.missingUnits > was.missingUnits);

function clashesAmong(some: readonly Occupancy[], timetable: Timetable, question: ClashQuestion): Map<string, Clash> {
  return new Map(some.flatMap((one) => clashesOf(one, timetable, question)).map((clash) => [`${clash.kind} ${clash.members.join(' ')}`, clash]));
}

const WEEK_MS = 7 * 86_400_000;

/** What could matter to the moved ones, so that a preview of one does not copy a house of a million. */
function near(timetable: Timetable, to: readonly Occupancy[]): Occupancy[] {
  const found = new Map<string, Occupancy>();
  for (const one of to) {
    for (const leaf of timetable.resources.leaves(one.resourceId)) {
      for (const other of timetable.on(leaf)?.within(one.startsAt, one.endsAt, WEEK_MS) ?? []) found.set(other.id, other);
    }
  }
  return [...found.values()];
}
