import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBody, WebhookReceipt } from '../../../core/contract/http.ts';
import { createIds } from '../../../server/ports.ts';
import { memoryStore, type MemoryStore } from '../../support/memoryStore.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';

const SECRET = 'whsec_intake_refusals';
const KEY = 'k'.repeat(43);
const ids = createIds();
const stripe = new Stripe('sk_test_not_used');

let store: MemoryStore;
let test: TestApp;
let connectionId: string;

const body = (id = 'evt_1') => JSON.stringify({ id, object: 'event', type: 'invoice.paid', created: 1_700_000_000, data: { object: { id: 'in_1' } } });
const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) => stripe.webhooks.generateTestHeaderString({ payload, secret: options.secret ?? SECRET, ...(options.timestamp ? { timestamp: options.timestamp } : {}) });

const post = (options: { system?: string; key?: string; payload?: string | Buffer; headers?: Record<string, string>; remote?: string } = {}) => {
  const payload = options.payload ?? body();
  return test.app.inject({
    method: 'POST',
    url: `/api/integrations/webhook/${options.system ?? 'stripe'}/${options.key ?? KEY}`,
    payload,
    headers: options.headers ?? { 'content-type': 'application/json', 'stripe-signature': sign(String(payload)) },
    remoteAddress: options.remote ?? '203.0.113.9',
  });
};

beforeEach(async () => {
  store = memoryStore();
  const organisation = store.addOrganisation();
  connectionId = ids.next();
  store.addConnection({ intakeKey: KEY, connectionId, organisationId: organisation.id, system: 'stripe', paused: false, settings: {}, secrets: { signingSecret: SECRET } });
  store.addConnection({ intakeKey: `${KEY}_paused`, connectionId: ids.next(), organisationId: organisation.id, system: 'stripe', paused: true, settings: {}, secrets: { signingSecret: SECRET } });
  store.addConnection({ intakeKey: `${KEY}_nosecret`, connectionId: ids.next(), organisationId: organisation.id, system: 'stripe', paused: false, settings: {}, secrets: {} });
  test = testApp(store);
  await test.app.ready();
});
afterEach(() => test.app.close());

const json = { 'content-type': 'application/json' };
const now = () => Math.floor(Date.now() / 1000);

