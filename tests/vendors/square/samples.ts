import { createHmac } from 'node:crypto';
import { square } from '../../../core/vendors/square/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, CALLED_URL, fixtures } from '../ports.ts';
import { booking, customer, IDS, invoice, merchant, payment } from './objects.ts';

export const KEY = 'square-fixture-signature-key';
const TOKEN = 'square-fixture-token';
const BASE = 'http://square.test/v2';

/** The documented rule; what it makes is shown to Square's own verifier in `square.test.ts`. */
export const signature = (body: Uint8Array, key = KEY, url = CALLED_URL): string => createHmac('sha256', key).update(url).update(body).digest('base64');

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** Two pages of events; a search from behind them finds nothing. */
export function eventsApi(request: HttpRequest): HttpResponse {
  if (request.url === `${BASE}/events/enable` && request.method === 'PUT') return answer({});
  if (request.url !== `${BASE}/events` || request.method !== 'POST') return { status: 404, headers: {}, body: '{}' };
  const search = JSON.parse(request.body ?? '{}') as { cursor?: string; query: { filter: { created_at: { start_at: string } } } };
  const events = fixtures('square')
    .map(({ body }) => JSON.parse(body) as { created_at: string })
    .filter((event) => event.created_at >= search.query.filter.created_at.start_at)
    .sort((a, b) => a.created_at.localeCompare(b.created_at));
  if (search.cursor === 'page2') return answer({ events: events.slice(7) });
  return events.length > 7 ? answer({ events: events.slice(0, 7), cursor: 'page2' }) : answer(events.length > 0 ? { events } : {});
}

export const samples: VendorSamples = {
  vendor: square,
  nowMs: Date.parse('2026-11-21T10:00:00Z'),
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c010',
    settings: { baseUrl: BASE, trade: 'hair_makeup', vendorName: 'Rose Hair & Make-up', zone: 'Europe/London' },
    secrets: { accessToken: TOKEN, signatureKey: KEY },
  },
  prove: (body, options = {}) =>
    call(body, { 'x-square-hmacsha256-signature': signature(body, options.secret ?? KEY) }, { mediaType: options.mediaType ?? 'application/json' }),
  deliveries: fixtures('square').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'booking', remoteId: IDS.booking },
      { remoteType: 'payment', remoteId: IDS.payment },
      { remoteType: 'invoice', remoteId: IDS.invoice },
    ],
    answers: new Map<string, unknown>([
      [`/v2/bookings/${IDS.booking}`, { booking }],
      [`/v2/payments/${IDS.payment}`, { payment }],
      [`/v2/invoices/${encodeURIComponent(IDS.invoice)}`, { invoice }],
      [`/v2/customers/${IDS.customer}`, { customer }],
    ]),
    secretValues: [TOKEN, KEY],
  },
  poll: { respond: eventsApi, brings: fixtures('square').length, secretValues: [TOKEN, KEY] },
  tryOut: { respond: () => answer({ merchant }), account: 'Rose Hair & Make-up', secretValues: [TOKEN, KEY] },
};
