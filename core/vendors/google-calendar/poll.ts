import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { refOf } from '../calendarRefs.ts';
import { queryText, refused } from '../calls.ts';
import { boundedId, readCursor, textMark } from '../ids.ts';
import type { Brought, PollPart, VendorModule } from '../vendor.ts';
import { shortText } from '../fields.ts';
import { calendarPath, MAIN, readGoogle } from './client.ts';
import { changesOf } from './mapping.ts';
import { writing } from './writing.ts';

const DAY_MS = 86_400_000;
const LOOK_BACK_DAYS = 31;
const PAGE = 250;

/** Entries are looked at one by one later, so that an odd one does not hold the others up. */
const List = z.object({
  items: z.array(z.unknown()).default([]),
  summary: z.string().optional(),
  timeZone: z.string().optional(),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});
type List = z.infer<typeof List>;

function brought(event: unknown, { summary, timeZone }: List, calendarRef: string | null): Brought {
  const { id, etag, updated, status } = typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {};
  const body = JSON.stringify({ event, calendar: summary ?? null, calendarRef, zone: timeZone ?? null });
  const state = [etag, updated].find((mark): mark is string => typeof mark === 'string' && mark !== '') ?? textMark(body);
  return {
    key: `${typeof id === 'string' ? boundedId(id) : 'without-id'}@${boundedId(state, 120)}`,
    event: status === 'cancelled' ? 'cancelled' : 'entry',
    body,
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const poll: PollPart = {
  everySeconds: 300,

  async read(cursor, access, ports) {
    const path = calendarPath(access);
    if (path === null) return refused('The calendar ID is none.');
    const held = readCursor(cursor) ?? {};
    const [sync, page] = [text(held['sync']), text(held['page'])];
    const ref = await refOf(MAIN, held, access, ports, writing);
    if (!ref.ok) return ref;
    const calendar = ref.value === null ? {} : { calendar: ref.value };
    // A page must be asked for with what the first one was asked for.
    const since = text(held['since']) ?? new Date(ports.clock.now() - LOOK_BACK_DAYS * DAY_MS).toISOString();
    const query = queryText({
      singleEvents: true,
      showDeleted: true,
      maxResults: PAGE,
      ...(sync === null ? { timeMin: since } : { syncToken: sync }),
      pageToken: page,
    });
    const list = await readGoogle(`${path}/events?${query}`, 'the entries', List, access, ports);
    if (!list.ok) return list;
    if (list.value === 'gone')
      return sync === null && page === null ? refused('Google Calendar answered 410 for the entries.') : ok({ items: [], cursor: '{}', more: true });
    const { items, nextPageToken, nextSyncToken } = list.value;
    const next = nextPageToken === undefined ? { sync: nextSyncToken ?? null } : { sync, page: nextPageToken, since };
    return ok({
      items: items.map((event) => brought(event, list.value as List, ref.value)), cursor: JSON.stringify({ ...calendar, ...next }),
      more: nextPageToken !== undefined,
    });
  },

  normalise: changesOf,
};

/** Of an empty page of its entries: leave to these is all that is needed. */
const Calendar = z.object({ summary: z.string().optional(), timeZone: z.string().optional() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const path = calendarPath(access);
  if (path === null) return refused('The calendar ID is none.');
  const calendar = await readGoogle(`${path}/events?${queryText({ maxResults: 1 })}`, 'the calendar', Calendar, access, ports);
  if (!calendar.ok) return calendar;
  if (calendar.value === 'gone') return refused('The calendar is gone.');
  return ok({ account: shortText(calendar.value.summary), details: [`Its zone is ${shortText(calendar.value.timeZone, 64) ?? 'not set'}`] });
};
