import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBody, WebhookReceipt } from '../../../core/contract/http.ts';
import { ok } from '../../../core/contract/result.ts';
import { stripe } from '../../../core/vendors/stripe/index.ts';
import { bodyText, verifyToken } from '../../../core/vendors/signatures.ts';
import type { VendorModule, WebhookRequest } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { memoryStore, type MemoryStore } from '../../support/memoryStore.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';

/** What vendors ask besides delivering, on a made-up system that does all of it: the intake's part, not a vendor's. */

const KEY = 'k'.repeat(43);
let calls: WebhookRequest[];
let store: MemoryStore;
let test: TestApp;

const asking: VendorModule = {
  manifest: { ...stripe.manifest, id: 'asking', webhook: { headers: ['x-token'], mediaTypes: ['application/json', ''], events: ['said'], verification: 'secret_in_call', toleranceSeconds: null, handshake: true } },
  webhook: {
    handshake: ({ method, query }) => (method === 'GET' && query['challenge'] !== undefined ? { status: 200, mediaType: 'text/plain', body: query['challenge'] } : null),
    evidence: ({ query }) => (query['certificate'] === undefined ? null : { url: query['certificate'] }),
    verify(request, access, { hashing }) {
      calls.push(request);
      if (request.evidence === null) return { ok: false, error: 'intake.evidence_missing' };
      const proof = verifyToken(request.headers['x-token'], [access.secrets['token']], hashing);
      if (!proof.ok) return proof;
      const text = bodyText(request);
      if (!text.ok) return text;
      const common = { deliveryKey: `key:${text.value}`, vendorEvent: 'said', bodyText: text.value };
      if (text.value === 'probe') return ok({ ...common, nothing: true, reply: { status: 202, mediaType: 'text/plain', body: 'well' } });
      return ok({ ...common, reply: { status: 200, mediaType: 'text/xml', body: '<Response/>' } });
    },
    normalise: () => ok({ kind: 'ignored', why: 'made up' }),
  },
};

const send = (method: 'GET' | 'POST' | 'HEAD', query = '', payload = '', headers: Record<string, string> = {}) =>
  test.app.inject({ method, url: `/api/integrations/webhook/asking/${KEY}${query}`, ...(method === 'POST' ? { payload } : {}), headers: { host: 'hooks.example.test', ...headers } });

beforeEach(async () => {
  calls = [];
  store = memoryStore();
  const organisation = store.addOrganisation();
  const connection = { connectionId: createIds().next(), organisationId: organisation.id, paused: false, settings: {} };
  store.addConnection({ ...connection, intakeKey: KEY, system: 'asking', secrets: { token: 'the-token' } });
  test = testApp(store, { vendors: (system) => (system === 'asking' ? asking : null), config: { publicUrl: 'https://hooks.example.test' } });
  await test.app.ready();
});
afterEach(() => test.app.close());

describe('a vendor that asks first', () => {
  it('is answered in its own words, and nothing is stored or audited', async () => {
    const answer = await send('GET', '?challenge=a%20b&challenge=c');
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([200, 'text/plain; charset=utf-8', 'a b']);
    expect([store.stored, store.auditLines]).toEqual([[], []]);
  });

  it('gets the same 404 as anybody for a GET that asks nothing, which counts against its address', async () => {
    const answer = await send('GET');
    expect([answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([404, 'intake.unknown_connection']);
    expect(store.auditLines).toMatchObject([{ action: 'intake.refused', count: 1 }]);
  });

  it('reads its own answer after the delivery is stored, also to a repeat', async () => {
    for (const status of ['stored', 'repeated']) {
      const answer = await send('POST', '', 'hello', { 'x-token': 'the-token', 'content-type': 'application/json' });
      expect([status, answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([status, 200, 'text/xml; charset=utf-8', '<Response/>']);
    }
    expect(store.stored).toHaveLength(1);
  });

  it('gets an answer to a proved probe, of which nothing is kept', async () => {
    const answer = await send('POST', '', 'probe', { 'x-token': 'the-token', 'content-type': 'application/json' });
    expect([answer.statusCode, answer.body]).toEqual([202, 'well']);
    expect(store.stored).toEqual([]);
  });

  it('may send no media type where the manifest says so, and is still to prove itself', async () => {
    expect((await send('POST', '', '', { 'x-token': 'the-token' })).statusCode).toBe(200);
    const wrong = await send('POST', '', 'x', { 'x-token': 'another', 'content-type': 'application/json' });
    expect([wrong.statusCode, ErrorBody.parse(wrong.json()).error.code]).toEqual([401, 'intake.signature_wrong']);
  });
});

describe('what a vendor signs', () => {
  it('is the public address with its query, whatever name the caller used', async () => {
    await send('POST', '?a=1&b=%2F', 'x', { 'x-token': 'the-token', 'content-type': 'application/json', host: 'inner:4317' });
    expect(calls[0]).toMatchObject({ method: 'POST', url: `https://hooks.example.test/api/integrations/webhook/asking/${KEY}?a=1&b=%2F`, query: { a: '1', b: '/' } });
  });

  it('waits for evidence; when that cannot be had the vendor is asked to come again', async () => {
    const answer = await send('POST', '?certificate=https://127.0.0.1/cert.pem', 'x', { 'x-token': 'the-token', 'content-type': 'application/json' });
    const { error } = ErrorBody.parse(answer.json());
    expect([answer.statusCode, error.code, error.retryable]).toEqual([503, 'intake.evidence_missing', true]);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(store.stored).toEqual([]);
  });

  it('is a receipt of ours where it does not ask for anything else', () => {
    expect(WebhookReceipt.safeParse({ status: 'ignored', deliveryId: null }).success).toBe(true);
  });
});
