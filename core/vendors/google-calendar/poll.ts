import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import { queryText, refused } from '../calls.ts';
import { boundedId, textMark } from '../ids.ts';
import { isInside } from '../readAnew.ts';
import { severalCalendars, type Looked, type Unmet } from '../severalCalendars.ts';
import type { Brought, CallPorts, ConnectionAccess, PollPart, RereadError, VendorModule } from '../vendor.ts';
import { objectAt, shortText } from '../fields.ts';
import { calendarPath, MAIN, readGoogle } from './client.ts';
import { changesOf, idOf, isOurs, remoteIdOf, timeOf } from './mapping.ts';
import { Event } from './shapes.ts';
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

const idsOf = (events: readonly unknown[], { ref, later }: Looked): readonly string[] => events.flatMap((event) => {
  const { id } = objectAt({ event }, 'event');
  return typeof id === 'string' ? [remoteIdOf(id, event, { later, calendarRef: ref })] : [];
});

/** Told where it is cancelled, or was moved to where nothing is asked for; gone where nobody knows of it any more. */
async function unmet(
  calendar: Looked, { id: remoteId, span, round }: Unmet, access: ConnectionAccess, ports: CallPorts,
): Promise<Result<Brought | null, RereadError>> {
  const [path, id] = [calendarPath(calendar.id), idOf(remoteId, { later: calendar.later, calendarRef: calendar.ref })];
  if (path === null || id === null) return ok(null);
  const found = await readGoogle(`${path}/events/${encodeURIComponent(id)}`, 'an entry', z.looseObject(Event.shape), access, ports);
  if (!found.ok && found.error.status !== 404) return found;
  if (!found.ok || found.value === 'gone') {
    const gone = brought({ id, status: 'cancelled' }, List.parse({}), calendar);
    return ok({ ...gone, key: `${gone.key}.${textMark(round)}` });
  }
  const { status, start = {}, end = {}, recurrence } = found.value;
  const [from, until] = [timeOf(start, null), timeOf(end, null)];
  // One that has been made a series is told by its parts.
  const isThere = status !== 'cancelled' && (recurrence !== undefined || isInside(span, from?.at ?? null, until?.at ?? null));
  return ok(isThere ? null : brought(found.value, List.parse({}), calendar));
}

const read = severalCalendars({
  main: MAIN,
  part: writing,
  unmet,
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
      ...(sync === null ? { anew: { from: Date.parse(since), to: null, first: page === null, met: idsOf(value.items, calendar) } } : {}),
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
