import { localDate, zoneOffset } from '../domain/day/localTime.ts';
import { WINDOWS_ZONES } from './windowsZones.ts';

/** Wall times of foreign calendars: what a clock shows in a named zone, as the instant that was meant. */

const DAY_MS = 86_400_000;

/** Which zones Microsoft's systems mean by their own names; the first of a list is the usual city. */
const BY_WINDOWS_NAME: ReadonlyMap<string, string> = new Map([
  ...Object.entries(WINDOWS_ZONES).map(([name, zones]) => [name.toLowerCase(), zones.split(' ')[0] ?? zones] as const),
  ['tzone://microsoft/utc', 'UTC'],
]);

/** The IANA name for an IANA or a Windows one; null = this machine knows no such zone. */
export function knownZone(name: unknown): string | null {
  if (typeof name !== 'string' || name.length > 64 || !/^[A-Za-z]/.test(name)) return null;
  const zone = BY_WINDOWS_NAME.get(name.toLowerCase()) ?? name;
  return isThere(zone) ? zone : null;
}

/** Names come from outside: no more of them are remembered than there are zones. */
const MOST_REMEMBERED = 600;
const remembered = new Map<string, boolean>();

/** Every entry of a calendar asks, mostly after the same few, and a formatter is dear to make. */
function isThere(zone: string): boolean {
  const known = remembered.get(zone);
  if (known !== undefined) return known;
  const found = canFormat(zone);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(zone, found);
  return found;
}

function canFormat(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    // Intl says "no such zone" by throwing.
    return false;
  }
}

/** One spelling for a zone and its older names (`Asia/Calcutta`), the one that this machine prefers. */
const canonical = (zone: string): string => new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone;

/** The first of several names is as good as the others. */
const WINDOWS_BY_ZONE: ReadonlyMap<string, string> = new Map(
  Object.entries(WINDOWS_ZONES).flatMap(([name, zones]) => zones.split(' ').map((zone) => [zone, name] as const)).reverse(),
);
let byCanonical: ReadonlyMap<string, string> | null = null;

/** What Windows calls an IANA zone; null = it has no name for it, or there is no such zone. */
export function windowsZone(zone: string): string | null {
  const name = WINDOWS_BY_ZONE.get(zone);
  if (name !== undefined) return name;
  if (knownZone(zone) !== zone) return null;
  const wanted = canonical(zone);
  if (wanted === canonical('UTC')) return 'UTC';
  // Hundreds of zones are asked after once, and only for the sake of an older name.
  byCanonical ??= new Map([...WINDOWS_BY_ZONE].flatMap(([one, windows]) => (knownZone(one) === one ? [[canonical(one), windows] as const] : [])));
  return byCanonical.get(wanted) ?? null;
}

/** What clocks in an IANA zone show at a UTC instant (milliseconds): `2026-03-29T01:30:00`. */
export function wallTimeOf(at: number, zone: string): string {
  return new Date(at + zoneOffset(zone, at)).toISOString().slice(0, 19);
}

/**
 * `2026-03-29T01:30`, with or without seconds, in an IANA zone -> UTC instant; null for no date, no time or no zone. A time
 * that the clocks skip becomes the later one, as it would be shown; one that comes twice is the first.
 */
export function wallTimeToInstant(local: unknown, zone: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(typeof local === 'string' ? local : '');
  if (!match || knownZone(zone) !== zone) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year!, month! - 1, day, hour, minute, second) + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const shown = new Date(wall);
  if (shown.getUTCMonth() !== month! - 1 || shown.getUTCDate() !== day || hour! > 23 || minute! > 59 || second! > 59) return null;
  if (year! < 1900 || year! >= 2200) return null;
  const before = zoneOffset(zone, wall - DAY_MS);
  const offsets = [before, zoneOffset(zone, wall + DAY_MS)];
  const genuine = offsets.map((offset) => wall - offset).filter((at, i) => zoneOffset(zone, at) === offsets[i]);
  const at = genuine.length > 0 ? Math.min(...genuine) : wall - before;
  return new Date(at).toISOString();
}

/** The midnight with which a day begins in `zone`, as UTC instant. */
export function dayStart(date: string, zone: string): string | null {
  return wallTimeToInstant(`${date}T00:00`, zone);
}

/** The calendar day in `zone` at a UTC instant; in UTC where the zone is unknown. */
export function dayOf(instant: string, zone: string | null | undefined): string {
  return localDate(knownZone(zone) ?? 'UTC', Date.parse(instant));
}
