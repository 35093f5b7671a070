import { createSign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { paypal } from '../../../core/vendors/paypal/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { createCertificates } from '../../../server/certificates.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { certificate, type Holder } from '../certificateMaker.ts';
import { call, fixtures } from '../ports.ts';
import { capture, IDS, invoice, order, refund, webhook } from './objects.ts';

const DAY = 86_400_000;
export const WEBHOOK_ID = 'WHFIXTURE1';
const SECRET = 'paypal-fixture-secret';
const TOKEN = 'paypal-fixture-token';
const BASE = 'http://paypal.test';
const nowMs = Date.parse('2026-11-21T10:00:00Z');
const valid = { from: nowMs - 30 * DAY, to: nowMs + 30 * DAY };

export const root = certificate({ common: 'Fixture root', isAuthority: true, ...valid });
export const leaf = certificate({ common: 'messageverificationcerts.paypal.com', by: root, hosts: ['messageverificationcerts.paypal.com'], ...valid });
export const CERT_URL = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270';

export interface Signed {
  readonly webhookId?: string;
  readonly by?: Holder;
  readonly certUrl?: string;
  readonly evidence?: string | null;
  readonly sum?: number;
  readonly mediaType?: string;
}

/** Signed as documented, with the platform's own CRC-32 where there is one. */
export function signed(body: Uint8Array, { webhookId = WEBHOOK_ID, by = leaf, certUrl = CERT_URL, evidence = `${leaf.pem}${root.pem}`, sum = crc32(body), mediaType = 'application/json' }: Signed = {}): WebhookRequest {
  const id = '69cd13f0-d67a-11e5-baa3-778b53f4ae55';
  const time = '2026-11-20T10:00:01Z';
  const headers = {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': createSign('sha256').update(`${id}|${time}|${webhookId}|${sum}`).sign(by.key, 'base64'),
    'paypal-cert-url': certUrl,
    'paypal-auth-algo': 'SHA256withRSA',
  };
  return call(body, headers, { evidence, mediaType });
}

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** The sign-in, the list of events in two pages, and the webhook. */
export function api(request: HttpRequest): HttpResponse {
  const [path, question = ''] = request.url.slice(BASE.length).split('?');
  if (path === '/v1/oauth2/token' && request.method === 'POST') return answer({ access_token: TOKEN, token_type: 'Bearer', expires_in: 32_400, app_id: 'APP-1' });
  if (request.headers['authorization'] !== `Bearer ${TOKEN}`) return { status: 401, headers: {}, body: '{}' };
  if (path === `/v1/notifications/webhooks/${WEBHOOK_ID}`) return answer(webhook);
  if (path !== '/v1/notifications/webhooks-events') return { status: 404, headers: {}, body: '{}' };
  const asked = new URLSearchParams(question);
  const events = fixtures('paypal')
    .map(({ body }) => JSON.parse(body) as { create_time: string })
    .filter((event) => event.create_time >= (asked.get('start_time') ?? ''))
    .sort((a, b) => b.create_time.localeCompare(a.create_time));
  if (asked.has('page')) return answer({ events: events.slice(5), count: events.length - 5, links: [] });
  const next = { href: `https://api.sandbox.paypal.com/v1/notifications/webhooks-events?${question}&page=2`, rel: 'next', method: 'GET' };
  return answer({ events: events.slice(0, 5), count: Math.min(5, events.length), links: events.length > 5 ? [next] : [] });
}

export const samples: VendorSamples = {
  vendor: paypal,
  nowMs,
  certificates: createCertificates([root.pem]),
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c011',
    settings: { baseUrl: BASE, clientId: 'paypal-fixture-client' },
    secrets: { clientSecret: SECRET, webhookId: WEBHOOK_ID },
  },
  prove: (body, options = {}) => signed(body, { ...(options.secret === undefined ? {} : { webhookId: options.secret }), ...(options.mediaType === undefined ? {} : { mediaType: options.mediaType }) }),
  deliveries: fixtures('paypal').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'capture', remoteId: IDS.capture },
      { remoteType: 'refund', remoteId: IDS.refund },
      { remoteType: 'invoice', remoteId: IDS.invoice },
    ],
    answers: new Map<string, unknown>([
      ['/v1/oauth2/token', { access_token: TOKEN }],
      [`/v2/payments/captures/${IDS.capture}`, capture],
      [`/v2/payments/refunds/${IDS.refund}`, refund],
      [`/v2/checkout/orders/${IDS.order}`, order],
      [`/v2/invoicing/invoices/${IDS.invoice}`, invoice],
    ]),
    secretValues: [SECRET, TOKEN, Buffer.from(`paypal-fixture-client:${SECRET}`).toString('base64')],
  },
  poll: { respond: api, brings: fixtures('paypal').length, secretValues: [SECRET, TOKEN] },
  tryOut: { respond: api, account: null, secretValues: [SECRET, TOKEN, WEBHOOK_ID] },
};
