import ICAL from 'ical.js';
import { codedError, type CodedError } from '../contract/errors.ts';
import { err, ok, type Result } from '../contract/result.ts';
import { OUR_PROPERTY, ourIdOf } from './calendarOrigin.ts';
import { answersIn, changedIn } from './calendarPeople.ts';
import { countedUnread, LONGEST_UID, parseCalendar, problemOf, text, type Unread } from './calendarUnread.ts';
import { textMark } from './ids.ts';
import { boundsOf, TooMuch, type Bounds } from './seriesBounds.ts';
import { UnknownRule } from './seriesRules.ts';
import { alignSeries } from './seriesTimes.ts';
import type { FeedEntry } from './vendor.ts';
import { dayStart, knownZone, wallTimeToInstant } from './wallTime.ts';

/** An iCalendar file: its entries, with series written out. Foreign text: bounded in everything that it could ask for. */

/** The entries that touch this span are told. */
export interface Span {
  /** UTC milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface CalendarFileOptions {
  readonly span: Span;
  /** Of entries that do not repeat, where it is another one: they cost nothing to write out. */
  readonly singles?: Span;
  /** Zone of times that name none, IANA; null = UTC. */
  readonly zone: string | null;
  /** Hears of each that is there and whose times are none: it is told of as little as what is gone, and is not gone. */
  readonly timeless?: (one: Pick<FeedEntry, 'uid' | 'recurrenceId'>) => void;
  /** Hears of each entry, with its series, that cannot be read and is left out; without it the whole file is refused. */
  readonly unread?: Unread;
}

const REPEATS_TOO_MUCH = 'The calendar repeats more than can be written out.';
const RULE_UNKNOWN = 'The calendar repeats by a rule that is not written out.';
const MOST_ENTRIES = 5_000;
/** Steps through series, of a whole file: one that repeats every second must not keep us. */
const MOST_STEPS = 200_000;
/** In a file of many none may have more than a part of what all may have. */
const PARTS = { entries: MOST_ENTRIES / 2, steps: MOST_STEPS / 4 };
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const LONGEST = { title: 300, description: 4_000, place: 300 };

type Component = InstanceType<typeof ICAL.Component>;
type Time = InstanceType<typeof ICAL.Time>;
type Event = InstanceType<typeof ICAL.Event>;

const fault = (message: string): Result<never, CodedError> => err(codedError('normalise.shape_unknown', message));
const first = (component: Component, name: string): unknown => component.getFirstPropertyValue(name);

/** Errors: `normalise.shape_unknown`, when it is no calendar, not a whole one, or asks for too much. */
export function readCalendarFile(body: string, options: CalendarFileOptions): Result<readonly FeedEntry[], CodedError> {
  const trimmed = body.replace(/^\uFEFF/, '').trim();
  if (!/^BEGIN:VCALENDAR\b/i.test(trimmed)) return fault('What was answered is no calendar.');
  // Cut off in the middle it may still be read, and everything behind the cut would seem to be gone.
  if (!/END:VCALENDAR$/i.test(trimmed)) return fault('The calendar was not answered whole.');
  try {
    const unread = countedUnread(options.unread);
    const { parsed, broken } = parseCalendar(trimmed, unread);
    const roots = (typeof parsed[0] === 'string' ? [parsed] : parsed) as ConstructorParameters<typeof ICAL.Component>[0][];
    const reader = createReader({ ...options, ...(unread ? { unread } : {}) }, broken);
    for (const root of roots) {
      const problem = reader.take(new ICAL.Component(root));
      if (problem !== null) return fault(problem);
    }
    return ok(reader.entries());
  } catch (cause) {
    if (cause instanceof TooMuch) return fault(REPEATS_TOO_MUCH);
    if (cause instanceof UnknownRule) return fault(RULE_UNKNOWN);
    // The reason would quote somebody's calendar.
    return fault('The calendar cannot be read.');
  }
}

interface Known {
  readonly sequence: number;
  readonly stamp: string;
  readonly event: FeedEntry;
}

