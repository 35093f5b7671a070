import ICAL from 'ical.js';
import { endOf, instantOf, isBusy, sequenceOf, statusOf, zoneNameOf } from './calendarFile.ts';
import { OUR_PROPERTY, ourIdOf } from './calendarOrigin.ts';
import { answersIn, changedIn, remindersIn } from './calendarPeople.ts';
import type { Component } from './calendarText.ts';
import type { FoundEvent } from './calendars.ts';
import { longText, shortText } from './fields.ts';
import { boundSeries, LAST_YEAR, withinBounds } from './seriesBounds.ts';
import { alignSeries } from './seriesTimes.ts';

/** One resource of a CalDAV calendar: an entry, or a series with what was changed in it. A part is one of these that has times of its own. */

type Time = InstanceType<typeof ICAL.Time>;
type Event = InstanceType<typeof ICAL.Event>;

/** Steps through a series until the part that is meant. */
const MOST_STEPS = 20_000;

/** The calendar of a resource; null = it is none. */
export function parseResource(text: string): Component | null {
  try {
    const root = ICAL.Component.fromString(text.replace(/^\uFEFF/, '').trim());
    if (root.name !== 'vcalendar') return null;
    boundSeries(root, LAST_YEAR);
    return root;
  } catch {
    // The reason would quote somebody's calendar.
    return null;
  }
}

export interface Parts {
  readonly master: Component | null;
  readonly overrides: readonly Component[];
}

export function partsOf(calendar: Component): Parts {
  const events = calendar.getAllSubcomponents('vevent');
  return {
    master: events.find((one) => !one.hasProperty('recurrence-id')) ?? null,
    overrides: events.filter((one) => one.hasProperty('recurrence-id')),
  };
}

export const repeats = (master: Component): boolean => master.hasProperty('rrule') || master.hasProperty('rdate');

const overrideAt = ({ overrides }: Parts, recurrenceId: string): Component | null =>
  overrides.find((one) => String(one.getFirstPropertyValue('recurrence-id')) === recurrenceId) ?? null;

interface Found {
  readonly component: Component;
  readonly item: Event;
  readonly start: Time;
  readonly end: Time;
}

/** The part of that name; '' = the entry itself. Null = there is none such, or none that can be counted out. `zone` for times that name none. */
export const partAt = (parts: Parts, recurrenceId: string, zone: string | null): Found | null => withinBounds(() => partIn(parts, recurrenceId, zone));

function partIn(parts: Parts, recurrenceId: string, zone: string | null): Found | null {
  const { master, overrides } = parts;
  if (master !== null) alignSeries(master, overrides, zone);
  const override = recurrenceId === '' ? null : overrideAt(parts, recurrenceId);
  if (override !== null) {
    const item = new ICAL.Event(override);
    return { component: override, item, start: item.startDate, end: item.endDate };
  }
  if (master === null) return null;
  const item = new ICAL.Event(master, { exceptions: [...overrides] });
  if (recurrenceId === '') return repeats(master) ? null : { component: master, item, start: item.startDate, end: item.endDate };
  const iterator = item.iterator();
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const next = iterator.next();
    if (!next || String(next) > recurrenceId) return null;
    if (String(next) !== recurrenceId) continue;
    const details = item.getOccurrenceDetails(next);
    return { component: master, item: details.item, start: details.startDate, end: details.endDate };
  }
  return null;
}

/** As the series names its parts: in the form and the zone of its own start. */
function nameOfPart(master: Component, property: string, recurrenceId: string): InstanceType<typeof ICAL.Property> {
  const name = new ICAL.Property(property);
  const zone: unknown = master.getFirstProperty('dtstart')?.getParameter('tzid');
  if (typeof zone === 'string') name.setParameter('tzid', zone);
  name.setValue(ICAL.Time.fromString(recurrenceId, name));
  return name;
}

/** The part as an entry of its own within the series, made where there is none yet. Null = there is no such part. */
export function ownPart(calendar: Component, recurrenceId: string, zone: string | null): Component | null {
  const parts = partsOf(calendar);
  const found = partAt(parts, recurrenceId, zone);
  if (found === null || found.component !== parts.master || recurrenceId === '') return found?.component ?? null;
  const own = new ICAL.Component(JSON.parse(JSON.stringify(found.component.toJSON())) as ConstructorParameters<typeof ICAL.Component>[0]);
  for (const name of ['rrule', 'rdate', 'exdate', 'exrule']) own.removeAllProperties(name);
  own.addProperty(nameOfPart(found.component, 'recurrence-id', recurrenceId));
  calendar.addSubcomponent(own);
  return own;
}

/** False = there is no such part. */
export function leaveOut(calendar: Component, recurrenceId: string, zone: string | null): boolean {
  const parts = partsOf(calendar);
  if (partAt(parts, recurrenceId, zone) === null) return false;
  const override = overrideAt(parts, recurrenceId);
  if (override !== null) calendar.removeSubcomponent(override);
  parts.master?.addProperty(nameOfPart(parts.master, 'exdate', recurrenceId));
  return parts.master !== null || parts.overrides.length > 1;
}

const two = (value: number): string => String(value).padStart(2, '0');
const dayText = ({ year, month, day }: Time): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

/** Null = its times do not exist. `zone` for times that name none. */
export function foundOf(found: Found, remoteId: string, etag: string, zone: string | null): FoundEvent | null {
  const { component, item, start, end } = found;
  const own = zoneNameOf(component, start, zone);
  const [startsAt, endsAt] = withinBounds(() => [instantOf(start, own), endOf(start, end, own)]) ?? [null, null];
  if (startsAt === null || endsAt === null || endsAt < startsAt) return null;
  return {
    remoteId, etag: etag === '' ? null : etag, sequence: sequenceOf(component),
    ourId: ourIdOf(component.getFirstPropertyValue('uid'), component.getFirstPropertyValue(OUR_PROPERTY)),
    title: shortText(item.summary), description: longText(item.description, 8_000), place: shortText(item.location),
    when: start.isDate
      ? { kind: 'days', from: dayText(start), until: dayText(end), zone: own }
      : { kind: 'times', startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt), zone: own },
    status: statusOf(component), busy: isBusy(component),
    answers: answersIn(component), reminders: remindersIn(component), changedAt: changedIn(component),
  };
}
