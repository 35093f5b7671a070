import { createHmac } from 'node:crypto';
import { tripleseat } from '../../../core/vendors/tripleseat/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';
import { contact, event, lead } from './objects.ts';

export const KEY = 'tripleseat-fixture-key';
const TOKEN = 'tripleseat-fixture-token';
const BASE = 'http://tripleseat.test/v1';

export const signature = (body: Uint8Array, key = KEY): Buffer => createHmac('sha256', key).update(body).digest();

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });
const changed = (minute: number): string => new Date(Date.UTC(2026, 9, 20, 10, minute)).toISOString();

/** Two pages of events and one of leads, newest first. */
export function lists(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  const page = Number(url.searchParams.get('page') ?? '1');
  const [from, count] = page === 1 ? [0, 50] : [50, 3];
  if (url.pathname === '/v1/events/search.json') {
    return answer({ total_pages: 2, results: Array.from({ length: count }, (_, n) => ({ id: 1000 + from + n, name: 'x', updated_at: changed(59 - from - n) })) });
  }
  if (url.pathname === '/v1/leads/search.json') return answer({ total_pages: 1, results: [{ id: 1, updated_at: '10/20/2026 10:00 AM' }, { id: 2, updated_at: '10/19/2026 10:00 AM' }] });
  return { status: 404, headers: {}, body: '{}' };
}

export const samples: VendorSamples = {
  vendor: tripleseat,
  nowMs: Date.parse('2026-11-21T10:00:00Z'),
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c012',
    settings: { baseUrl: BASE, clientId: 'tripleseat-fixture-client', zone: 'Europe/London', currency: 'GBP' },
    secrets: { accessToken: TOKEN, clientSecret: 'tripleseat-fixture-secret', signingKey: KEY },
  },
  prove: (body, options = {}) => call(body, { 'x-signature': signature(body, options.secret ?? KEY).toString('hex') }, { mediaType: options.mediaType ?? 'application/json' }),
  deliveries: fixtures('tripleseat').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'event', remoteId: '500123' },
      { remoteType: 'lead', remoteId: '700123' },
    ],
    answers: new Map<string, unknown>([
      ['/v1/events/500123.json', { event }],
      ['/v1/contacts/9001.json', { contact }],
      ['/v1/leads/700123.json', { lead }],
    ]),
    secretValues: [TOKEN, KEY],
  },
  poll: { respond: lists, brings: 55, secretValues: [TOKEN, KEY] },
  tryOut: { respond: () => answer([{ id: 1, name: 'Orchard House' }]), account: 'Orchard House', secretValues: [TOKEN, KEY] },
};
