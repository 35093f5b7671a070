import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ok } from '../../core/contract/result.ts';
import { retryAfterMs } from '../../core/contract/retryAfter.ts';
import type { HttpResponse } from '../../core/ports/ports.ts';
import { failed, noAccess, refused } from '../../core/vendors/calls.ts';
import type { Brought, FeedEntry, PollPart } from '../../core/vendors/vendor.ts';
import { knownZone } from '../../core/vendors/wallTime.ts';
import { readCalendarFile, type Span } from '../../core/vendors/calendarFile.ts';
import type { UnreadEntry } from '../../core/vendors/calendarUnread.ts';

/** Reading a calendar feed: fetched when it has changed, compared with what it said last, and told entry by entry. */

const TIMEOUT_MS = 30_000;
const DAY_MS = 86_400_000;
/** Series are written out for so long; what does not repeat is read further ahead: weddings are booked early. What is over for a month is left. */
const BACK_MS = 31 * DAY_MS;
const AHEAD_MS = 548 * DAY_MS;
const SINGLES_MS = 5 * 366 * DAY_MS;
/** An unchanged file is read again after this all the same: time goes on, and with it its series. */
const READ_AGAIN_MS = DAY_MS;
/** A feed that is gone or empty is believed after so many looks over so long. */
const LOOKS_UNTIL_GONE = 3;
const GONE_AFTER_MS = 3_600_000;

const Cursor = z.object({
  etag: z.string().nullable(),
  modified: z.string().nullable(),
  readAt: z.number(),
  /** Counts the looks that brought something: a state that comes back is another delivery. */
  generation: z.number(),
  /** What it said last: by uid and occurrence its hash, start and end. */
  known: z.record(z.string(), z.tuple([z.string(), z.number(), z.number()])),
  /** Since when, and how often, there was nothing. */
  missing: z.object({ since: z.number(), looks: z.number() }).nullable(),
});
type Cursor = z.infer<typeof Cursor>;

const BEGINNING: Cursor = { etag: null, modified: null, readAt: 0, generation: 0, known: {}, missing: null };

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
const keyOf = ({ uid, recurrenceId }: Pick<FeedEntry, 'uid' | 'recurrenceId'>): string => JSON.stringify([uid, recurrenceId]);

function cursorOf(text: string | null): Cursor {
  if (text === null) return BEGINNING;
  const parsed = Cursor.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : BEGINNING;
}

