import ICAL from 'ical.js';
import { knownZone, wallTimeOf } from './wallTime.ts';

/**
 * A series as calendars write it, in the form that the library expands rightly: it compares clocks, and many calendars name the parts that are
 * left out or moved, and the end of the series, in UTC beside a start in a zone (RFC 5545 wants that of UNTIL).
 */

type Component = InstanceType<typeof ICAL.Component>;
type Time = InstanceType<typeof ICAL.Time>;

const isTime = (value: unknown): value is Time => value instanceof ICAL.Time;
const isUtc = (time: Time): boolean => !time.isDate && time.zone?.tzid === 'UTC';

/** The same instant by the clocks of `zone`. */
function localOf(time: Time, zone: string): Time {
  const at = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  return ICAL.Time.fromDateTimeString(wallTimeOf(at, zone));
}

function alignNames(component: Component, name: string, zone: string, tzid: string): void {
  for (const property of component.getAllProperties(name)) {
    const values: unknown[] = property.getValues();
    if (!values.some((value) => isTime(value) && isUtc(value))) continue;
    property.setParameter('tzid', tzid);
    const aligned = values.map((value) => (isTime(value) && isUtc(value) ? localOf(value, zone) : value));
    if (property.isMultiValue) property.setValues(aligned as never);
    else property.setValue(aligned[0]);
  }
}

/** Changes the components: by what they mean they stay what they were. `fallback`: zone of times that name none, IANA. */
export function alignSeries(master: Component, overrides: readonly Component[], fallback: string | null): void {
  const start: unknown = master.getFirstPropertyValue('dtstart');
  if (!isTime(start)) return;
  const tzid: unknown = master.getFirstProperty('dtstart')?.getParameter('tzid');
  const zone = isUtc(start) || start.isDate ? null : (knownZone(tzid) ?? fallback);
  const rule: unknown = master.getFirstPropertyValue('rrule');
  if (zone !== null) {
    const name = typeof tzid === 'string' ? tzid : zone;
    for (const each of ['exdate', 'rdate']) alignNames(master, each, zone, name);
    for (const override of overrides) alignNames(override, 'recurrence-id', zone, name);
    if (rule instanceof ICAL.Recur && rule.until !== null && isUtc(rule.until)) rule.until = localOf(rule.until, zone);
  }
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
