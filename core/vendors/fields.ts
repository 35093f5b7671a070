import { currencyDigits } from '../domain/money/money.ts';

/**
 * Readers of foreign values. Vendors send any length, control characters and half surrogate pairs; a row may hold
 * none of these. Each reader gives a value that fits the contract, or null.
 */

const SHORT = 300;

/** Trimmed, well-formed, white space and control characters as single blanks, at most `limit` characters; null when nothing is left. */
export function shortText(value: unknown, limit = SHORT): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const clean = String(value).replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean === '' ? null : clean.slice(0, limit).toWellFormed().trim();
}

/** Of several lines: control characters go, lines stay, at most `limit` characters; null when nothing is left. */
export function longText(value: unknown, limit = 4000): string | null {
  if (typeof value !== 'string') return null;
  const clean = value.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]+/gu, ' ').trim();
  return clean === '' ? null : clean.slice(0, limit).toWellFormed().trim();
}

/** A plausible e-mail address in lower case. */
export function emailAddress(value: unknown): string | null {
  const text = shortText(value);
  return text !== null && /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(text) ? text.toLowerCase() : null;
}

/** Our own ids are UUIDs; anything else under our name is somebody's mistake and no clue. */
export function ownId(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : null;
}

/** ISO 4217, upper case. */
export function currencyCode(value: unknown): string | null {
  const code = shortText(value)?.toUpperCase() ?? '';
  return /^[A-Z]{3}$/.test(code) ? code : null;
}

/** Amount in the currency's smallest unit; a negative one is no sum that anybody paid. */
export function minorUnits(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value + 0 : null;
}

/**
 * Outside of these years a time is a mistake: databases refuse some of them, and a version far in the future would make
 * every true change after it look old.
 */
const EARLIEST = Date.parse('1900-01-01T00:00:00.000Z');
const LATEST = Date.parse('2200-01-01T00:00:00.000Z');
const plausible = (ms: number): boolean => ms >= EARLIEST && ms < LATEST;

/** Seconds since the epoch -> UTC instant. */
export function instantOfSeconds(value: unknown): string | null {
  return typeof value === 'number' && value > 0 && plausible(value * 1000) ? new Date(value * 1000).toISOString() : null;
}

/** ISO 8601 with an offset -> UTC instant. A time without an offset means a different moment to everyone: null. */
export function instantOfText(value: unknown): string | null {
  const text = shortText(value);
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i.test(text)) return null;
  const ms = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return plausible(ms) ? new Date(ms).toISOString() : null;
}

/** As {@link instantOfText}, in milliseconds. */
export function msOfText(value: unknown): number | null {
  const at = instantOfText(value);
  return at === null ? null : Date.parse(at);
}

/** `2026-11-20`, also taken from the front of a longer ISO text; null unless it is a day that exists. */
export function localDate(value: unknown): string | null {
  const day = /^(\d{4}-\d\d-\d\d)(?:$|[T ])/.exec(shortText(value) ?? '')?.[1];
  if (day === undefined) return null;
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  return plausible(ms) && new Date(ms).toISOString().startsWith(day) ? day : null;
}

/**
 * `1250`, `1,250.00`, `£1,250.00` -> 125000 in a currency of two digits. A comma as decimal mark cannot be told from a
 * thousands separator, and money is not guessed: null.
 */
export function minorUnitsOfDecimal(value: unknown, currency: string): number | null {
  const text = shortText(value)?.replace(/^[A-Z]{3}\s*|^\p{Sc}\s*|\s*[A-Z]{3}$|\s*\p{Sc}$/gu, '') ?? '';
  const match = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/.exec(text);
  if (!match) return null;
  const digits = currencyDigits(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const amount = Number(`${match[1] ?? ''}${(match[2] ?? '').replaceAll(',', '')}${fraction.padEnd(digits, '0')}`);
  // A sum with zero makes the -0 of "-0.00" an ordinary one.
  return Number.isSafeInteger(amount) ? amount + 0 : null;
}

/**
 * What one of our tables says to a word from outside. `constructor`, `toString` and whatever else any object answers to
 * are words that nobody knows: undefined.
 */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string | null | undefined): T | undefined {
  return word !== null && word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** The object at `key`, or an empty one: foreign shapes may have null or text where an object is documented. */
export function objectAt(holder: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = lookUp(holder, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Sets only what is known: an absent field leaves ours untouched, a null one would erase it. */
export function known<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> };
}
