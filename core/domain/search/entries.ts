import type { RowOf } from '../../contract/record.ts';
import { localDate } from '../day/localTime.ts';
import { currencyDigits, minorPerUnit } from '../money/money.ts';
import type { Entry } from './match.ts';
import { fold, phoneDigits, wordsOf } from './words.ts';

/**
 * What of the record can be searched, and by which of its words; of kinds found equally well the earlier one comes first.
 * Review items and connections are looked after elsewhere.
 */
export const SEARCHED = ['weddings', 'contacts', 'runSheetItems', 'bookings', 'payments', 'messages', 'documents', 'calendarEvents', 'alerts'] as const;
export type Searched = (typeof SEARCHED)[number];

const LOCALE = 'en-GB';
const months = new Intl.DateTimeFormat(LOCALE, { timeZone: 'UTC', month: 'long' });
const weekdays = new Intl.DateTimeFormat(LOCALE, { timeZone: 'UTC', weekday: 'long' });
const clocks = new Map<string, Intl.DateTimeFormat>();
const clock = (zone: string): Intl.DateTimeFormat => {
  let format = clocks.get(zone);
  if (!format) clocks.set(zone, (format = new Intl.DateTimeFormat(LOCALE, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })));
  return format;
};
/** A name is the same for thousands of rows; making it anew each time would be most of the work. */
const dateWordsOf = new Map<string, readonly string[]>();

/** `2026-11-05` as people type it: 2026, 11, 05, 5, november, thursday. */
function dateWords(date: string): readonly string[] {
  let words = dateWordsOf.get(date);
  if (!words) {
    const [year = '', month = '', day = ''] = date.split('-');
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
    words = [...new Set([year, month, String(Number(month)), day, String(Number(day)), fold(months.format(at)), fold(weekdays.format(at))])];
    dateWordsOf.set(date, words);
  }
  return words;
}

const moment = (at: string | null, zone: string): readonly string[] => (at === null ? [] : [...dateWords(localDate(zone, Date.parse(at))), clock(zone).format(Date.parse(at))]);
const amount = (minor: number | null, currency: string | null): readonly string[] =>
  minor === null || currency === null ? [] : [(Math.abs(minor) / minorPerUnit(currency)).toFixed(currencyDigits(currency)), fold(currency)];
const text = (...parts: readonly (string | null)[]): string[] => parts.flatMap((part) => (part === null ? [] : wordsOf(part)));
const time = (at: string | null): number | null => (at === null ? null : Date.parse(at));
const phone = (number: string | null): readonly string[] => {
  const digits = number === null ? null : phoneDigits(number);
  return digits === null ? [] : [digits];
};

type Makers = { readonly [C in Searched]: (row: RowOf<C>, zone: string) => Pick<Entry, 'weddingId' | 'name' | 'more' | 'at'> };
const MAKERS: Makers = {
  weddings: (row) => ({ weddingId: row.id, name: text(row.title), more: [...text(row.room, row.status), ...dateWords(row.date)], at: time(row.startsAt) }),
  runSheetItems: (row, zone) => ({ weddingId: row.weddingId, name: text(row.title), more: [...text(row.owner, row.place, row.status), clock(zone).format(Date.parse(row.startsAt))], at: time(row.startsAt) }),
  contacts: (row) => ({ weddingId: row.weddingId, name: text(row.name), more: [...text(row.company, row.email, row.phone, row.role), ...phone(row.phone)], at: null }),
  bookings: (row, zone) => ({
    weddingId: row.weddingId,
    name: text(row.vendorName, row.title),
    more: [...text(row.trade.replace('_', ' '), row.place, row.status), ...moment(row.callTime ?? row.startsAt, zone), ...amount(row.amountMinor, row.currency)],
    at: time(row.callTime ?? row.startsAt),
  }),
  payments: (row, zone) => ({
    weddingId: row.weddingId,
    name: text(row.payerName),
    more: [...text(row.description, row.failureReason, row.status.replace('_', ' ')), ...moment(row.paidAt, zone), ...amount(row.amountMinor, row.currency)],
    at: time(row.paidAt),
  }),
  messages: (row, zone) => ({
    weddingId: row.weddingId,
    name: text(row.fromName, row.subject),
    more: [...text(row.text, row.fromAddress, row.toAddress, row.channel, row.status), ...phone(row.fromAddress), ...phone(row.toAddress), ...moment(row.sentAt, zone)],
    at: time(row.sentAt),
  }),
  documents: (row, zone) => ({ weddingId: row.weddingId, name: text(row.title), more: [...text(row.kind, row.status), ...moment(row.sharedAt, zone)], at: time(row.sharedAt) }),
  calendarEvents: (row, zone) => ({ weddingId: row.weddingId, name: text(row.title), more: [...text(row.calendar, row.place, row.status), ...moment(row.startsAt, zone)], at: time(row.startsAt) }),
  alerts: (row) => ({ weddingId: row.weddingId, name: text(row.title), more: text(row.detail, row.severity, row.state), at: time(row.raisedAt) }),
};

/** A row as it can be found. `zone` = where its times were meant. */
export function entryOf<C extends Searched>(collection: C, row: RowOf<C>, zone: string): Entry {
  const make = MAKERS[collection] as (row: RowOf<C>, zone: string) => Pick<Entry, 'weddingId' | 'name' | 'more' | 'at'>;
  const made = make(row, zone);
  return { id: row.id, kind: collection, weddingId: made.weddingId, name: [...new Set(made.name)], more: [...new Set(made.more)], at: made.at };
}