describe('a refused webhook', () => {
  const cases: { name: string; send: () => ReturnType<typeof post>; status: number; code: string; audited?: string }[] = [
    { name: 'unknown system', send: () => post({ system: 'nobody' }), status: 404, code: 'intake.unknown_connection', audited: 'intake.unknown_system' },
    { name: 'unknown connection', send: () => post({ key: 'x'.repeat(43) }), status: 404, code: 'intake.unknown_connection' },
    { name: 'connection key of an impossible shape', send: () => post({ key: 'a' }), status: 404, code: 'intake.unknown_connection' },
    { name: 'media type not in the manifest', send: () => post({ headers: { 'content-type': 'text/xml', 'stripe-signature': sign(body()) } }), status: 415, code: 'intake.media_type' },
    { name: 'no media type', send: () => post({ headers: { 'stripe-signature': sign(body()) } }), status: 415, code: 'intake.media_type' },
    { name: 'body too large', send: () => post({ payload: Buffer.alloc(3 * 1024 * 1024 + 1, 0x20), headers: json }), status: 413, code: 'intake.body_too_large' },
    { name: 'not JSON, though signed', send: () => post({ payload: '{"id":' }), status: 400, code: 'intake.body_not_json' },
    { name: 'no body at all, though signed', send: () => post({ payload: '' }), status: 400, code: 'intake.body_not_json' },
    { name: 'signature missing', send: () => post({ headers: json }), status: 401, code: 'intake.signature_missing' },
    { name: 'signature wrong', send: () => post({ headers: { ...json, 'stripe-signature': sign(body(), { secret: 'whsec_other' }) } }), status: 401, code: 'intake.signature_wrong' },
    { name: 'signature of the wrong length', send: () => post({ headers: { ...json, 'stripe-signature': `t=${now()},v1=abcdef` } }), status: 401, code: 'intake.signature_malformed' },
    { name: 'signature over other bytes', send: () => post({ headers: { ...json, 'stripe-signature': sign(`${body()} `) } }), status: 401, code: 'intake.signature_wrong' },
    { name: 'old timestamp', send: () => post({ headers: { ...json, 'stripe-signature': sign(body(), { timestamp: now() - 600 }) } }), status: 401, code: 'intake.timestamp_outside_window' },
    { name: 'connection without a secret', send: () => post({ key: `${KEY}_nosecret` }), status: 401, code: 'intake.secret_missing' },
  ];

  it.each(cases)('$name: $status $code, nothing stored, one audit line', async ({ send, status, code, audited }) => {
    const answer = await send();
    expect(answer.statusCode).toBe(status);
    const refused = ErrorBody.parse(answer.json());
    expect(refused.error.code).toBe(code);
    expect(refused.error.retryable).toBe(status === 503);
    expect(answer.body).not.toMatch(/node_modules|\.ts:|at .*\(/);
    expect(store.stored).toEqual([]);
    expect(store.auditLines.map(({ action, outcome, count }) => ({ action, outcome, count }))).toEqual([{ action: 'intake.refused', outcome: audited ?? code, count: 1 }]);
  });

  it('answers an unknown system and an unknown connection with the same bytes', async () => {
    const [system, connection] = [await post({ system: 'nobody' }), await post({ key: 'x'.repeat(43) })];
    expect(system.body).toBe(connection.body);
    expect(system.statusCode).toBe(connection.statusCode);
  });

  it('answers another method with 405 and says which one is taken', async () => {
    const answer = await test.app.inject({ method: 'GET', url: `/api/integrations/webhook/stripe/${KEY}` });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
    expect(ErrorBody.parse(answer.json()).error.code).toBe('request.method');
  });

  it('never writes the address key, the signature or the body into the log', async () => {
    await post();
    await post({ headers: { ...json, 'stripe-signature': 't=1,v1=feedbead' } });
    await post({ key: 'y'.repeat(43) });
    const text = JSON.stringify(test.logLines);
    expect(test.logLines.filter((line) => line['msg'] === 'webhook')).toHaveLength(3);
    for (const secret of [KEY, 'y'.repeat(43), 'feedbead', SECRET, 'in_1']) expect(text).not.toContain(secret);
  });
});

describe('rates', () => {
  it('turns unproved traffic of one address into 429 after its allowance, and leaves proved traffic of that address alone', async () => {
    await test.app.close();
    test = testApp(store, { config: { strangerPerMinute: 3 } });
    const codes: number[] = [];
    for (let i = 0; i < 5; i += 1) codes.push((await post({ headers: { ...json, 'stripe-signature': sign(body(), { secret: 'whsec_other' }) } })).statusCode);
    expect(codes).toEqual([401, 401, 401, 429, 429]);
    const limited = await post({ system: 'nobody' });
    expect(limited.statusCode).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect(ErrorBody.parse(limited.json()).error).toMatchObject({ code: 'intake.too_many_requests', retryable: true });
    expect((await post({ system: 'nobody', remote: '198.51.100.4' })).statusCode).toBe(404);
    expect((await post()).statusCode).toBe(200);
    expect(store.stored).toHaveLength(1);
    expect(store.auditLines.find((line) => line.outcome === 'intake.too_many_requests' && line.subject === connectionId)?.count).toBe(2);
  });

  it('limits the signed traffic of one connection', async () => {
    await test.app.close();
    test = testApp(store, { config: { connectionPerMinute: 2 } });
    const codes: number[] = [];
    for (let i = 0; i < 3; i += 1) codes.push((await post({ payload: body(`evt_${i}`) })).statusCode);
    expect(codes).toEqual([200, 200, 429]);
    expect(store.stored).toHaveLength(2);
  });
});

describe('an accepted webhook', () => {
  it('stores the bytes and no header that proves anything', async () => {
    const answer = await post();
    expect(answer.statusCode).toBe(200);
    expect(WebhookReceipt.parse(answer.json())).toMatchObject({ status: 'accepted' });
    expect(store.stored).toHaveLength(1);
    expect(store.stored[0]).toMatchObject({ connectionId, system: 'stripe', deliveryKey: 'evt_1', vendorEvent: 'invoice.paid', mediaType: 'application/json', bodyText: body(), headers: {} });
    expect(store.auditLines).toEqual([]);
  });

  it('for a paused connection is proved, stored and acknowledged as ever; it is the worker that holds it', async () => {
    const answer = await post({ key: `${KEY}_paused` });
    expect(answer.statusCode).toBe(200);
    expect(WebhookReceipt.parse(answer.json())).toMatchObject({ status: 'accepted' });
    expect(store.stored).toHaveLength(1);
    expect((await post({ key: `${KEY}_paused`, headers: json })).statusCode).toBe(401);
    const counted = await test.metrics.intake.get();
    expect(counted.values.map(({ labels, value }) => [labels.outcome, value]).sort()).toEqual([['held', 1], ['refused', 1]]);
  });

  it('is answered only after the commit', async () => {
    let commit = () => undefined as void;
    store.beforeCommit = () => new Promise((resolve) => (commit = resolve));
    let answered = false;
    const pending = post().then((answer) => {
      answered = true;
      return answer;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    expect(store.stored).toHaveLength(0);
    commit();
    expect((await pending).statusCode).toBe(200);
    expect(store.stored).toHaveLength(1);
  });

  it('that could not be stored is 503 and worth another try', async () => {
    store.beforeCommit = () => Promise.reject(new Error('disk full at /var/lib/somewhere'));
    const answer = await post();
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({ code: 'intake.store_unavailable', retryable: true });
    expect(answer.body).not.toContain('disk full');
    store.beforeCommit = null;
    store.down = true;
    expect((await post()).statusCode).toBe(503);
    store.down = false;
    expect((await post()).json()).toMatchObject({ status: 'accepted' });
  });

  it('2,000 duplicates change nothing and leave one audit line a minute', async () => {
    const firstAnswer = (await post()).json<{ deliveryId: string }>();
    for (let sent = 0; sent < 2000; sent += 100) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => post()));
      for (const answer of answers) {
        expect(answer.statusCode).toBe(200);
        expect(answer.json()).toEqual({ status: 'duplicate', deliveryId: firstAnswer.deliveryId });
      }
    }
    expect(store.stored).toHaveLength(1);
    const lines = store.auditLines.filter((line) => line.action === 'intake.duplicate');
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(new Set(lines.map((line) => line.at.slice(0, 16))).size).toBe(lines.length);
    expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(2000);
  });
});
