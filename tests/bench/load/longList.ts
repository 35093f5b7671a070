import type { HttpResponse } from '../../../core/ports/ports.ts';

/** A Google calendar with thousands of entries, told in pages: what a first look reads. */

export const LONG_CALENDAR = 'long@orchard.example';
const CALENDAR = { summary: 'Ana', timeZone: 'Europe/London' } as const;
const HALF_HOUR_MS = 1_800_000;
const json = (body: unknown): HttpResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** As Google tells an entry of somebody's own, about 900 bytes. The hours do not touch each other. */
function entry(n: number, from: number): Readonly<Record<string, unknown>> {
  const id = `e${String(n).padStart(7, '0')}`;
  const startsAt = from + n * HALF_HOUR_MS;
  const moment = (at: number) => ({ dateTime: new Date(at).toISOString(), timeZone: 'Europe/London' });
  const creator = { email: LONG_CALENDAR, displayName: 'Ana Ruiz', self: true };
  const updated = new Date(from).toISOString();
  return {
    kind: 'calendar#event', id, etag: `"${3_300_000_000_000 + n}"`, status: 'confirmed', created: updated, updated, summary: `Client meeting ${n}`,
    htmlLink: `https://calendar.google.test/event?eid=${id}`, location: `Studio ${n % 9}, 12 Mill Lane`, creator, organizer: creator,
    description: 'Bring the contract, the plan of the rooms and the list of pictures. '.repeat(3), iCalUID: `${id}@google.test`, sequence: 0,
    start: moment(startsAt), end: moment(startsAt + HALF_HOUR_MS), reminders: { useDefault: true }, eventType: 'default',
  };
}

export interface LongList {
  readonly calendars: HttpResponse;
  page(query: URLSearchParams): HttpResponse;
}

/** `from`: start of the first entry, UTC milliseconds. */
export function longList(entries: number, from: number): LongList {
  const about = { kind: 'calendar#events', ...CALENDAR };
  return {
    calendars: json({ kind: 'calendar#calendarList', items: [{ ...CALENDAR, id: LONG_CALENDAR, accessRole: 'owner', primary: true }] }),
    page(query) {
      if (query.has('syncToken')) return json({ ...about, items: [], nextSyncToken: query.get('syncToken') });
      const first = Number(query.get('pageToken') ?? 0);
      const count = Math.min(Number(query.get('maxResults') ?? 250), entries - first);
      const items = Array.from({ length: count }, (_, n) => entry(first + n, from));
      const on = first + count < entries ? { nextPageToken: String(first + count) } : { nextSyncToken: `all-${entries}` };
      return json({ ...about, items, ...on });
    },
  };
}
