import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { trouble } from '../calendarCalls.ts';
import type { CalendarResult } from '../calendars.ts';
import { queryText } from '../calls.ts';
import { instantOfText, localDate, longText, msOfText, ownId, shortText } from '../fields.ts';
import { textMark } from '../ids.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { dayStart, knownZone } from '../wallTime.ts';
import { askCalendar } from './client.ts';
import { SAFE_ID } from './webhook.ts';

/** Events of a studio as entries of its calendar: which of them are ours, from when to when they last, and how they are asked for. */

const DAY_MS = 86_400_000;
/** The most that the contract allows in one page. */
const PAGE = 100;

const text = z.string().nullish();
const flag = z.boolean().nullish();
const Mapping = z.object({ id: text, url: text });
const Address = z.object({ name: text, streetAddress: text, village: text, city: text, state: text, postalCode: text, country: text });

export const Entry = z.object({
  id: z.string().regex(SAFE_ID), modified: text, hidden: flag, allDay: flag, channel: text, confirmed: flag, descriptionHtml: text,
  startDate: text, endDate: text, startUtc: text, endUtc: text, startTime: text, endTime: text, externalMappings: z.array(Mapping).nullish(),
  galleryId: text, jobId: text, location: z.object({ id: text, address: Address.nullish() }).nullish(), name: text,
  phoneNumber: z.object({ formatted: text, e164: text, countryCode: text }).nullish(), timezoneName: text, typeId: text, virtualUrl: text,
});
export type Entry = z.infer<typeof Entry>;

export const EntryPage = z.object({ meta: z.object({ totalPages: z.int().nullish() }).nullish(), items: z.array(Entry) });

/**
 * Our mark is an external mapping: given once, when the event is made, and never changed over there. Its id is made of the push and the key
 * of that attempt, so that an event of which nobody heard is found again; its address says whose it is.
 */
export interface Mark {
  readonly ourId: string;
  readonly mapping: { readonly id: string; readonly url: string };
}

const OURS = 'wedsync://entry/';

export const markOf = (ourId: string, key: string): Mark['mapping'] =>
  ({ id: `${ourId.toLowerCase()}.${textMark(key)}`, url: `${OURS}${ourId.toLowerCase()}` });

/** Null = somebody else's. */
export function markIn(mappings: unknown): Mark | null {
  for (const one of Array.isArray(mappings) ? (mappings as unknown[]) : []) {
    const { data } = Mapping.safeParse(one);
    const ourId = typeof data?.url === 'string' && data.url.startsWith(OURS) ? ownId(data.url.slice(OURS.length)) : null;
    if (ourId !== null && typeof data?.id === 'string' && typeof data.url === 'string') return { ourId, mapping: { id: data.id, url: data.url } };
  }
  return null;
}

export interface Span {
  /** UTC milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * Null = it has no time. Whole days go from midnight to midnight of its zone; whether the last day is one of them is not published, and a day
 * too much is better than one that is booked over. Without an end it takes no time.
 */
export function spanOf({ allDay, startDate, endDate, startUtc, endUtc, timezoneName }: Entry): Span | null {
  const first = localDate(startDate);
  if (allDay === true && first !== null) {
    const zone = knownZone(timezoneName) ?? 'UTC';
    const last = [first, localDate(endDate) ?? first].sort().at(-1) ?? first;
    const from = dayStart(first, zone);
    const until = dayStart(new Date(Date.parse(last) + DAY_MS).toISOString().slice(0, 10), zone);
    return from === null || until === null ? null : { startsAt: Date.parse(from), endsAt: Date.parse(until) };
  }
  const startsAt = msOfText(startUtc);
  const endsAt = msOfText(endUtc) ?? startsAt;
  return startsAt === null || endsAt === null || endsAt < startsAt ? null : { startsAt, endsAt };
}

/** A name may be no longer over there. */
export const LONGEST_NAME = 255;
/** One that may have been cut says nothing. */
export const isWholeName = (name: string | null | undefined): name is string => typeof name === 'string' && name.length < LONGEST_NAME - 1;

/** There is none of theirs: made of what somebody can change. What only touches the event, as each saving does, is no change. */
export const etagOf = (entry: Entry): string => {
  const span = spanOf(entry);
  const { name, descriptionHtml, hidden, confirmed } = entry;
  const times = [span?.startsAt ?? null, span?.endsAt ?? null];
  return textMark(JSON.stringify([...times, name ?? '', descriptionHtml ?? '', hidden === true, confirmed === true]));
};

const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const PLAIN = new Map([...Object.entries(MARKUP).map(([plain, marked]) => [marked, plain] as const), ['&nbsp;', ' '] as const]);

/** Null = nothing to say. */
export const markedUp = (lines: string): string | null =>
  (lines === '' ? null : `<p>${lines.replace(/[&<>"']/g, (one) => MARKUP[one] ?? one).replaceAll('\n', '<br>')}</p>`);

export function plainOf(html: string | null | undefined): string | null {
  const lines = (html ?? '').replace(/<br\s*\/?>|<\/(?:p|div|li|h\d)>/gi, '\n').replace(/<[^<>]*>/g, '');
  return longText(lines.replace(/&(?:#39|[a-z]+);/g, (one) => PLAIN.get(one) ?? one));
}

export function placeIn({ location }: Entry): string | null {
  const { name, streetAddress, city } = location?.address ?? {};
  return shortText([name, streetAddress, city].filter((part) => typeof part === 'string' && part !== '').join(', '));
}

export const modifiedOf = ({ modified }: Entry): string | null => instantOfText(modified);

const anotherOne = (): CalendarResult<never> =>
  trouble('normalise.shape_unknown', 'VSCO Workspace answered another event than the one that was asked for.');

/** One event; null = there is none, or it is hidden. */
export async function entryAt(ports: CallPorts, access: ConnectionAccess, id: string): Promise<CalendarResult<Entry | null>> {
  const read = await askCalendar(ports, access, { method: 'GET', path: `/event/${id}`, what: 'an event', shape: Entry });
  if (!read.ok) return read.error.code === 'calendar.gone' ? ok(null) : read;
  const entry = read.value.value;
  if (entry.id !== id) return anotherOne();
  return ok(entry.hidden === true ? null : entry);
}

/** One page of the list, hidden events too. `page` counts from 1. */
export async function entriesPage(
  ports: CallPorts, access: ConnectionAccess, query: Readonly<Record<string, string | number>>,
): Promise<CalendarResult<{ readonly entries: readonly Entry[]; readonly pages: number | null; readonly isLast: boolean }>> {
  const asked = { includeHidden: true, pageSize: PAGE, page: 1, ...query };
  const read = await askCalendar(ports, access, { method: 'GET', path: `/event?${queryText(asked)}`, what: 'the events', shape: EntryPage });
  if (!read.ok) return read;
  const { items, meta } = read.value.value;
  const pages = meta?.totalPages ?? null;
  return ok({ entries: items, pages, isLast: items.length === 0 || (pages === null ? items.length < PAGE : Number(asked.page) >= pages) });
}
