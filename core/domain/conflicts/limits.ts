import { Temporal } from 'temporal-polyfill';
import { statusAt, type Occupancy } from './model.ts';
import type { Timetable } from './timetable.ts';

/**
 * What the venue's licence, the law or a contract sets: not a wish that may be shifted, but a door that is shut. Wall
 * times are the venue's own; a window whose `to` is not after its `from` ends on the next day.
 */
export type LimitRule =
  /** Nothing of the kind in this window: a noise curfew, hours outside of a licence or of a registrar's day. */
  | { readonly kind: 'not_within'; readonly weekdays: readonly number[]; readonly from: string; readonly to: string }
  /** No single one longer than this: overtime. */
  | { readonly kind: 'at_most'; readonly ms: number }
  /** Not more than this on one day of one resource: a driver's hours. */
  | { readonly kind: 'at_most_a_day'; readonly ms: number }
  /** So long between the end of one day's work and the next day's beginning. */
  | { readonly kind: 'rest'; readonly ms: number };

export interface Limit {
  readonly id: string;
  /** As it is told: `Noise curfew`. */
  readonly name: string;
  readonly rule: LimitRule;
  /** Null = on all. A whole and its parts are the same place. */
  readonly resourceIds: readonly string[] | null;
  /** Only what is tagged with one of these; null = everything. */
  readonly tags: readonly string[] | null;
  /** Roles that may pass it with a reason; empty = nobody. */
  readonly overridableBy: readonly string[];
}

export interface Breach {
  readonly limitId: string;
  readonly name: string;
  readonly occupancyId: string;
  /** The stretch that may not be; of `rest` the gap that is too short. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** By how much it is passed. */
  readonly byMs: number;
  readonly overridableBy: readonly string[];
}

export interface Limits {
  /** Some of them depend on what else there is, not only on where the one is. */
  readonly lookBeside: boolean;
  /** All that `occupancy` passes where it is, with what else stands in the timetable (itself, by its id, left out). */
  breaches(occupancy: Occupancy, timetable: Timetable, now: number): Breach[];
}

