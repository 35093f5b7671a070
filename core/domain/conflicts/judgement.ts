import { clashesOf, type ClashQuestion } from './clashes.ts';
import { asFound, foundKey, isWorse, passed, type Found } from './detect.ts';
import { impactOf } from './impact.ts';
import type { Limits } from './limits.ts';
import type { Occupancy } from './model.ts';
import { createTimetable, type Timetable } from './timetable.ts';

/** What stands in the way of a decision about whose time is taken. All empty = nothing does. */
export interface Judgement {
  readonly locked: readonly { readonly id: string; readonly reason: string }[];
  /** Hard clashes that would come of it. */
  readonly clashes: readonly Found[];
  /** Limits that would be passed by it. */
  readonly passes: readonly Found[];
}

export interface Case {
  /** As it stands, with everything in it that could matter. */
  readonly timetable: Timetable;
  /** As they would be, all at once. */
  readonly to: readonly Occupancy[];
  /** Of these also what stands already counts: nothing is confirmed over an open conflict. */
  readonly confirming: ReadonlySet<string>;
  /** What somebody has accepted, or what the last change of one of these rows has undone: it may be so again, but not worse. */
  readonly settled: readonly Found[];
  readonly limits: Limits;
  readonly question: ClashQuestion;
}

/** By the same rules as the preview. What stands already is not held against a change that does not make it worse; what is over is nobody's any more. */
export function judgementOf({ timetable, to, confirming, settled, limits, question }: Case): Judgement {
  const { locked, appear } = impactOf(timetable, to, limits, question);
  const moved = new Set(to.map(({ id }) => id));
  const after = createTimetable(timetable.resources, [...[...timetable].filter(({ id }) => !moved.has(id)), ...to]);
  const before = to.flatMap(({ id }) => timetable.get(id) ?? []);

  const allowed = new Map<string, Found[]>();
  for (const one of settled) allowed.set(foundKey(one), [...(allowed.get(foundKey(one)) ?? []), one]);
  const counts = (one: Found): boolean => one.level === 'block' && one.endsAt > question.now && !(allowed.get(foundKey(one)) ?? []).some((was) => !isWorse(one, was));

  const clashes = new Map<string, Found>();
  for (const clash of appear.map(asFound)) if (counts(clash)) clashes.set(foundKey(clash), clash);
  for (const one of to.filter(({ id }) => confirming.has(id))) {
    for (const clash of clashesOf(one, after, question).map(asFound)) if (counts(clash)) clashes.set(foundKey(clash), clash);
  }

  const passedBefore = new Map(passed(before.flatMap((one) => limits.breaches(one, timetable, question.now)), timetable).map((one) => [foundKey(one), one]));
  const passes = passed(to.flatMap((one) => limits.breaches(one, after, question.now)), after).filter((one) => {
    const was = passedBefore.get(foundKey(one));
    return counts(one) && (was === undefined || isWorse(one, was) || one.members.some((id) => confirming.has(id)));
  });
  return { locked, clashes: [...clashes.values()], passes };
}
