import { eventTemple } from '../../../core/vendors/event-temple/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';

const KEY = 'event-temple-fixture-key';
const BASE = 'http://eventtemple.test/v2';

/** Made up, in the shape of JSON:API. */
export const booking = {
  id: '4711',
  type: 'bookings',
  attributes: { name: 'Example & Sample wedding', status: 'definite', start_date: '2027-03-28', starts_at: '2027-03-28T12:30:00', ends_at: '2027-03-28T23:00:00+01:00', updated_at: '2026-10-20T10:00:00Z' },
  relationships: {
    contact: { data: { type: 'contacts', id: '9001' } },
    events: { data: [{ type: 'events', id: '301' }, { type: 'events', id: '302' }] },
    payments: { data: [{ type: 'payments', id: '801' }] },
    organization: { links: { related: 'x' } },
  },
};
const event = (id: string, attributes: object, space: string | null) => ({ id, type: 'events', attributes: { status: 'definite', ...attributes }, relationships: space ? { space: { data: { type: 'spaces', id: space } } } : null });
export const events = [event('301', { starts_at: '2027-03-28T15:00:00', ends_at: '2027-03-28T23:30:00', space_name: 'Library' }, null), event('302', { starts_at: '2027-03-28T12:00:00', ends_at: '2027-03-28T15:00:00' }, '61')];
export const space = { id: '61', type: 'spaces', attributes: { name: 'Orangery' } };
export const payment = { id: '801', type: 'payments', attributes: { status: 'paid', amount: '1250.00', currency: 'GBP', description: 'Deposit', paid_at: '2026-10-19T09:00:00Z', updated_at: '2026-10-19T09:01:00Z' } };
export const contact = { id: '9001', type: 'contacts', attributes: { first_name: 'Ada', last_name: 'Example', email: 'Couple@Example.org', phone: '+44 7700 900123', updated_at: '2026-10-01T10:00:00Z' } };

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** The bookings that changed since, two a page; the organizations. */
export function api(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  if (url.pathname === '/v2/organizations') return answer({ data: [{ id: '5', type: 'organizations', attributes: { name: 'Elsewhere' } }, { id: '7', type: 'organizations', attributes: { name: 'Orchard House' } }] });
  if (url.pathname !== '/v2/bookings') return { status: 404, headers: {}, body: '{}' };
  const since = url.searchParams.get('filter[updated_at][gt]') ?? '';
  const from = Number(url.searchParams.get('page[after]') ?? '0');
  const all = [1, 2, 3, 4, 5].map((n) => ({ ...booking, id: String(n), attributes: { ...booking.attributes, updated_at: `2026-10-2${n}T10:00:00.000Z` } })).filter((each) => each.attributes.updated_at > since);
  return answer({ data: all.slice(from, from + 2), meta: { after_cursor: from + 2 < all.length ? String(from + 2) : null } });
}

export const samples: VendorSamples = {
  vendor: eventTemple,
  nowMs: Date.parse('2026-11-21T10:00:00Z'),
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c015',
    settings: { baseUrl: BASE, organizationId: '7', zone: 'Europe/London', vendorName: 'Orchard House' },
    secrets: { apiKey: KEY },
  },
  deliveries: [],
  reread: {
    hints: [{ remoteType: 'booking', remoteId: booking.id }],
    answers: new Map<string, unknown>([
      [`/v2/bookings/${booking.id}`, { data: booking }],
      ['/v2/contacts/9001', { data: contact }],
      ...events.map((one): [string, unknown] => [`/v2/events/${one.id}`, { data: one }]),
      ['/v2/spaces/61', { data: space }],
      ['/v2/payments/801', { data: payment }],
    ]),
    secretValues: [KEY],
  },
  poll: { respond: api, brings: 5, secretValues: [KEY] },
  tryOut: { respond: api, account: 'Orchard House', secretValues: [KEY] },
};