function createReader({ span, zone, singles = span, timeless, unread }: CalendarFileOptions, broken: ReadonlySet<string>) {
  const found = new Map<string, Known>();
  const most = unread ? PARTS : { entries: MOST_ENTRIES, steps: MOST_STEPS };
  let steps = 0;

  interface Series {
    master: Component | null;
    overrides: Component[];
  }
  type Told = (component: Component, item: Event, startDate: Time, endDate: Time, recurrenceId: string | null) => void;

  function take(calendar: Component): string | null {
    const bounds = boundsOf(calendar, new Date(span.to + YEAR_MS).getUTCFullYear());
    const name = text(first(calendar, 'x-wr-calname') ?? first(calendar, 'name'), LONGEST.title);
    const ownZone = knownZone(first(calendar, 'x-wr-timezone')) ?? zone;
    const series = new Map<string, Series>();
    for (const component of calendar.getAllSubcomponents('vevent')) {
      const uid = text(first(component, 'uid'), LONGEST_UID) ?? unnamed(component);
      // Of what was taken out apart the rest says something else.
      if (broken.has(uid) || !component.hasProperty('dtstart')) continue;
      const own = series.get(uid) ?? { master: null, overrides: [] };
      series.set(uid, own);
      if (component.hasProperty('recurrence-id')) own.overrides.push(component);
      else own.master = own.master === null ? component : newer(own.master, component);
    }
    for (const [uid, own] of series) {
      const into = new Map<string, Known>();
      const told: Told = (component, item, startDate, endDate, recurrenceId) => keep(into, uid, component, item, startDate, endDate, recurrenceId, name, ownZone);
      try {
        bounds.begin();
        tell(own, bounds, ownZone, told, into);
      } catch (cause) {
        if (!unread || !bounds.leaveOut() || steps > MOST_STEPS) throw cause;
        unread({ uid, problem: problemOf(cause) });
        continue;
      }
      for (const [key, known] of into) put(found, key, known);
      if (found.size > MOST_ENTRIES) return `The calendar has more than ${MOST_ENTRIES} entries.`;
    }
    return null;
  }

  function tell({ master, overrides }: Series, bounds: Bounds, ownZone: string | null, told: Told, into: ReadonlyMap<string, Known>): void {
    for (const component of [...(master === null ? [] : [master]), ...overrides]) bounds.event(component);
    if (master === null) {
      for (const component of overrides) {
        const item = new ICAL.Event(component);
        told(component, item, item.startDate, item.endDate, String(item.recurrenceId));
      }
      return;
    }
    alignSeries(master, overrides, ownZone);
    const item = new ICAL.Event(master, { exceptions: overrides });
    if (!item.isRecurring()) told(master, item, item.startDate, item.endDate, null);
    else tellOthers(master, overrides, expand(item, overrides.length > 0, told, into), told);
  }

  /**
   * What names a part that the rule does not make, or not within the span, stands where it says all the same: somebody is taken then. But for
   * what is left out or cancelled. `met`: parts that the rule has made.
   */
  function tellOthers(master: Component, overrides: readonly Component[], met: ReadonlySet<string>, told: Told): void {
    const left = new Set(master.getAllProperties('exdate').flatMap((one) => one.getValues().map(String)));
    for (const component of overrides) {
      const item = new ICAL.Event(component);
      const name = String(item.recurrenceId);
      if (met.has(name) || left.has(name) || statusOf(component) === 'cancelled') continue;
      told(component, item, item.startDate, item.endDate, name);
    }
  }

  /** The names of the parts, where some are moved. Throws {@link TooMuch}. */
  function expand(item: Event, moved: boolean, told: Told, into: ReadonlyMap<string, Known>): ReadonlySet<string> {
    const iterator = item.iterator();
    const met = new Set<string>();
    const begun = steps;
    // What was moved may lie anywhere; the others are over before this, whatever their zone.
    const over = moved ? Number.NEGATIVE_INFINITY : span.from - 2 * DAY_MS - item.duration.toSeconds() * 1000;
    for (let next = iterator.next(); next; next = iterator.next()) {
      steps += 1;
      if (steps > MOST_STEPS || steps - begun > most.steps || into.size > most.entries) throw new TooMuch();
      // A day's slack: what a wall time is worth depends on where it is meant.
      const near = Date.UTC(next.year, next.month - 1, next.day);
      if (near > span.to + DAY_MS) break;
      if (near < over) continue;
      if (moved) met.add(String(next));
      const details = item.getOccurrenceDetails(next);
      told(details.item.component, details.item, details.startDate, details.endDate, String(next));
    }
    return met;
  }

  function put(into: Map<string, Known>, key: string, known: Known): void {
    const before = into.get(key);
    if (!before || isNewer(known, before)) into.set(key, known);
  }

  function keep(
    into: Map<string, Known>,
    uid: string,
    component: Component,
    item: Event,
    start: Time,
    end: Time,
    recurrenceId: string | null,
    calendar: string | null,
    fallback: string | null,
  ): void {
    const zoneName = zoneNameOf(component, start, fallback);
    const startsAt = instantOf(start, zoneName);
    const endsAt = endOf(start, end, zoneName);
    if (startsAt === null || endsAt === null || endsAt < startsAt) return timeless?.({ uid, recurrenceId });
    const asked = recurrenceId === null ? singles : span;
    if (Date.parse(endsAt) < asked.from || Date.parse(startsAt) > asked.to) return;
    const ourId = ourIdOf(uid, first(component, OUR_PROPERTY));
    const event: FeedEntry = {
      uid,
      recurrenceId,
      title: text(item.summary, LONGEST.title),
      description: text(item.description, LONGEST.description),
      place: text(item.location, LONGEST.place),
      startsAt,
      endsAt,
      allDay: start.isDate,
      zone: zoneName,
      status: statusOf(component),
      busy: isBusy(component),
      calendar,
      ...(ourId === null ? {} : { ourId, ...saysOf(component) }),
      gone: false,
    };
    const key = JSON.stringify([uid, recurrenceId]);
    put(into, key, { sequence: sequenceOf(component), stamp: stampOf(component), event });
  }

  return { take, entries: () => [...found.values()].map((one) => one.event) };
}

