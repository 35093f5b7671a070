import type { Role } from '../../contract/access.ts';
import type { Conflict } from '../../contract/record/taking.ts';
import { dayBounds } from '../day/localTime.ts';
import { pricingOf } from './costs.ts';
import { ruleOf } from './clashes.ts';
import { houseQuestion, type House } from './house.ts';
import type { ClashRules, Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';
import type { Freedom } from './placements.ts';
import { solveInSteps, type Solution } from './solver.ts';
import { createTimetable } from './timetable.ts';

/** Three ways out of some conflicts of a house, as a person there would look for them. */

const HOUR_MS = 3_600_000;
const STEP_MS = 15 * 60_000;
/** Nobody marries at five in the morning; a party may last until two. */
const FIRST_HOUR = 6;
const LAST_HOUR = 2;
/** What lies further away does not meet what is moved within its day. */
const AROUND_MS = 3 * 24 * HOUR_MS;
const PLANS = 3;
const BUDGET = 40_000;
const ROOMS_LOOKED_AT = 12;
/** Moving a wedding has to be told to everybody who comes to it. What is theirs is locked, and never moved. */
const WEIGHT = { weddings: 4, bookings: 2, allocations: 1, calendarEvents: 4 } as const;

/** Its own day, and rooms or crew of the same kind; a vendor or a stock cannot be had in another's place. */
function freedomOf(house: House, one: Occupancy, now: number): Freedom {
  const day = dayBounds(house.zone, one.startsAt);
  const earliest = Math.min(one.startsAt, Math.max(day.from + FIRST_HOUR * HOUR_MS, Math.ceil(now / STEP_MS) * STEP_MS));
  const latest = Math.max(one.endsAt, day.to + LAST_HOUR * HOUR_MS);
  const kind = house.resources.get(one.resourceId)?.kind;
  const others = kind === 'room' || kind === 'crew' ? house.resources.all.filter((other) => other.kind === kind && other.id !== one.resourceId && house.rows.resources[other.id]?.state === 'active') : [];
  return { id: one.id, earliest, latest, stepMs: STEP_MS, resources: [one.resourceId, ...others.slice(0, ROOMS_LOOKED_AT).map(({ id }) => id)], shortestMs: null, weight: WEIGHT[memberOf(one.id).collection] };
}

/** What somebody asks a way out of is trouble, though elsewhere it is only warned of. Being second among ranked holds is none: it is what ranks are for. */
function asTrouble(conflicts: readonly Conflict[], { timetable }: House, rules: ClashRules, now: number): ClashRules {
  const warned = conflicts.filter(({ level }) => level === 'warn');
  const raised: { -readonly [K in keyof ClashRules]?: 'block' } = warned.length > 0 ? { gaps: 'block' } : {};
  for (const { kind, members } of warned) {
    const [one, other] = members.map((member) => timetable.get(occupancyId(member)));
    const rule = one && other && kind !== 'turnaround' && kind !== 'travel' ? ruleOf(one, other, now) : null;
    if (rule !== null && rule !== 'rankedHolds') raised[rule] = 'block';
  }
  return { ...rules, ...raised };
}

/** `role`: who asks, as in `judgeDrop`. Halts between pieces of work; what it returns at the end has nothing that is over or locked among its moves. */
export function* waysOut(house: House, conflicts: readonly Conflict[], role: Role | null, now: number): Generator<void, Solution> {
  const ids = new Set(conflicts.flatMap(({ members }) => members.map(occupancyId)));
  const members = [...ids].flatMap((id) => house.timetable.get(id) ?? []);
  const from = Math.min(...members.map(({ startsAt }) => startsAt)) - AROUND_MS;
  const to = Math.max(...members.map(({ endsAt }) => endsAt)) + AROUND_MS;
  const near = [...house.timetable].filter(({ startsAt, endsAt }) => endsAt > from && startsAt < to);
  const question = houseQuestion(house, now);
  const rules = asTrouble(conflicts, house, question.rules, now);
  return yield* solveInSteps({
    timetable: createTimetable(house.resources, near),
    movable: members.filter(({ endsAt, elsewhere }) => endsAt > now && elsewhere !== true).map((one) => freedomOf(house, one, now)),
    judge: { ...question, rules },
    limits: house.limits,
    plans: PLANS,
    pricing: pricingOf(house, members, role, now),
    budget: BUDGET,
  });
}
