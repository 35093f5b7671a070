/** Calendar arithmetic in a named zone, with nothing but Intl. */

const DAY_MS = 86_400_000;

const partsFormats = new Map<string, Intl.DateTimeFormat>();
const partsFormat = (zone: string): Intl.DateTimeFormat => {
  let format = partsFormats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    partsFormats.set(zone, format);
  }
  return format;
};

const nameFormats = new Map<string, Intl.DateTimeFormat>();
const nameFormat = (locale: string, zone: string): Intl.DateTimeFormat => {
  const key = `${locale} ${zone}`;
  let format = nameFormats.get(key);
  if (!format) nameFormats.set(key, (format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' })));
  return format;
};

const wallParts = (zone: string, at: number) => {
  const found: Record<string, string> = {};
  for (const part of partsFormat(zone).formatToParts(at)) found[part.type] = part.value;
  return { year: found['year'] ?? '1970', month: found['month'] ?? '01', day: found['day'] ?? '01', hour: Number(found['hour']), minute: Number(found['minute']), second: Number(found['second']) };
};

/** The calendar day in `zone` at that instant: `2026-11-20`. */
export function localDate(zone: string, at: number): string {
  const { year, month, day } = wallParts(zone, at);
  return `${year}-${month}-${day}`;
}

/** What the zone's clocks show minus UTC, in milliseconds. */
export function zoneOffset(zone: string, at: number): number {
  const { year, month, day, hour, minute, second } = wallParts(zone, at);
  const whole = Math.floor(at / 1000) * 1000;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hour, minute, second) - whole;
}

/**
 * First and last+1 instant of the calendar day of `at` in `zone`. A day with a clock change is 23 or 25 hours long, so
 * the bounds are found with the offset that holds at each of them.
 */
export function dayBounds(zone: string, at: number): { readonly from: number; readonly to: number } {
  const [year, month, day] = localDate(zone, at).split('-').map(Number);
  const midnight = (shift: number): number => {
    const wall = Date.UTC(year ?? 1970, (month ?? 1) - 1, (day ?? 1) + shift);
    const guess = wall - zoneOffset(zone, wall);
    return wall - zoneOffset(zone, guess);
  };
  return { from: midnight(0), to: midnight(1) };
}

/** The same wall time one calendar day earlier. */
export function yesterdaySameTime(zone: string, at: number): number {
  const guess = at - DAY_MS;
  return guess + zoneOffset(zone, at) - zoneOffset(zone, guess);
}

/**
 * Abbreviation people use for the zone at that instant (`GMT`, `BST`, `EST`, `AEDT`). Each English only knows its own
 * region's, so several are asked before an offset such as `GMT+4` is accepted.
 */
export function zoneAbbreviation(zone: string, at: number): string {
  let offset = zone;
  for (const locale of ['en-GB', 'en-US', 'en-AU', 'en-CA', 'en-NZ']) {
    const name = nameFormat(locale, zone).formatToParts(at).find((part) => part.type === 'timeZoneName')?.value;
    if (!name) continue;
    if (!/^(GMT|UTC)[+-]/.test(name)) return name;
    offset = name;
  }
  return offset;
}

export interface Span {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** A length of time in whole units, largest first; the sign is dropped. */
export function span(ms: number): Span {
  const total = Math.floor(Math.abs(ms) / 1000);
  return { days: Math.floor(total / 86_400), hours: Math.floor((total % 86_400) / 3600), minutes: Math.floor((total % 3600) / 60), seconds: total % 60 };
}
