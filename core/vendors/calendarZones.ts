import { zoneOffset } from '../domain/day/localTime.ts';
import { wallTimeOf, wallTimeToInstant } from './wallTime.ts';

/** What a calendar file says of a zone (RFC 5545 section 3.6.5), for the years that its entries need: each change of the clocks by itself. */

const DAY_MS = 86_400_000;
/** No zone changes its clocks twice within this. */
const STEP_MS = 7 * DAY_MS;
const YEAR_MS = 366 * DAY_MS;

/** The first instant at which `zone` shows another offset, known to lie between. */
function changeBetween(zone: string, from: number, to: number): number {
  const before = zoneOffset(zone, from);
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (zoneOffset(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** `+0100`, `-0330`; seconds only where there are some. */
function offsetText(ms: number): string {
  const [sign, total] = [ms < 0 ? '-' : '+', Math.abs(ms) / 1000];
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const seconds = total % 60;
  return `${sign}${two(total / 3600)}${two((total % 3600) / 60)}${seconds === 0 ? '' : two(seconds)}`;
}

const compact = (wall: string): string => wall.replace(/[-:]/g, '');

/** Lines of a VTIMEZONE that holds for every instant from `from` to `to`, UTC milliseconds. `zone` is IANA. */
export function zoneLines(zone: string, from: number, to: number): readonly string[] {
  const start = Math.floor((from - YEAR_MS) / 1000) * 1000;
  const first = zoneOffset(zone, start);
  const changes: { readonly at: number; readonly before: number; readonly after: number }[] = [];
  for (let at = start; at < to + DAY_MS; at += STEP_MS) {
    const [before, after] = [zoneOffset(zone, at), zoneOffset(zone, at + STEP_MS)];
    if (before !== after) changes.push({ at: changeBetween(zone, at, at + STEP_MS), before, after });
  }
  const standard = Math.min(first, ...changes.map(({ after }) => after));
  const observance = (wall: string, before: number, after: number): readonly string[] => {
    const kind = after > standard ? 'DAYLIGHT' : 'STANDARD';
    return [`BEGIN:${kind}`, `DTSTART:${wall}`, `TZOFFSETFROM:${offsetText(before)}`, `TZOFFSETTO:${offsetText(after)}`, `END:${kind}`];
  };
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    ...observance('19700101T000000', first, first),
    // The clocks still show the old offset when they change.
    ...changes.flatMap(({ at, before, after }) => observance(compact(new Date(at + before).toISOString().slice(0, 19)), before, after)),
    'END:VTIMEZONE',
  ];
}

/** `DTSTART;TZID=Europe/London:20270620T150000`; in UTC where the clocks show that time twice and the second one is meant. */
export function timeLine(name: string, at: number, zone: string): string {
  const wall = wallTimeOf(at, zone);
  if (zone !== 'UTC' && Date.parse(wallTimeToInstant(wall, zone) ?? '') === at) return `${name};TZID=${zone}:${compact(wall)}`;
  return `${name}:${compact(wallTimeOf(at, 'UTC'))}Z`;
}

/** UTC milliseconds as `20270620T140000Z`. */
export const stampOf = (at: number): string => `${compact(new Date(at).toISOString().slice(0, 19))}Z`;
