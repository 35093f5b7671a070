import { googleCalendar } from '../../../core/vendors/google-calendar/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';

const TOKEN = 'channel-token-0123456789';
const ACCESS = 'ya29.fixture';
export const BASE = 'https://google.test/calendar/v3';

const event = (id: string, more: Record<string, unknown>): Record<string, unknown> => ({
  kind: 'calendar#event', id, etag: `"${id}-1"`, status: 'confirmed', created: '2026-10-01T08:00:00.000Z', updated: '2026-10-20T08:00:00.000Z', iCalUID: `${id}@google.com`, eventType: 'default', ...more,
});
export const EVENTS: readonly Record<string, unknown>[] = [
  event('viewing1', {
    summary: 'Viewing: Ada & Ben', location: 'Orchard Barn', start: { dateTime: '2026-11-21T10:00:00Z', timeZone: 'Europe/London' }, end: { dateTime: '2026-11-21T11:00:00Z', timeZone: 'Europe/London' },
    attendees: [{ email: 'events@orchard.example', self: true, organizer: true, responseStatus: 'accepted' }, { email: 'ada@example.org', responseStatus: 'needsAction' }],
  }),
  event('day1', { summary: 'Barn closed', start: { date: '2026-07-01' }, end: { date: '2026-07-03' }, transparency: 'transparent', status: 'tentative' }),
  event('series1_20261129T100000Z', { summary: 'Team', recurringEventId: 'series1', start: { dateTime: '2026-11-29T10:00:00+01:00' }, end: { dateTime: '2026-11-29T10:30:00+01:00' } }),
  { id: 'gone1', etag: '"gone1-2"', status: 'cancelled', kind: 'calendar#event' },
  event('home1', { eventType: 'workingLocation', start: { date: '2026-11-20' }, end: { date: '2026-11-21' } }),
];

const json = (body: unknown, status = 200): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });
const list = (more: Record<string, unknown>) => json({ kind: 'calendar#events', etag: '"x"', summary: 'Weddings', timeZone: 'Europe/London', updated: '2026-10-20T08:00:00.000Z', ...more });

/** Two pages, then nothing new. */
export function respond({ url, headers }: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(url);
  if (headers['authorization'] !== `Bearer ${ACCESS}`) return json({ error: { code: 401 } }, 401);
  if (pathname === '/calendar/v3/calendars/team%40orchard.example') return json({ kind: 'calendar#calendar', etag: '"c"', id: 'team@orchard.example', summary: 'Weddings', timeZone: 'Europe/London' });
  if (pathname !== '/calendar/v3/calendars/team%40orchard.example/events') return json({ error: { code: 404 } }, 404);
  if (searchParams.get('syncToken') === 'sync-old') return json({ error: { code: 410, message: 'Sync token is no longer valid' } }, 410);
  if (searchParams.get('syncToken') !== null) return searchParams.get('timeMin') === null ? list({ items: [], nextSyncToken: 'sync-2' }) : json({ error: { code: 400 } }, 400);
  if (searchParams.get('pageToken') === null) return list({ items: EVENTS.slice(0, 3), nextPageToken: 'page-2' });
  return list({ items: EVENTS.slice(3), nextSyncToken: 'sync-1' });
}

export const samples: VendorSamples = {
  vendor: googleCalendar,
  nowMs: 1_793_000_100_000,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c016', settings: { clientId: 'client', calendarId: 'team@orchard.example', baseUrl: BASE },
    secrets: { clientSecret: 'google-client-secret', channelToken: TOKEN, accessToken: ACCESS },
  },
  prove: (body, { mediaType = '', secret = TOKEN } = {}) => call(body, { 'x-goog-channel-token': secret }, { mediaType }),
  bodyKind: 'none',
  deliveries: fixtures('google-calendar').map(({ name, body }) => ({ name, body: '', mediaType: '', headers: JSON.parse(body) as Record<string, string> })),
  poll: { respond, brings: EVENTS.length, secretValues: [ACCESS, 'google-client-secret'] },
  tryOut: { respond, account: 'Weddings', secretValues: [ACCESS] },
  calendar: { calendarRef: 'team@orchard.example', remoteId: 'viewing1', secretValues: [ACCESS, 'google-client-secret'] },
};
