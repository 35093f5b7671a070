import { Temporal } from 'temporal-polyfill';
import { CALENDAR_ZOOMS, type CalendarScale } from '../../core/contract/calendarPlace.ts';

/**
 * The timeline's two axes. Time runs evenly in real milliseconds, so that a day with a clock change is drawn an hour
 * shorter or longer than the others, and what lasts as long is as long.
 */

const HOUR_MS = 3_600_000;
export const DAY_HOURS: Readonly<Record<CalendarScale, number>> = { day: 24, week: 7 * 24, month: 31 * 24 };
export const ZOOMS: readonly number[] = [1, ...CALENDAR_ZOOMS.map((percent) => Number(percent) / 100)];

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly pxPerMs: number;
}

export const xOf = ({ from, pxPerMs }: Axis, at: number): number => (at - from) * pxPerMs;
export const timeAt = ({ from, pxPerMs }: Axis, x: number): number => from + x / pxPerMs;
export const pxPerMs = (width: number, scale: CalendarScale, zoom: number): number => (Math.max(width, 320) * zoom) / (DAY_HOURS[scale] * HOUR_MS);

const dayAt = (at: number, zone: string): Temporal.PlainDate => Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone).toPlainDate();
const startOf = (day: Temporal.PlainDate, zone: string): number => day.toZonedDateTime({ timeZone: zone }).epochMilliseconds;

/** From where to where the timeline goes: whole months around everything that it shows, so that one more row seldom moves it. */
export function spanOf(times: Iterable<{ readonly startsAt: number; readonly endsAt: number }>, now: number, zone: string): { readonly from: number; readonly to: number } {
  const today = dayAt(now, zone);
  const [least, most] = [startOf(today.subtract({ years: 1 }), zone), startOf(today.add({ years: 3 }), zone)];
  let [first, last] = [now, now];
  for (const { startsAt, endsAt } of times) {
    first = Math.min(first, startsAt);
    last = Math.max(last, endsAt);
  }
  const from = dayAt(Math.max(first, least), zone).with({ day: 1 }).subtract({ months: 1 });
  const to = dayAt(Math.min(last, most), zone).with({ day: 1 }).add({ months: 3 });
  return { from: startOf(from, zone), to: startOf(to, zone) };
}

/** `20261120` of a day and back; null = no such day. */
export const dayName = (at: number, zone: string): string => dayAt(at, zone).toString().replaceAll('-', '');
export function dayNamed(name: string, zone: string): number | null {
  try {
    return startOf(Temporal.PlainDate.from(`${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6)}`), zone);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The beginning of the day, the week (Monday) or the month that holds it. */
export function unitStart(at: number, scale: CalendarScale, zone: string): number {
  const day = dayAt(at, zone);
  return startOf(scale === 'day' ? day : scale === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day.with({ day: 1 }), zone);
}

export function unitStep(at: number, scale: CalendarScale, zone: string, by: 1 | -1): number {
  const day = dayAt(unitStart(at, scale, zone), zone);
  return startOf(day.add(scale === 'day' ? { days: by } : scale === 'week' ? { weeks: by } : { months: by }), zone);
}

/** The same time of the day some days later, where the venue is. */
export const daysLater = (at: number, days: number, zone: string): number => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).add({ days }).epochMilliseconds;

export interface AxisDay {
  readonly from: number;
  readonly to: number;
  readonly isWeekend: boolean;
}

/** The days that show anything between two instants. */
export function daysWithin(from: number, to: number, zone: string): AxisDay[] {
  const found: AxisDay[] = [];
  for (let day = dayAt(from, zone), start = startOf(day, zone); start < to; ) {
    const next = day.add({ days: 1 });
    const end = startOf(next, zone);
    found.push({ from: start, to: end, isWeekend: day.dayOfWeek > 5 });
    [day, start] = [next, end];
  }
  return found;
}

const HOURS_APART = [1, 2, 3, 6, 12] as const;
const TICK_PX = 52;

/** Hours of a day that are named, so far apart that their names do not touch; empty = there is room for none. */
export function ticksOf({ from, to }: AxisDay, scale: number, zone: string): number[] {
  const apart = HOURS_APART.find((hours) => hours * HOUR_MS * scale >= TICK_PX);
  if (apart === undefined) return [];
  const found: number[] = [];
  // By the clock on the wall: after its change the even hours are still the even ones.
  for (let at = from + HOUR_MS; at < to; at += HOUR_MS) if (Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour % apart === 0) found.push(at);
  return found;
}

/** To the nearest step, counted from a full hour. */
export const snapped = (at: number, stepMs: number): number => Math.round(at / stepMs) * stepMs;
