import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { queryText, refused } from '../calls.ts';
import { boundedId, textMark } from '../ids.ts';
import { severalCalendars, type Looked } from '../severalCalendars.ts';
import type { Brought, PollPart, VendorModule } from '../vendor.ts';
import { shortText } from '../fields.ts';
import { calendarPath, MAIN, readGoogle } from './client.ts';
import { changesOf, isOurs } from './mapping.ts';
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

function brought(event: unknown, { summary, timeZone }: List, { ref, later }: Looked): Brought {
  const { id, etag, updated, status } = typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {};
  const body = JSON.stringify({ event, calendar: summary ?? null, calendarRef: ref, zone: timeZone ?? null, ...(later ? { later } : {}) });
  const state = [etag, updated].find((mark): mark is string => typeof mark === 'string' && mark !== '') ?? textMark(body);
  return {
    // Who is invited has the entry under the same id in a calendar of his own.
    key: `${typeof id === 'string' ? boundedId(id) : 'without-id'}@${boundedId(state, 120)}${ref === null ? '' : `@${textMark(ref)}`}`,
    event: status === 'cancelled' ? 'cancelled' : 'entry',
    body,
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const read = severalCalendars({
  main: MAIN,
  part: writing,
  // Everything is told once more, since entries from before calendars were told apart do not know theirs.
  former: () => ({}),

  async page(calendar, at, access, ports) {
    const path = calendarPath(calendar.id);
    if (path === null) return refused('The calendar ID is none.');
    const [sync, page] = [text(at['sync']), text(at['page'])];
    // A page must be asked for with what the first one was asked for.
    const since = text(at['since']) ?? new Date(ports.clock.now() - LOOK_BACK_DAYS * DAY_MS).toISOString();
    const query = queryText({
      singleEvents: true,
      showDeleted: true,
      maxResults: PAGE,
      ...(sync === null ? { timeMin: since } : { syncToken: sync }),
      pageToken: page,
    });
    const list = await readGoogle(`${path}/events?${query}`, 'the entries', List, access, ports);
    if (!list.ok) return list;
    const { value } = list;
    if (value === 'gone')
      return sync === null && page === null ? refused('Google Calendar answered 410 for the entries.') : ok({ items: [], at: {}, more: true });
    const { nextPageToken, nextSyncToken } = value;
    const events = calendar.oursOnly ? value.items.filter(isOurs) : value.items;
    return ok({
      items: events.map((event) => brought(event, value, calendar)),
      at: nextPageToken === undefined ? { sync: nextSyncToken ?? null } : { sync, page: nextPageToken, since },
      more: nextPageToken !== undefined,
    });
  },
});

export const poll: PollPart = { everySeconds: 300, read, normalise: changesOf };

/** Of an empty page of its entries: leave to these is all that is needed. */
const Calendar = z.object({ summary: z.string().optional(), timeZone: z.string().optional() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const path = calendarPath(access.settings['calendarId']);
  if (path === null) return refused('The calendar ID is none.');
  const calendar = await readGoogle(`${path}/events?${queryText({ maxResults: 1 })}`, 'the calendar', Calendar, access, ports);
  if (!calendar.ok) return calendar;
  if (calendar.value === 'gone') return refused('The calendar is gone.');
  return ok({ account: shortText(calendar.value.summary), details: [`Its zone is ${shortText(calendar.value.timeZone, 64) ?? 'not set'}`] });
};
