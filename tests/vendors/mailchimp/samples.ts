import { createHmac } from 'node:crypto';
import { mailchimp } from '../../../core/vendors/mailchimp/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { bytes, call, fixtures } from '../ports.ts';

const KEY = 'fixture-key-us21';
const SECRET = 'mailchimp-signing-secret';
export const FORM = 'application/x-www-form-urlencoded';
export const nowMs = 1_793_000_100_000;
const BASE = 'https://mailchimp.test/3.0';

export function signed(body: Uint8Array, secret = SECRET, at = nowMs): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  return { 'x-mailchimp-signature': `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}` };
}

const member = (n: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: String(n).padStart(32, '0'), unique_email_id: `abcdef${String(n).padStart(4, '0')}`, email_address: `guest${n}@example.org`, full_name: `Guest ${n}`, status: 'subscribed',
  merge_fields: { FNAME: 'Guest', LNAME: String(n), PHONE: '', ADDRESS: { addr1: 'x' } }, last_changed: new Date(Date.UTC(2026, 9, 1) + n * 1000).toISOString().replace('.000Z', '+00:00'), ...more,
});
/** More than one page, with many in the second where the pages meet. */
export const MEMBERS: readonly Record<string, unknown>[] = Array.from({ length: 230 }, (_, i) => member(i, i > 195 && i < 205 ? { last_changed: '2026-10-01T00:03:16+00:00' } : i === 229 ? { status: 'unsubscribed' } : {}));

const json = (body: unknown, status = 200): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });

export function respond({ url, headers }: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(url);
  if (headers['authorization'] !== `Basic ${Buffer.from(`key:${KEY}`).toString('base64')}`) return json({ status: 401 }, 401);
  if (pathname === '/3.0/ping') return json({ health_status: "Everything's Chimpy!" });
  if (pathname !== '/3.0/lists/a6b5da1054/members') return json({ status: 404 }, 404);
  const since = Date.parse(searchParams.get('since_last_changed') ?? '');
  const offset = Number(searchParams.get('offset'));
  const found = MEMBERS.filter((one) => Date.parse(String(one['last_changed'])) > since).sort((a, b) => String(a['last_changed']).localeCompare(String(b['last_changed'])));
  return json({ members: found.slice(offset, offset + Number(searchParams.get('count'))), list_id: 'a6b5da1054', total_items: found.length });
}

export const samples: VendorSamples = {
  vendor: mailchimp,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c018', settings: { listId: 'a6b5da1054', baseUrl: BASE }, secrets: { apiKey: KEY, signingSecret: SECRET } },
  prove: (body, { mediaType = FORM, secret, at } = {}) => call(body, signed(body, secret, at), { mediaType }),
  bodyKind: 'form',
  deliveries: fixtures('mailchimp').map(({ name, body }) => ({ name, body: new URLSearchParams(JSON.parse(body) as Record<string, string>).toString(), mediaType: FORM })),
  handshakes: [
    { name: 'answers a GET', request: call(bytes(''), {}, { method: 'GET', mediaType: '' }), reply: { status: 200, mediaType: 'text/plain', body: '' } },
    { name: 'answers an empty call', request: call(bytes(''), {}, { mediaType: '' }), reply: { status: 200, mediaType: 'text/plain', body: '' } },
  ],
  poll: { respond, brings: MEMBERS.length, secretValues: [KEY, Buffer.from(`key:${KEY}`).toString('base64')] },
  tryOut: { respond, account: null, secretValues: [KEY] },
};
