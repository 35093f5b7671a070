import { microsoftGraph } from '../../../core/vendors/microsoft-graph/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { bytes, call, fixtures } from '../ports.ts';

export const STATE = 'client-state-0123456789';
const ACCESS = 'eyJ0.fixture';
export const BASE = 'https://graph.test/v1.0';

const at = (dateTime: string, timeZone = 'UTC') => ({ dateTime: `${dateTime}.0000000`, timeZone });
const event = (id: string, more: Record<string, unknown>): Record<string, unknown> => ({
  '@odata.type': '#microsoft.graph.event', '@odata.etag': `W/"${id}-1"`, id, changeKey: `${id}-1`, createdDateTime: '2026-10-01T08:00:00Z', lastModifiedDateTime: '2026-10-20T08:00:00Z',
  type: 'singleInstance', isAllDay: false, isCancelled: false, showAs: 'busy', subject: 'Entry', body: { contentType: 'html', content: '<html>long</html>' }, ...more,
});
export const EVENTS: readonly Record<string, unknown>[] = [
  event('AAMkviewing=', {
    subject: 'Viewing: Ada & Ben', start: at('2026-11-21T10:00:00', 'GMT Standard Time'), end: at('2026-11-21T11:00:00', 'GMT Standard Time'), originalStartTimeZone: 'GMT Standard Time', location: { displayName: 'Orchard Barn' },
    organizer: { emailAddress: { name: 'Events', address: 'events@orchard.example' } },
    attendees: [{ type: 'required', emailAddress: { name: 'Ada', address: 'Ada@example.org' } }, { type: 'required', emailAddress: { address: 'events@orchard.example' } }],
  }),
  event('AAMkday=', { subject: 'Barn closed', isAllDay: true, showAs: 'free', start: at('2026-07-01T00:00:00'), end: at('2026-07-03T00:00:00'), originalStartTimeZone: 'GMT Standard Time' }),
  event('AAMkseries=', { type: 'seriesMaster', subject: 'Team', start: at('2026-11-29T10:00:00'), end: at('2026-11-29T10:30:00') }),
  { '@odata.type': '#microsoft.graph.event', '@odata.etag': 'W/"occ"', id: 'AAMkocc=', type: 'occurrence', seriesMasterId: 'AAMkseries=', start: at('2026-11-29T10:00:00'), end: at('2026-11-29T10:30:00') },
  { '@removed': { reason: 'deleted' }, id: 'AAMkgone=' },
];

const json = (body: unknown, status = 200): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });

/** Two pages, then nothing new. */
export function respond({ url, headers }: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(url);
  if (headers['authorization'] !== `Bearer ${ACCESS}`) return json({ error: { code: 'InvalidAuthenticationToken' } }, 401);
  if (pathname === '/v1.0/me') return json({ displayName: 'Orchard Events', userPrincipalName: 'events@orchard.example' });
  if (pathname !== '/v1.0/me/calendarView/delta') return json({ error: { code: 'ErrorItemNotFound' } }, 404);
  if (searchParams.get('$deltatoken') === 'old') return json({ error: { code: 'SyncStateNotFound' } }, 410);
  if (searchParams.get('$deltatoken') !== null) return json({ value: [], '@odata.deltaLink': `${BASE}/me/calendarView/delta?$deltatoken=two` });
  if (searchParams.get('$skiptoken') !== null) return json({ value: EVENTS.slice(4), '@odata.deltaLink': `${BASE}/me/calendarView/delta?$deltatoken=one` });
  return json({ value: EVENTS.slice(0, 4), '@odata.nextLink': `${BASE}/me/calendarView/delta?$skiptoken=next` });
}

const question = (validationToken: string) => call(bytes(''), {}, { mediaType: 'text/plain', query: { validationToken } });

export const samples: VendorSamples = {
  vendor: microsoftGraph,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c017', settings: { clientId: 'client', baseUrl: BASE }, secrets: { clientSecret: 'graph-client-secret', channelToken: STATE, accessToken: ACCESS } },
  // The proof is in each item of the body.
  prove: (body, { mediaType = 'application/json' } = {}) => call(body, {}, { mediaType }),
  provesElsewhere: true,
  // What is stored is made out of the proven items, without their secret.
  bodyKind: 'none',
  deliveries: fixtures('microsoft-graph').map((each) => ({ ...each, mediaType: 'application/json' })),
  handshakes: [
    { name: 'gives the token back', request: question('Validation: Testing client application reachability for subscription Request-Id: 1a2b'), reply: { status: 200, mediaType: 'text/plain', body: 'Validation: Testing client application reachability for subscription Request-Id: 1a2b' } },
    { name: 'lets no markup pass', request: question('<img src=x onerror="a()">&'), reply: { status: 200, mediaType: 'text/plain', body: '&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;' } },
    { name: 'refuses an empty token', request: question(''), reply: { status: 400, mediaType: 'text/plain', body: '' } },
  ],
  poll: { respond, brings: EVENTS.length, secretValues: [ACCESS, 'graph-client-secret'] },
  tryOut: { respond, account: 'Orchard Events', secretValues: [ACCESS] },
  calendar: { calendarRef: 'AAMkWeddings=', remoteId: 'AAMkviewing=', secretValues: [ACCESS] },
};
