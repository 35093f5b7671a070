import { localDate, zoneOffset } from '../domain/day/localTime.ts';
import { lookUp } from './fields.ts';

/** Wall times of foreign calendars: what a clock shows in a named zone, as the instant that was meant. */

const DAY_MS = 86_400_000;

/** Names that Microsoft's systems use, of the zones in which weddings are kept with us; the usual city for each. */
const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  'gmt standard time': 'Europe/London',
  'greenwich standard time': 'Atlantic/Reykjavik',
  'w. europe standard time': 'Europe/Berlin',
  'central europe standard time': 'Europe/Budapest',
  'central european standard time': 'Europe/Warsaw',
  'romance standard time': 'Europe/Paris',
  'fle standard time': 'Europe/Kyiv',
  'gtb standard time': 'Europe/Bucharest',
  'e. europe standard time': 'Europe/Chisinau',
  'russian standard time': 'Europe/Moscow',
  'turkey standard time': 'Europe/Istanbul',
  'israel standard time': 'Asia/Jerusalem',
  'south africa standard time': 'Africa/Johannesburg',
  'arabian standard time': 'Asia/Dubai',
  'india standard time': 'Asia/Kolkata',
  'singapore standard time': 'Asia/Singapore',
  'se asia standard time': 'Asia/Bangkok',
  'china standard time': 'Asia/Shanghai',
  'tokyo standard time': 'Asia/Tokyo',
  'w. australia standard time': 'Australia/Perth',
  'cen. australia standard time': 'Australia/Adelaide',
  'aus central standard time': 'Australia/Darwin',
  'e. australia standard time': 'Australia/Brisbane',
  'aus eastern standard time': 'Australia/Sydney',
  'lord howe standard time': 'Australia/Lord_Howe',
  'tasmania standard time': 'Australia/Hobart',
  'new zealand standard time': 'Pacific/Auckland',
  'hawaiian standard time': 'Pacific/Honolulu',
  'alaskan standard time': 'America/Anchorage',
  'pacific standard time': 'America/Los_Angeles',
  'us mountain standard time': 'America/Phoenix',
  'mountain standard time': 'America/Denver',
  'central standard time': 'America/Chicago',
  'central standard time (mexico)': 'America/Mexico_City',
  'canada central standard time': 'America/Regina',
  'eastern standard time': 'America/New_York',
  'us eastern standard time': 'America/Indiana/Indianapolis',
  'atlantic standard time': 'America/Halifax',
  'newfoundland standard time': 'America/St_Johns',
  'sa pacific standard time': 'America/Bogota',
  'e. south america standard time': 'America/Sao_Paulo',
  'argentina standard time': 'America/Argentina/Buenos_Aires',
  'tzone://microsoft/utc': 'UTC',
};

/** The IANA name for an IANA or a Windows one; null = this machine knows no such zone. */
export function knownZone(name: unknown): string | null {
  if (typeof name !== 'string' || name.length > 64 || !/^[A-Za-z]/.test(name)) return null;
  const zone = lookUp(WINDOWS_ZONES, name.toLowerCase()) ?? name;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return zone;
  } catch {
    // Intl says "no such zone" by throwing.
    return null;
  }
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
