import { zoneOffset } from '../../core/domain/day/localTime.ts';

/** Between instants and what a date-and-time field shows, which is the venue's clock: `2026-11-20T14:05`. */

export function wallText(at: string, zone: string): string {
  const ms = Date.parse(at);
  return new Date(ms + zoneOffset(zone, ms)).toISOString().slice(0, 16);
}

/** Null = not a time. The second look makes it right on both sides of a clock change. */
export function fromWall(text: string, zone: string): string | null {
  const wall = Date.parse(`${text}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) || Number.isNaN(wall)) return null;
  const guess = wall - zoneOffset(zone, wall);
  return new Date(wall - zoneOffset(zone, guess)).toISOString();
}
