import { LONGEST_WAY_MINUTES } from '../../contract/record/taking.ts';
import { NO_TRAVEL, statusAt, type Clash, type ClashRules, type Level, type Occupancy, type Resource, type Travel } from './model.ts';
import type { Timetable } from './timetable.ts';

/** What cannot both be. Pure, and asked anew for each change, so that nobody waits for a nightly comparison. */
export interface ClashQuestion {
  readonly rules: ClashRules;
  readonly travel: Travel;
  /** Milliseconds since the epoch, UTC: expired holds are leads. */
  readonly now: number;
}

/** Bounds how far neighbours are looked for. */
const LONGEST_WAY_MS = LONGEST_WAY_MINUTES * 60_000;

/** How hard two clash when they are at the same time, by their status alone. */
export function levelOf(a: Occupancy, b: Occupancy, { rules, now }: Pick<ClashQuestion, 'rules' | 'now'>): Level {
  const rule = ruleOf(a, b, now);
  return rule === null ? 'ignore' : rules[rule];
}

/** By which of the rules two are judged; null = by none, whatever a house says. */
export function ruleOf(a: Occupancy, b: Occupancy, now: number): keyof ClashRules | null {
  const [one, other] = [statusAt(a, now), statusAt(b, now)];
  if (one === 'cancelled' || other === 'cancelled') return null;
  // How somebody fills their own calendar is theirs.
  if (a.elsewhere === true && b.elsewhere === true) return null;
  if (one === 'closed' || other === 'closed') return one === other ? null : one === 'lead' || other === 'lead' ? 'leadWithAny' : 'closedWithAny';
  if (a.group !== null && a.group === b.group) return null;
  if (one === 'lead' || other === 'lead') return 'leadWithAny';
  if (one === 'definite' && other === 'definite') return 'definiteWithDefinite';
  if (one === 'definite' || other === 'definite') return 'definiteWithHold';
  return a.rank !== null && b.rank !== null && a.rank !== b.rank ? 'rankedHolds' : 'holdWithHold';
}

/** People are somewhere and have to get there; a room is where it is. */
const travels = ({ kind }: Resource): boolean => kind === 'vendor' || kind === 'crew';

/** How two meet on one leaf where one thing fits at a time. Null = they do not. Symmetric. */
export function meet(a: Occupancy, b: Occupancy, resource: Resource, question: ClashQuestion): Omit<Clash, 'resourceIds'> | null {
  const level = levelOf(a, b, question);
  if (level === 'ignore') return null;
  const [first, second] = a.startsAt < b.startsAt || (a.startsAt === b.startsAt && a.endsAt <= b.endsAt) ? [a, b] : [b, a];
  const members = [a.id, b.id].sort();
  const closed = a.status === 'closed' || b.status === 'closed';
  if (second.startsAt < first.endsAt) {
    const endsAt = Math.min(first.endsAt, second.endsAt);
    return { kind: closed ? 'closure' : 'overlap', level, members, startsAt: second.startsAt, endsAt, missingMs: endsAt - second.startsAt, missingUnits: 0 };
  }
  // Who closes a room has thought of the cleaning.
  if (closed || question.rules.gaps === 'ignore') return null;
  const gap = second.startsAt - first.endsAt;
  const work = first.turnaroundMs + second.setUpMs;
  const way = travels(resource) && first.place !== null && second.place !== null ? Math.min(question.travel(first.place, second.place), LONGEST_WAY_MS) : 0;
  const missingMs = work + way - gap;
  if (missingMs <= 0) return null;
  const gapLevel: Level = level === 'warn' ? 'warn' : question.rules.gaps;
  return { kind: way > gap - work && way > 0 ? 'travel' : 'turnaround', level: gapLevel, members, startsAt: first.endsAt, endsAt: second.startsAt, missingMs, missingUnits: 0 };
}

/**
 * All clashes that `occupancy` has with what stands in the timetable (itself, by its id, left out): where it is there
 * already, those that it has; where it is not, those that it would have. Ordered by start, then kind and members.
 */