const DAY_MS = 86_400_000;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** `zone` is the venue's, IANA. Weekdays are 1 (Monday) to 7, of the day on which a window begins. */
export function createLimits(limits: readonly Limit[], zone: string): Limits {
  const days = new Map<number, Temporal.PlainDate>();
  const windows = new Map<string, Stretch | null>();
  /** Asking the zone is dear, and a drag asks for every step: an hour lies in one day, but for a clock change at its half. */
  const dayAt = (at: number): Temporal.PlainDate => {
    const quarter = Math.floor(at / 900_000);
    let day = days.get(quarter);
    if (!day) days.set(quarter, (day = Temporal.Instant.fromEpochMilliseconds(quarter * 900_000).toZonedDateTimeISO(zone).toPlainDate()));
    return day;
  };
  const instant = (day: Temporal.PlainDate, wall: string): number => day.toZonedDateTime({ timeZone: zone, plainTime: wall }).epochMilliseconds;

  function windowOf(limit: Limit, rule: Extract<LimitRule, { kind: 'not_within' }>, day: Temporal.PlainDate): Stretch | null {
    const key = `${limit.id} ${day.toString()}`;
    const known = windows.get(key);
    if (known !== undefined) return known;
    const overnight = rule.to <= rule.from;
    const found = rule.weekdays.includes(day.dayOfWeek) ? { from: instant(day, rule.from), to: instant(overnight ? day.add({ days: 1 }) : day, rule.to) } : null;
    windows.set(key, found);
    return found;
  }

  function within(limit: Limit, rule: Extract<LimitRule, { kind: 'not_within' }>, { startsAt, endsAt }: Occupancy): Stretch[] {
    const found: Stretch[] = [];
    const last = dayAt(endsAt);
    for (let day = dayAt(startsAt).subtract({ days: 1 }); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
      const window = windowOf(limit, rule, day);
      if (window && window.from < endsAt && window.to > startsAt) found.push({ from: Math.max(window.from, startsAt), to: Math.min(window.to, endsAt) });
    }
    return found;
  }

  /** What the same resource does besides, ordered by start; leads and closures are no work. */
  function workBeside({ id, resourceId, startsAt, endsAt }: Occupancy, timetable: Timetable, now: number): Occupancy[] {
    const beside = new Map<string, Occupancy>();
    for (const leaf of timetable.resources.leaves(resourceId)) {
      for (const other of timetable.on(leaf)?.within(startsAt, endsAt, 2 * DAY_MS) ?? []) {
        if (other.id !== id && other.elsewhere !== true && ['hold', 'definite'].includes(statusAt(other, now))) beside.set(other.id, other);
      }
    }
    return [...beside.values()].sort((a, b) => a.startsAt - b.startsAt);
  }

  function tooMuchInADay(rule: Extract<LimitRule, { kind: 'at_most_a_day' }>, one: Occupancy, beside: readonly Occupancy[]): (Stretch & { byMs: number })[] {
    const found: (Stretch & { byMs: number })[] = [];
    const last = dayAt(one.endsAt - 1);
    for (let day = dayAt(one.startsAt); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
      const [from, to] = [instant(day, '00:00'), instant(day.add({ days: 1 }), '00:00')];
      const part = ({ startsAt, endsAt }: Occupancy) => Math.max(Math.min(endsAt, to) - Math.max(startsAt, from), 0);
      const byMs = [one, ...beside].reduce((sum, it) => sum + part(it), 0) - rule.ms;
      if (byMs > 0) found.push({ from: Math.max(one.startsAt, from), to: Math.min(one.endsAt, to), byMs });
    }
    return found;
  }

  function tooLittleRest(rule: Extract<LimitRule, { kind: 'rest' }>, one: Occupancy, beside: readonly Occupancy[]): (Stretch & { byMs: number })[] {
    const apart = (a: number, b: number) => Temporal.PlainDate.compare(dayAt(a), dayAt(b)) !== 0;
    return beside.flatMap((other) => {
      const [first, second] = other.startsAt < one.startsAt ? [other, one] : [one, other];
      const gap = second.startsAt - first.endsAt;
      return gap >= 0 && gap < rule.ms && apart(first.startsAt, second.startsAt) ? [{ from: first.endsAt, to: second.startsAt, byMs: rule.ms - gap }] : [];
    });
  }

  function stretches(limit: Limit, one: Occupancy, timetable: Timetable, now: number): (Stretch & { byMs: number })[] {
    const { rule } = limit;
    switch (rule.kind) {
      case 'not_within':
        return within(limit, rule, one).map((it) => ({ ...it, byMs: it.to - it.from }));
      case 'at_most': {
        const byMs = one.endsAt - one.startsAt - rule.ms;
        return byMs > 0 ? [{ from: one.startsAt + rule.ms, to: one.endsAt, byMs }] : [];
      }
      case 'at_most_a_day':
        return tooMuchInADay(rule, one, workBeside(one, timetable, now));
      case 'rest':
        return tooLittleRest(rule, one, workBeside(one, timetable, now));
    }
  }

  return {
    lookBeside: limits.some(({ rule }) => rule.kind === 'at_most_a_day' || rule.kind === 'rest'),
    breaches(one, timetable, now) {
      if (one.elsewhere === true || !['hold', 'definite'].includes(statusAt(one, now))) return [];
      const leaves = timetable.resources.leaves(one.resourceId);
      const concerns = ({ resourceIds, tags }: Limit) =>
        (tags === null || tags.some((tag) => one.tags.includes(tag))) && (resourceIds === null || resourceIds.some((id) => timetable.resources.leaves(id).some((leaf) => leaves.includes(leaf))));
      return limits.filter(concerns).flatMap((limit) =>
        stretches(limit, one, timetable, now).map(({ from, to, byMs }) => ({ limitId: limit.id, name: limit.name, occupancyId: one.id, startsAt: from, endsAt: to, byMs, overridableBy: limit.overridableBy })),
      );
    },
  };
}
