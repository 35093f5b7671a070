import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { stripe } from '../../../core/vendors/stripe/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';

const SECRET = 'whsec_test_fixture_secret';
const nowMs = 1_793_000_100_000;

/** Signed by Stripe's own library; it takes text only, so bytes that are no text are signed by the documented rule. */
function header(body: Uint8Array, secret: string, at: number): string {
  const payload = Buffer.from(body).toString('utf8');
  const timestamp = Math.floor(at / 1000);
  if (Buffer.from(payload, 'utf8').equals(Buffer.from(body))) return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return `t=${timestamp},v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

const API_KEY = 'rk_test_fixture_key';
const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** As far as a charge and a dispute are read. */
export const charge = { id: 'ch_fixtureA', object: 'charge', amount: 150_000, amount_refunded: 0, billing_details: { email: 'couple@example.org', name: 'Ada Example' }, created: 1_793_000_029, currency: 'gbp', disputed: true, metadata: {}, paid: true, payment_intent: 'pi_fixtureA', refunded: false, status: 'succeeded' };
export const dispute = { id: 'dp_fixtureA', object: 'dispute', amount: 150_000, charge: 'ch_fixtureA', created: 1_793_000_050, currency: 'gbp', reason: 'product_not_received', status: 'lost' };

const toldOf = (name: string): boolean => !name.startsWith('unknown.');

/** The account, and its events of the wanted kinds, newest first, five a page. */
export function api(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  if (request.headers['authorization'] !== `Bearer ${API_KEY}`) return { status: 401, headers: {}, body: '{}' };
  if (url.pathname === '/v1/account') return answer({ id: 'acct_fixture', object: 'account', default_currency: 'gbp', settings: { dashboard: { display_name: 'Orchard House' } } });
  if (url.pathname !== '/v1/events') return { status: 404, headers: {}, body: '{}' };
  const types = url.searchParams.getAll('types[]');
  const events = fixtures('stripe')
    .map(({ body }) => JSON.parse(body) as { id: string; type: string; created: number })
    .filter((event) => types.includes(event.type) && event.created >= Number(url.searchParams.get('created[gte]')))
    .sort((a, b) => b.created - a.created || a.id.localeCompare(b.id));
  const from = events.findIndex((event) => event.id === url.searchParams.get('starting_after')) + 1;
  return answer({ object: 'list', url: '/v1/events', has_more: from + 5 < events.length, data: events.slice(from, from + 5) });
}

export const samples: VendorSamples = {
  vendor: stripe,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c001', settings: { baseUrl: 'http://stripe.test/v1' }, secrets: { signingSecret: SECRET, apiKey: API_KEY } },
  prove: (body, options = {}) =>
    call(body, { 'stripe-signature': header(body, options.secret ?? SECRET, options.at ?? nowMs), 'content-type': 'application/json' }, { mediaType: options.mediaType ?? 'application/json' }),
  deliveries: fixtures('stripe').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'charge', remoteId: 'ch_fixtureA' },
      { remoteType: 'dispute', remoteId: 'dp_fixtureA' },
    ],
    answers: new Map<string, unknown>([
      ['/v1/charges/ch_fixtureA', charge],
      ['/v1/disputes/dp_fixtureA', dispute],
    ]),
    secretValues: [API_KEY, SECRET],
  },
  // One that is won has the name of one that is lost.
  poll: { respond: api, brings: fixtures('stripe').filter(({ name }) => toldOf(name) || name.endsWith('.won')).length, secretValues: [API_KEY, SECRET] },
  tryOut: { respond: api, account: 'Orchard House', secretValues: [API_KEY, SECRET] },
};