export function clashesOf(occupancy: Occupancy, timetable: Timetable, question: ClashQuestion): Clash[] {
  const { resources } = timetable;
  const found = new Map<string, Clash>();
  for (const leaf of resources.leaves(occupancy.resourceId)) {
    const resource = resources.get(leaf);
    const there = timetable.on(leaf);
    if (!resource || !there) continue;
    const own = Math.max(occupancy.setUpMs, occupancy.turnaroundMs) + there.reach;
    const reach = question.travel !== NO_TRAVEL && travels(resource) && occupancy.place !== null ? own + LONGEST_WAY_MS : own;
    const near = there.within(occupancy.startsAt, occupancy.endsAt, reach).filter(({ id }) => id !== occupancy.id);
    const here = resource.places === 1 ? pairs(occupancy, near, resource, question) : tooMany(occupancy, near, resource, question);
    for (const clash of here) {
      const key = `${clash.kind} ${clash.members.join(' ')}`;
      const known = found.get(key);
      found.set(key, { ...clash, resourceIds: known ? [...known.resourceIds, leaf] : [leaf] });
    }
  }
  return [...found.values()].sort(byStart);
}

const byStart = (a: Clash, b: Clash): number => a.startsAt - b.startsAt || a.kind.localeCompare(b.kind) || a.members.join(' ').localeCompare(b.members.join(' '));

function pairs(one: Occupancy, near: readonly Occupancy[], resource: Resource, question: ClashQuestion): Omit<Clash, 'resourceIds'>[] {
  return near.flatMap((other) => meet(one, other, resource, question) ?? []);
}

/** What takes places of a stock; closures take all of it. */
const takes = (one: Occupancy, places: number, now: number): number => {
  const status = statusAt(one, now);
  if (status === 'closed') return places;
  return status === 'hold' || status === 'definite' ? one.units : 0;
};

/** Of a stock, the moment at which most is lacking while `one` has its part of it. Setting up and clearing take it too. */
function tooMany(one: Occupancy, near: readonly Occupancy[], { places }: Resource, { now, rules }: ClashQuestion): Omit<Clash, 'resourceIds'>[] {
  const wide = (it: Occupancy) => (it.status === 'closed' || rules.gaps === 'ignore' ? { from: it.startsAt, to: it.endsAt } : { from: it.startsAt - it.setUpMs, to: it.endsAt + it.turnaroundMs });
  if (takes(one, places, now) === 0) return [];
  const all = [one, ...near].filter((it) => counts(one, it, { rules, now }) && takes(it, places, now) > 0).map((it) => ({ it, ...wide(it), units: takes(it, places, now) }));
  const mine = wide(one);
  const edges = [...new Set(all.flatMap(({ from, to }) => [from, to]).filter((at) => at > mine.from && at < mine.to)), mine.from, mine.to].sort((a, b) => a - b);
  let worst: Omit<Clash, 'resourceIds'> | null = null;
  for (const [number, from] of edges.slice(0, -1).entries()) {
    const to = edges[number + 1] ?? from;
    const present = all.filter((it) => it.from < to && it.to > from);
    const missingUnits = present.reduce((sum, { units }) => sum + units, 0) - places;
    if (missingUnits <= 0) continue;
    if (present.every(({ it }) => it.elsewhere === true)) continue;
    const members = present.map(({ it }) => it.id).sort();
    const closed = present.some(({ it }) => it.status === 'closed');
    const level = closed ? rules.closedWithAny : stockLevel(present, places, { rules, now });
    if (level === 'ignore' || (worst !== null && !isWorse({ level, missingUnits }, worst))) continue;
    worst = { kind: closed ? 'closure' : 'capacity', level, members, startsAt: from, endsAt: to, missingMs: to - from, missingUnits };
  }
  return worst ? [worst] : [];
}

/** Where holds are nothing to what is definite, the ones are counted without the others. */
function counts(one: Occupancy, it: Occupancy, { rules, now }: Pick<ClashQuestion, 'rules' | 'now'>): boolean {
  if (rules.definiteWithHold !== 'ignore') return true;
  const [own, other] = [statusAt(one, now), statusAt(it, now)];
  return own === other || own === 'closed' || other === 'closed';
}

/** The hardest moment is the one that is told, and of several as hard the one at which most is lacking. */
const isWorse = (one: Pick<Clash, 'level' | 'missingUnits'>, than: Pick<Clash, 'level' | 'missingUnits'>): boolean =>
  one.level === than.level ? one.missingUnits > than.missingUnits : one.level === 'block';

/** Where definite ones alone are too many it is as hard as two of them, where there are none as two holds; otherwise as one with a hold. */
function stockLevel(present: readonly { readonly it: Occupancy; readonly units: number }[], places: number, { rules, now }: Pick<ClashQuestion, 'rules' | 'now'>): Level {
  const definite = present.filter(({ it }) => statusAt(it, now) === 'definite').reduce((sum, { units }) => sum + units, 0);
  return definite > places ? rules.definiteWithDefinite : definite === 0 ? rules.holdWithHold : rules.definiteWithHold;
}
