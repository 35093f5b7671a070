import ICAL from 'ical.js';
import { knownZone, wallTimeOf, wallTimeToInstant } from './wallTime.ts';

/**
 * A series as calendars write it, in the form that the library expands rightly: it compares clocks, and many calendars name the parts that are
 * left out or moved, and the end of the series, in UTC beside a start in a zone (RFC 5545 wants that of UNTIL), in another zone, or by their day
 * alone.
 */

type Component = InstanceType<typeof ICAL.Component>;
type Property = InstanceType<typeof ICAL.Property>;
type Time = InstanceType<typeof ICAL.Time>;

const isTime = (value: unknown): value is Time => value instanceof ICAL.Time;
const isUtc = (time: Time): boolean => !time.isDate && time.zone?.tzid === 'UTC';
const two = (value: number): string => String(value).padStart(2, '0');
const dayOf = ({ year, month, day }: Time): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
const clockOf = ({ hour, minute, second }: Time): string => `${two(hour)}:${two(minute)}:${two(second)}`;

/** The start of a series, and by whose clocks it repeats. */
interface Clocks {
  readonly start: Time;
  /** `UTC`, IANA, `null` = a zone that only the file defines, or none. */
  readonly zone: string | null;
  /** As the start names it; null = it names none. */
  readonly tzid: string | null;
  /** Zone of times that name none, IANA. */
  readonly fallback: string | null;
}

function timeLike({ start, zone }: Clocks, day: string, clock: string): Time {
  const time = ICAL.Time.fromDateTimeString(`${day}T${clock}${zone === 'UTC' ? 'Z' : ''}`);
  // Those in a zone that the file defines and those in none are never the same to the library.
  time.zone = start.zone;
  return time;
}

/** UTC milliseconds; null = by whatever clocks the series has. */
function instantIn(time: Time, tzid: unknown): number | null {
  const zone = isUtc(time) ? 'UTC' : typeof tzid === 'string' ? knownZone(tzid) : null;
  const at = zone === null ? null : wallTimeToInstant(`${dayOf(time)}T${clockOf(time)}`, zone);
  return at === null ? null : Date.parse(at);
}

/** The same moment as the series itself would name it. */
function alignedTime(value: Time, tzid: unknown, clocks: Clocks): Time {
  const { start, zone, fallback } = clocks;
  if (value.isDate && start.isDate) return value;
  // By its day alone: whichever begins on it.
  if (value.isDate) return timeLike(clocks, dayOf(value), clockOf(start));
  const at = instantIn(value, tzid);
  if (start.isDate) {
    // Midnight in UTC is how some programs write a day.
    const wall = at === null || clockOf(value) === '00:00:00' ? dayOf(value) : wallTimeOf(at, fallback ?? 'UTC').slice(0, 10);
    return ICAL.Time.fromDateString(wall);
  }
  if (at === null || (!isUtc(value) && typeof tzid === 'string' && tzid === clocks.tzid)) return value;
  if (zone !== null) {
    const [day = '', clock = ''] = wallTimeOf(at, zone).split('T');
    return timeLike(clocks, day, clock);
  }
  return start.zone?.component && isUtc(value) ? value.convertToZone(start.zone) : value;
}

function alignProperty(property: Property, clocks: Clocks): void {
  const tzid: unknown = property.getParameter('tzid');
  const values: unknown[] = property.getValues();
  const aligned = values.map((value) => (isTime(value) ? alignedTime(value, tzid, clocks) : value));
  if (aligned.every((value, at) => value === values[at])) return;
  property.resetType(clocks.start.isDate ? 'date' : 'date-time');
  if (clocks.tzid === null || clocks.start.isDate) property.removeParameter('tzid');
  else property.setParameter('tzid', clocks.tzid);
  if (property.isMultiValue) property.setValues(aligned as never);
  else property.setValue(aligned[0]);
}

/** Changes the components: by what they mean they stay what they were. `fallback`: zone of times that name none, IANA. */
export function alignSeries(master: Component, overrides: readonly Component[], fallback: string | null): void {
  const start: unknown = master.getFirstPropertyValue('dtstart');
  if (!isTime(start)) return;
  const named: unknown = master.getFirstProperty('dtstart')?.getParameter('tzid');
  const tzid = typeof named === 'string' ? named : null;
  // What the file defines, and this machine does not know by that name, is no zone of ours.
  const own = start.zone?.component && knownZone(tzid) === null ? null : (knownZone(tzid) ?? fallback);
  const zone = start.isDate ? null : isUtc(start) ? 'UTC' : own;
  const clocks: Clocks = { start, zone, tzid: tzid ?? (zone === 'UTC' ? null : zone), fallback };
  const rule: unknown = master.getFirstPropertyValue('rrule');
  for (const name of ['exdate', 'rdate']) for (const property of master.getAllProperties(name)) alignProperty(property, clocks);
  for (const override of overrides) for (const property of override.getAllProperties('recurrence-id')) alignProperty(property, clocks);
  if (rule instanceof ICAL.Recur && rule.until !== null && isUtc(rule.until) && !isUtc(start) && !start.isDate)
    rule.until = alignedTime(rule.until, null, clocks);
  // The start is the first of those that are added by hand; the library counts it only with a rule.
  if (!(rule instanceof ICAL.Recur)) {
    if (!master.hasProperty('rdate')) return;
    const first = new ICAL.Property('rdate');
    if (typeof tzid === 'string') first.setParameter('tzid', tzid);
    first.setValue(start.clone());
    master.addProperty(first);
  } else if (rule.freq === 'YEARLY' && start.month === 2 && start.day === 29 && Object.keys(rule.parts).length === 0) {
    // In other years there is no such day, and 1 March is none.
    rule.setComponent('bymonth', [2] as never);
    rule.setComponent('bymonthday', [29] as never);
  }
}
