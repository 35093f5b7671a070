import { createHmac } from 'node:crypto';
import { calendly } from '../../../core/vendors/calendly/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';
import { event, eventUri, invitee, SLOTS, user } from './objects.ts';

export const KEY = 'calendly-fixture-key';
const TOKEN = 'calendly-fixture-token';
const BASE = 'http://calendly.test';

export function signature(body: Uint8Array, at: number, key = KEY): string {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.`).update(body).digest('hex')}`;
}

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** The account, and its events in two pages. */
export function api(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  if (url.pathname === '/users/me') return answer({ resource: user });
  if (url.pathname !== '/scheduled_events' || url.searchParams.get('user') !== user.uri) return { status: 404, headers: {}, body: '{}' };
  const second = url.searchParams.get('page_token') === 'page2';
  const collection = (second ? [SLOTS.third] : [SLOTS.first, SLOTS.second]).map((slot) => event(slot));
  return answer({ collection, pagination: { count: collection.length, next_page: second ? null : `${BASE}/scheduled_events?page_token=page2`, previous_page: null, next_page_token: second ? null : 'page2' } });
}

const { first } = SLOTS;
const nowMs = 1_793_000_100_000;

export const samples: VendorSamples = {
  vendor: calendly,
  nowMs,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c014',
    settings: { baseUrl: BASE, trade: 'cake', vendorName: 'Rose Bakery', zone: 'Europe/London', scope: 'user' },
    secrets: { accessToken: TOKEN, signingKey: KEY },
  },
  prove: (body, options = {}) => call(body, { 'calendly-webhook-signature': signature(body, options.at ?? nowMs, options.secret ?? KEY) }, { mediaType: options.mediaType ?? 'application/json' }),
  deliveries: fixtures('calendly').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'invitee', remoteId: `${first.event}.${first.invitee}` },
      { remoteType: 'event', remoteId: first.event },
    ],
    answers: new Map<string, unknown>([
      [`/scheduled_events/${first.event}`, { resource: event(first) }],
      [`/scheduled_events/${first.event}/invitees`, { collection: [invitee(first)], pagination: { count: 1 } }],
      [`/scheduled_events/${first.event}/invitees/${first.invitee}`, { resource: invitee(first) }],
    ]),
    secretValues: [TOKEN, KEY, eventUri(first)],
  },
  poll: { respond: api, brings: 3, secretValues: [TOKEN, KEY] },
  tryOut: { respond: api, account: 'Rose Bakery', secretValues: [TOKEN, KEY] },
};
