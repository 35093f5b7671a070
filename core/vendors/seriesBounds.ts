import ICAL from 'ical.js';
import { checkRule, checkRules } from './seriesRules.ts';

/**
 * What one calendar may cost. The library goes through a series until it meets the next part, and through a zone until it has all changes of the
 * clocks: a rule that nothing can fulfil (30 February), or a step of a million days, would keep it for ever.
 */

type Component = InstanceType<typeof ICAL.Component>;
type Time = InstanceType<typeof ICAL.Time>;
type RecurIterator = InstanceType<typeof ICAL.RecurIterator>;

/** Of a whole file, in steps of a clock. */
const MOST_WORK = 1_000_000;
/** Of one series in a file of many. Each that needs more halves what the next may, so that many of them leave enough for the others. */
const MOST_OF_ONE = 400_000;
const LEAST_OF_ONE = 20_000;
/** Days that are added or left out by hand, of one series. */
const MOST_BY_HAND = 20_000;
/** Longer is no entry; the library walks through it month by month. */
const LONGEST_YEARS = 10;
const LONGEST_SECONDS = LONGEST_YEARS * 366 * 86_400;
/** Nobody repeats less often, in days. */
const LONGEST_STEP_DAYS = 20_000;
/** Of one zone; those that are written out change by change have some hundred. */
const MOST_CHANGES = 1_000;

/** Behind it no entry has times. */
export const LAST_YEAR = 2200;

export class TooMuch extends Error {
  constructor() {
    super('the calendar repeats more than can be written out');
  }
}

const DAYS: Readonly<Record<string, number>> = { SECONDLY: 1 / 86_400, MINUTELY: 1 / 1440, HOURLY: 1 / 24, DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 };

/** What each step of an iterator costs, by the name of the method that makes it. */
const COSTS: Readonly<Record<string, (step: unknown) => number>> = {
  check_contracting_rules: () => 2,
  increment_monthday: (days) => 1 + Number(days) / 50,
  increment_month: () => 4,
  increment_year: () => 1,
  expand_year_days: () => 20,
};

type Method = (this: RecurIterator, ...args: unknown[]) => unknown;

/** What may still be spent, by all and by the series at hand. */
interface Purse {
  all: number;
  one: number;
}

/** Iterators that pay for each step, and end behind `lastYear`, where nobody asks any more. Throws {@link TooMuch}. */
function countedIterators(purse: Purse, lastYear: number): new (options: { rule: unknown; dtstart: Time }) => RecurIterator {
  class Counted extends ICAL.RecurIterator {}
  for (const [name, costOf] of Object.entries(COSTS)) {
    const inner = Reflect.get(ICAL.RecurIterator.prototype, name) as Method;
    const counted: Method = function (...args) {
      const cost = costOf(args[0]);
      purse.all -= cost;
      purse.one -= cost;
      if (purse.all < 0 || purse.one < 0) throw new TooMuch();
      const said = inner.apply(this, args);
      return name === 'check_contracting_rules' ? said === true || this.last.year > lastYear : said;
    };
    Reflect.set(Counted.prototype, name, counted);
  }
  return Counted as unknown as new (options: { rule: unknown; dtstart: Time }) => RecurIterator;
}

const yearOf = (component: Component, name: string): number | null => {
  const time: unknown = component.getFirstPropertyValue(name);
  return time instanceof ICAL.Time ? time.year : null;
};
const valuesOf = (component: Component, name: string): number =>
  component.getAllProperties(name).reduce((sum, one) => sum + one.getValues().length, 0);

/** Each part of a series gets the length of the whole: longer than is possible counts as none said, and takes no time. */
function boundLength(event: Component): void {
  const length: unknown = event.getFirstPropertyValue('duration');
  if (length instanceof ICAL.Duration && Math.abs(length.toSeconds()) > LONGEST_SECONDS) event.removeAllProperties('duration');
  const isPart = event.hasProperty('rrule') || event.hasProperty('rdate') || event.hasProperty('recurrence-id');
  const [from, until, named] = [yearOf(event, 'dtstart'), yearOf(event, 'dtend'), yearOf(event, 'recurrence-id')];
  if (!isPart || from === null) return;
  if (until !== null && Math.abs(until - from) > LONGEST_YEARS) event.removeAllProperties('dtend');
  // All that follow it would be moved as far.
  if (named !== null && Math.abs(named - from) > LONGEST_YEARS) throw new TooMuch();
}

export interface Bounds {
  /** Those of the same series share what one may cost. */
  begin(): void;
  /** Its rules step within bounds from now on; what it says stays. Throws {@link TooMuch} and `UnknownRule`. */
  event(event: Component): void;
  /** What was begun last costs too much, and is left out. False = so does the whole calendar. */
  leaveOut(): boolean;
}

const TIMED = ['dtstart', 'dtend', 'recurrence-id', 'rdate', 'exdate'] as const;
const zonesOf = (event: Component): readonly unknown[] => TIMED.flatMap((name) => event.getAllProperties(name).map((one) => one.getParameter('tzid')));

/** Bounds for one series of the calendar after the other. */
export function boundsOf(calendar: Component, lastYear: number): Bounds {
  let most = MOST_OF_ONE;
  const purse: Purse = { all: MOST_WORK, one: MOST_WORK };
  const Counted = countedIterators(purse, lastYear);
  const bound = (component: Component): void => {
    for (const property of component.getAllProperties('rrule')) {
      const rule: unknown = property.getFirstValue();
      if (!(rule instanceof ICAL.Recur)) continue;
      checkRule(rule);
      if (rule.interval * (DAYS[rule.freq] ?? 1) > LONGEST_STEP_DAYS) throw new TooMuch();
      rule.iterator = (dtstart: Time) => new Counted({ rule, dtstart });
    }
    if (valuesOf(component, 'rdate') > MOST_BY_HAND || valuesOf(component, 'exdate') > MOST_BY_HAND) throw new TooMuch();
  };
  /** Zones of which only the entries that name them are left out, and why. */
  const endless = new Map<unknown, Error>();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) {
    const parts = zone.getAllSubcomponents();
    try {
      if (parts.reduce((sum, part) => sum + 1 + valuesOf(part, 'rdate'), 0) > MOST_CHANGES) throw new TooMuch();
      for (const part of parts) bound(part);
    } catch (cause) {
      endless.set(zone.getFirstPropertyValue('tzid'), cause instanceof Error ? cause : new TooMuch());
    }
  }
  return {
    begin() {
      purse.one = most;
    },
    event(event) {
      for (const zone of zonesOf(event)) {
        const why = endless.get(zone);
        if (why) throw why;
      }
      boundLength(event);
      checkRules(event);
      bound(event);
    },
    leaveOut() {
      most = Math.max(LEAST_OF_ONE, most / 2);
      return purse.all >= 0;
    },
  };
}

/** Every entry of the calendar at once, within what the whole may cost. Throws as {@link Bounds} do. */
export function boundSeries(calendar: Component, lastYear: number): void {
  const bounds = boundsOf(calendar, lastYear);
  for (const event of calendar.getAllSubcomponents('vevent')) bounds.event(event);
}

/** Null = it costs more than one calendar may. */
export function withinBounds<T>(work: () => T): T | null {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof TooMuch) return null;
    throw cause;
  }
}