/** Nobody asks who is invited to what others have entered. */
function saysOf(component: Component): Pick<FeedEntry, 'answers' | 'changedAt'> {
  const [answers, changedAt] = [answersIn(component), changedIn(component)];
  return { ...(answers.length === 0 ? {} : { answers }), ...(changedAt === null ? {} : { changedAt: new Date(changedAt).toISOString() }) };
}

export function statusOf(component: Component): FeedEntry['status'] {
  const status = String(first(component, 'status') ?? '').toLowerCase();
  return status === 'cancelled' ? 'cancelled' : status === 'tentative' ? 'tentative' : 'confirmed';
}
export const isBusy = (component: Component): boolean => String(first(component, 'transp') ?? '').toUpperCase() !== 'TRANSPARENT';

/** The zone that an entry's times are meant in, IANA; null = UTC, or none is known. */
export const zoneNameOf = (component: Component, start: Time, fallback: string | null): string | null =>
  knownZone(component.getFirstProperty('dtstart')?.getParameter('tzid')) ?? (isUtc(start) ? null : fallback);

export const sequenceOf = (component: Component): number => Number(first(component, 'sequence') ?? 0) || 0;
const stampOf = (component: Component): string => String(first(component, 'last-modified') ?? first(component, 'dtstamp') ?? '');
const isNewer = (a: Pick<Known, 'sequence' | 'stamp'>, b: Pick<Known, 'sequence' | 'stamp'>): boolean =>
  a.sequence > b.sequence || (a.sequence === b.sequence && a.stamp >= b.stamp);
/** The same entry twice in one file: the higher sequence counts, then the later change. */
const newer = (a: Component, b: Component): Component =>
  isNewer({ sequence: sequenceOf(b), stamp: stampOf(b) }, { sequence: sequenceOf(a), stamp: stampOf(a) }) ? b : a;

/** Every entry has a UID (RFC 5545, 3.8.4.7); one that has none takes its time all the same, and is known by what it says. */
const unnamed = (component: Component): string =>
  `unnamed-${textMark(JSON.stringify(['dtstart', 'dtend', 'duration', 'summary'].map((name) => String(first(component, name) ?? ''))))}`;

const isUtc = (time: Time): boolean => time.zone?.tzid === 'UTC';
const two = (value: number): string => String(value).padStart(2, '0');

/** In an hour that the clocks skip a start is shown later than it was meant, as late as the end or later: then the length counts. Null = there is no such time. */
export function endOf(start: Time, end: Time, zone: string | null): string | null {
  const [startsAt, endsAt] = [instantOf(start, zone), instantOf(end, zone)];
  if (startsAt === null || endsAt === null || endsAt > startsAt) return endsAt;
  const shown = ({ year, month, day, hour, minute, second }: Time): number => Date.UTC(year, month - 1, day, hour, minute, second);
  const length = shown(end) - shown(start);
  return length < 0 || start.zone?.tzid !== end.zone?.tzid ? endsAt : new Date(Date.parse(startsAt) + length).toISOString();
}

/** Zones that this machine knows by name are believed more than the file's own definition of them. */
export function instantOf(time: Time, zone: string | null): string | null {
  if (time.year < 1900 || time.year >= 2200) return null;
  const date = `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}`;
  if (time.isDate) return dayStart(date, zone ?? 'UTC');
  const local = `${date}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  if (isUtc(time)) return wallTimeToInstant(local, 'UTC');
  const named = knownZone(time.zone?.tzid);
  if (named !== null && named !== 'floating') return wallTimeToInstant(local, named);
  if (time.zone?.component) return new Date(time.toUnixTime() * 1000).toISOString();
  return wallTimeToInstant(local, zone ?? 'UTC');
}
