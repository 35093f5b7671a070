import type { RunSheetItem } from '../../core/contract/record/day.ts';
import { localDate, zoneOffset } from '../../core/domain/day/localTime.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** `2026-11-20` moved by whole days. */
export const shiftDate = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** The UTC instant at which the zone's clocks show that time of that day. */
export function wallInstant(zone: string, date: string, minutes: number): string {
  const wall = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS;
  const guess = wall - zoneOffset(zone, wall);
  return new Date(wall - zoneOffset(zone, guess)).toISOString();
}

/** The same wall time so many days later, also across a change of the clocks. */
export function shiftInstant(zone: string, at: string, days: number): string {
  const ms = Date.parse(at);
  const date = localDate(zone, ms);
  const wall = ms + zoneOffset(zone, ms);
  return wallInstant(zone, shiftDate(date, days), Math.round((wall - Date.parse(`${date}T00:00:00Z`)) / MINUTE_MS));
}

/** Where an item of the run sheet would stand at that moment of a day that goes to plan. */
export function statusAt(now: number, startsAt: string, endsAt: string | null): RunSheetItem['status'] {
  if (now < Date.parse(startsAt)) return 'planned';
  return endsAt !== null && now >= Date.parse(endsAt) ? 'done' : 'running';
}

/** A day that is shown live must not be over: late in the evening it goes on for two more hours. */
export function liveEnd(now: number, plannedEnd: string): string {
  return Date.parse(plannedEnd) > now + 30 * MINUTE_MS ? plannedEnd : new Date(Math.ceil((now + 120 * MINUTE_MS) / MINUTE_MS) * MINUTE_MS).toISOString();
}
