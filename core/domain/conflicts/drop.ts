import type { Role } from '../../contract/access.ts';
import { clashesOf } from './clashes.ts';
import { houseQuestion, type House } from './house.ts';
import { impactOf, type Impact } from './impact.ts';
import type { Breach } from './limits.ts';
import type { Clash, Occupancy } from './model.ts';

/**
 * What becomes of it when it is let go here. `reason`: it may be, by whom may decide so and says why. `refused`: it may
 * not be, whatever is said.
 */
export type DropVerdict = 'free' | 'warned' | 'reason' | 'refused';

export interface Drop {
  readonly verdict: DropVerdict;
  readonly impact: Impact;
  /** Those that would lie on a resource of another kind than theirs. */
  readonly wrongKind: readonly Occupancy[];
  /** Those limits among the passed ones that this person may not pass. */
  readonly shut: readonly Breach[];
}

const MAY_OVERRIDE: readonly string[] = ['owner', 'coordinator'];

/** @param role null = not known here; the server knows. */
export function judgeDrop(house: House, to: readonly Occupancy[], role: Role | null, now: number): Drop {
  const impact = impactOf(house.timetable, to, house.limits, houseQuestion(house, now));
  const wrongKind = to.filter((one) => kindOf(house, one.resourceId) !== kindOf(house, house.timetable.get(one.id)?.resourceId ?? one.resourceId));
  const may = role === null || MAY_OVERRIDE.includes(role);
  const shut = impact.breaches.filter(({ overridableBy }) => overridableBy.length === 0 || (role !== null && !overridableBy.includes(role)));
  const hard = impact.appear.some(({ level }) => level === 'block');
  const refused = impact.locked.length > 0 || wrongKind.length > 0 || shut.length > 0 || (hard && !may);
  // What clashes as before asks for no reason, and is not free either.
  const open = impact.verdict === 'free' && impact.stay.length > 0 ? 'warned' : impact.verdict;
  const verdict = refused ? 'refused' : open === 'refused' ? 'reason' : open;
  return { verdict, impact, wrongKind, shut };
}

const kindOf = ({ resources }: House, id: string): string | undefined => resources.get(id)?.kind;

export interface StatusJudgement {
  readonly needsReason: boolean;
  readonly clashes: readonly Clash[];
  readonly breaches: readonly Breach[];
}

/** Whether it may become so without a word: nothing hard stands against it that nobody has decided to live with. */
export function judgeStatus(house: House, one: Occupancy, status: Occupancy['status'], isAccepted: (clash: Clash) => boolean, now: number): StatusJudgement {
  const then = { ...one, status };
  const clashes = clashesOf(then, house.timetable, houseQuestion(house, now)).filter((clash) => clash.level === 'block' && !isAccepted(clash));
  const breaches = house.limits.breaches(then, house.timetable, now);
  return { needsReason: clashes.length > 0 || breaches.length > 0, clashes, breaches };
}
