import { clashesOf, meet, type ClashQuestion } from './clashes.ts';
import type { Limits } from './limits.ts';
import type { Clash, Occupancy } from './model.ts';
import type { Timetable } from './timetable.ts';

/** How far one may be moved. What is locked has no freedom, whatever stands here. */
export interface Freedom {
  readonly id: string;
  /** Not before, and over by. */
  readonly earliest: number;
  readonly latest: number;
  readonly stepMs: number;
  /** Where it may be; its own resource is one of them unless it is left out. */
  readonly resources: readonly string[];
  /** May be shortened to this; null = its length stays. */
  readonly shortestMs: number | null;
  /** What moving it costs: people who have to be told, say. */
  readonly weight: number;
}

/** Where one could be instead. */
export interface Placement {
  readonly occupancy: Occupancy;
  readonly disturbanceMs: number;
}

/** What a choice is judged by. */
export interface Judge extends ClashQuestion {
  readonly limits: Limits;
  /** True = a gap that is too short is borne when nothing else can be had. */
  readonly bearsWarnings: boolean;
}

/** Another room at the same time disturbs as much as an hour's shift; a minute cut off as much as two minutes' shift. */
const CHANGE_MS = 3_600_000;
const CUT_TIMES = 2;

/** Ranks among holds say who is first: being second is no trouble that a move has to mend. */
const borne = ({ kind, level }: Pick<Clash, 'kind' | 'level'>, judge: Judge): boolean => level === 'warn' && (judge.bearsWarnings || kind === 'overlap');

/** Nothing stands against it where it is. */
export const fits = (one: Occupancy, timetable: Timetable, judge: Judge): boolean =>
  clashesOf(one, timetable, judge).every((clash) => borne(clash, judge)) && judge.limits.breaches(one, timetable, judge.now).length === 0;

/**
 * Whether two may both be where they are, without looking at anything else. Null = that cannot be told by the two alone:
 * they share a stock, or a limit counts what is beside.
 */
export function besideEachOther(a: Occupancy, b: Occupancy, { resources }: Timetable, judge: Judge): boolean | null {
  if (judge.limits.lookBeside) return null;
  const others = resources.leaves(b.resourceId);
  for (const leaf of resources.leaves(a.resourceId)) {
    const resource = others.includes(leaf) ? resources.get(leaf) : undefined;
    if (!resource) continue;
    if (resource.places > 1) return null;
    const clash = meet(a, b, resource, judge);
    if (clash && !borne(clash, judge)) return false;
  }
  return true;
}

export function disturbance(from: Occupancy, to: Occupancy): number {
  const cut = from.endsAt - from.startsAt - (to.endsAt - to.startsAt);
  return Math.abs(to.startsAt - from.startsAt) + cut * CUT_TIMES + (to.resourceId === from.resourceId ? 0 : CHANGE_MS);
}

/** Everywhere that one could go with its freedom, the least disturbing first; where it is now is not among them. */
export function placementsOf(one: Occupancy, { earliest, latest, stepMs, resources, shortestMs }: Freedom): Placement[] {
  if (one.locked !== null) return [];
  const found: Placement[] = [];
  const whole = one.endsAt - one.startsAt;
  const shortest = Math.min(shortestMs ?? whole, whole);
  // Steps from where it is, so that a quarter past stays a quarter past.
  const first = one.startsAt - Math.floor((one.startsAt - earliest) / stepMs) * stepMs;
  for (let startsAt = first; startsAt + shortest <= latest; startsAt += stepMs) {
    for (let length = whole; length >= shortest; length -= stepMs) {
      if (startsAt + length > latest) continue;
      for (const resourceId of resources) {
        if (startsAt === one.startsAt && length === whole && resourceId === one.resourceId) continue;
        const occupancy = { ...one, resourceId, startsAt, endsAt: startsAt + length };
        found.push({ occupancy, disturbanceMs: disturbance(one, occupancy) });
      }
    }
  }
  return found.sort((a, b) => a.disturbanceMs - b.disturbanceMs || a.occupancy.startsAt - b.occupancy.startsAt || a.occupancy.resourceId.localeCompare(b.occupancy.resourceId) || b.occupancy.endsAt - a.occupancy.endsAt);
}
