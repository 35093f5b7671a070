import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ErrorBody, WebhookReceipt } from '../../core/contract/http.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../core/domain/record/state.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../server/workers/normalise.ts';
import { stripeIntent } from '../support/deliveries.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

let t: TestStore;
let test: TestApp;
let line: Normaliser;

beforeEach(async () => {
  t = await openTestStore();
  test = testApp(t.store);
  await test.app.ready();
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
});
afterEach(async () => {
  await test.app.close();
  await line.stop();
  await t.cleanup();
});

const sign = (body: string | Buffer) => {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac('sha256', t.connections.stripe.secrets['signingSecret'] ?? '').update(`${at}.`).update(body).digest('hex')}`;
};
const post = (system: 'stripe' | 'honeybook', payload: string | Buffer, headers: Record<string, string> = {}) =>
  test.app.inject({ method: 'POST', url: `/api/integrations/webhook/${system}/${t.connections[system].intakeKey}`, payload, headers: { 'content-type': 'application/json', ...headers } });
const stripe = (payload: string | Buffer, signature = sign(payload)) => post('stripe', payload, { 'stripe-signature': signature });
const honeybook = (body: unknown) => post('honeybook', JSON.stringify(body), { authorization: `Bearer ${t.connections.honeybook.secrets['bearerToken']}` });
const intent = (object: Record<string, unknown>, top: Record<string, unknown> = {}) => {
  const event = stripeIntent() as { data: { object: Record<string, unknown> } };
  return JSON.stringify({ ...event, ...top, data: { object: { ...event.data.object, ...object } } });
};
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;

it('signed nonsense is answered, stops nobody, and nothing of it breaks the record', async () => {
  const bodies = [
    intent({ description: 'nul \u0000 here', receipt_email: 'x\u0000@example.org' }),
    intent({ description: 'half' }).replace('"half"', '"\\ud800"'),
    '{"__proto__":{"type":"x"},"constructor":{"prototype":{"id":1}},"id":"evt_proto","type":"payment_intent.succeeded","created":1763640000,"data":{"__proto__":{"object":{"id":"pi"}}}}',
    `{"id":"evt_deep","type":"payment_intent.succeeded","created":1763640000,"data":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    `{"id":"evt_deeper","type":"payment_intent.succeeded","created":1763640000,"data":${'{"object":'.repeat(200_000)}1${'}'.repeat(200_000)}}`,
    intent({ description: 'x'.repeat(3 * 1024 * 1024 - 1_000) }),
    ...[-500, -0, 1e300, 2 ** 53, Number.MAX_SAFE_INTEGER, 1.5, '100', null].map((amount) => intent({ amount, amount_received: amount })),
    ...['ZZZ', 'xx', '', 'gb\u0000', 12].map((currency) => intent({ currency })),
    ...[0, -1, 1e12, 253_402_300_799, 1e300, 'x', null].map((created) => intent({}, { created })),
    intent({ id: 'p'.repeat(10_000) }, { id: 'e'.repeat(10_000) }),
    intent({ receipt_email: "';drop/**/table/**/events;--@x.y", description: '<img src=x onerror=alert(1)>' }),
    intent({}, { type: ['payment_intent.succeeded'] }),
    intent({ metadata: { wedsync_wedding_id: '00000000-0000-4000-8000-000000000000' } }),
  ];
  for (const body of bodies) expect(WebhookReceipt.parse((await stripe(body)).json()).status).toBe('accepted');
  for (const day of ['0000-01-01', '9999-12-31', '2026-02-30', '-000001-01-01', '0000-00-00']) {
    expect((await honeybook({ trigger: 'project_booked', project_id: `p ${day}`, project_name: 'P', project_date: day, client_email: 'q@example.org', updated_at: `${day}T00:00:00Z` })).statusCode).toBe(200);
  }
  for (const time of ['9999-12-31T23:59:59-14:00', '0000-01-01T00:00:00+14:00', '0000-01-01T00:00:00Z', '2026-01-01T00:00:00+99:99']) {
    expect((await honeybook({ trigger: 'meeting_scheduled', meeting_id: `m ${time}`, meeting_title: 'M', meeting_starts_at: time, updated_at: time })).statusCode).toBe(200);
  }
  for (const amount of ['-500.00', '1e5', '9'.repeat(20), '0.001', 'NaN', '1,2,3']) {
    expect((await honeybook({ trigger: 'payment_paid', payment_id: `y ${amount}`, amount, currency: 'GBP' })).statusCode).toBe(200);
  }
  expect((await honeybook({ trigger: 'client_created', client_id: '\u{1F600}'.repeat(5_000), client_email: `${'a'.repeat(9_000)}@b.c`, updated_at: '\u{1F600}'.repeat(5_000) })).statusCode).toBe(200);
  expect((await stripe(intent({ id: 'pi_last' }))).statusCode).toBe(200);
  await line.idle();

  expect((await t.store.gauges()).deliveriesWaiting).toBe(0);
  // Each was judged by itself: no whole batch had to be taken apart because of one.
  expect(t.log.lines.filter((one) => one.level !== 'info')).toEqual([]);
  const { payments } = await rows();
  expect(payments.some((row) => row.source?.remoteId === 'pi_last')).toBe(true);
  expect(payments.every((row) => row.amountMinor >= 0 && Number.isSafeInteger(row.amountMinor))).toBe(true);
  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
});

it('bytes that are no text are refused', async () => {
  for (const body of [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from('{"id":"a\0b"}'), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])]) {
    const answer = await stripe(body);
    expect([answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([400, 'intake.body_not_utf8']);
  }
});

it('10,000 repeats of one captured delivery are one event and one counted line, and shut out nobody', async () => {
  const body = intent({ id: 'pi_captured' });
  const signature = sign(body);
  const states: Record<string, number> = {};
  for (let round = 0; round < 20; round += 1) {
    for (const answer of await Promise.all(Array.from({ length: 500 }, () => stripe(body, signature)))) {
      const { status } = WebhookReceipt.parse(answer.json());
      states[status] = (states[status] ?? 0) + 1;
    }
  }
  expect(states).toEqual({ accepted: 1, duplicate: 9_999 });
  // The allowance of this connection is 6,000 a minute: the repeats must not have used it up.
  expect(WebhookReceipt.parse((await stripe(intent({ id: 'pi_real' }))).json()).status).toBe('accepted');
  await line.idle();
  expect((await rows()).payments.map((row) => row.source?.remoteId).sort()).toEqual(['pi_captured', 'pi_real']);
  await t.store.internals.flushAudit();
  const lines = await sql<{ minute: string; count: number }>`select minute, count from audit where action = 'intake.duplicate'`.execute(t.store.internals.database.system);
  // One a minute: two when the minute changed on the way.
  expect(lines.rows.length).toBeLessThanOrEqual(2);
  expect(lines.rows.reduce((sum, row) => sum + row.count, 0)).toBe(9_999);
  expect(test.logLines.length).toBeLessThan(100);
});