/** As {@link PollPart.read}: `feedUrl` is the connection's secret; what is brought are {@link FeedEntry} as JSON. */
export const readFeed: PollPart['read'] = async (text, { settings, secrets }, { http, clock }) => {
  const cursor = cursorOf(text);
  const now = clock.now();
  const url = (secrets['feedUrl'] ?? settings['feedUrl'])?.trim().replace(/^webcals?:\/\//i, 'https://');
  if (!url) return noAccess('The connection has no feed address.');
  const conditional = now - cursor.readAt < READ_AGAIN_MS && cursor.missing === null;
  let response: HttpResponse;
  try {
    response = await http.send({
      method: 'GET', url, timeoutMs: TIMEOUT_MS,
      headers: {
        accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1',
        ...(conditional && cursor.etag !== null ? { 'if-none-match': cursor.etag } : {}),
        ...(conditional && cursor.modified !== null ? { 'if-modified-since': cursor.modified } : {}),
      },
    });
  } catch (cause) {
    return failed(`No answer from the feed: ${cause instanceof Error ? cause.message : 'unknown reason'}`);
  }
  const { status, headers } = response;
  if (status === 304) return ok({ items: [], cursor: JSON.stringify(cursor), more: false });
  const nothingThere = status === 404 || status === 410;
  if (status === 429 || status === 408 || status >= 500) return failed(`The feed answered ${status}.`, retryAfterMs(headers['retry-after'], now));
  // The address is the key.
  if (status === 401 || status === 403) return noAccess(`The feed answered ${status}.`);
  if (!nothingThere && status !== 200) return refused(`The feed answered ${status}.`);
  if (nothingThere && Object.keys(cursor.known).length === 0) return refused(`The feed answered ${status}.`);

  const span: Span = { from: now - BACK_MS, to: now + AHEAD_MS };
  const singles: Span = { ...span, to: now + SINGLES_MS };
  const timeless = new Set<string>();
  const unread = new Map<string, UnreadEntry>();
  const read = nothingThere ? ok([]) : readCalendarFile(response.body, {
    span, singles, zone: knownZone(settings['zone']), timeless: (one) => void timeless.add(keyOf(one)), unread: (one) => void unread.set(one.uid, one),
  });
  if (!read.ok) return failed(read.error.message);
  const fetched = { etag: headers['etag'] ?? null, modified: headers['last-modified'] ?? null, readAt: now };
  const inSpan = Object.values(cursor.known).some(([, , end]) => end >= span.from);
  if (read.value.length === 0 && unread.size === 0 && inSpan) {
    const missing = { since: cursor.missing?.since ?? now, looks: (cursor.missing?.looks ?? 0) + 1 };
    const believed = missing.looks >= LOOKS_UNTIL_GONE && now - missing.since >= GONE_AFTER_MS;
    if (!believed) return ok({ items: [], cursor: JSON.stringify({ ...cursor, missing } satisfies Cursor), more: false });
  }
  const { items, next } = compare(cursor, read.value, ({ key, uid }) => timeless.has(key) || unread.has(uid), span, singles);
  return ok({ items: [...items, ...[...unread.values()].map(unreadable)], cursor: JSON.stringify({ ...next, ...fetched, missing: null } satisfies Cursor), more: false });
};

/** It is there and cannot be used: kept where a person sees it, once for each reason. */
function unreadable({ uid, problem }: UnreadEntry): Brought {
  return { key: `${hashOf([uid])}:unreadable-${hashOf([problem])}`, event: 'unreadable', body: JSON.stringify({ uid, problem }) };
}

const uidIn = (key: string): string => (JSON.parse(key) as [string, string | null])[0];

function compare(cursor: Cursor, entries: readonly FeedEntry[], unusable: (one: { readonly key: string; readonly uid: string }) => boolean, span: Span, singles: Span): { items: Brought[]; next: Cursor } {
  const generation = cursor.generation + 1;
  const known: Record<string, [string, number, number]> = {};
  const told: Brought[] = [];
  for (const entry of entries) {
    const key = keyOf(entry);
    const hash = hashOf(entry);
    known[key] = [hash, Date.parse(entry.startsAt), Date.parse(entry.endsAt)];
    if (cursor.known[key]?.[0] !== hash) told.push(brought(entry, hash, generation));
  }
  // It is there still, with times that are none, or cannot be read: what was told of it stays.
  for (const [key, told] of Object.entries(cursor.known)) if (!(key in known) && unusable({ key, uid: uidIn(key) })) known[key] = told;
  // Those that are gone come first, so that the brake sees all of them at once.
  const gone = Object.entries(cursor.known).flatMap(([key, [hash, start, end]]) => {
    const [uid, recurrenceId] = JSON.parse(key) as [string, string | null];
    // Over for long, or further away than is read now: nobody has taken it away.
    if (key in known || end < span.from || start > (recurrenceId === null ? singles : span).to) return [];
    const entry: FeedEntry = {
      uid, recurrenceId, title: null, description: null, place: null, startsAt: new Date(start).toISOString(), endsAt: new Date(end).toISOString(),
      allDay: false, zone: null, status: 'cancelled', busy: false, calendar: null, gone: true,
    };
    return [brought(entry, `gone-${hash}`, generation)];
  });
  const items = [...gone, ...told];
  return { items, next: { ...cursor, known, generation: items.length > 0 ? generation : cursor.generation } };
}

const brought = (entry: FeedEntry, hash: string, generation: number): Brought => ({ key: `${hashOf([entry.uid, entry.recurrenceId])}:${generation}:${hash}`, event: 'entry', body: JSON.stringify(entry) });
