import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';

/** The same promises as in refusals.test.ts, kept by the real database and over a real socket. */

const stripe = new Stripe('sk_test_not_used');
let t: TestStore;
let test: TestApp;
let url: string;

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store);
  url = await test.listen();
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const body = (id: string) => JSON.stringify({ id, object: 'event', type: 'invoice.paid', created: 1_700_000_000, data: { object: { id: 'in_1' } } });
const sign = (payload: string, secret = t.connections.stripe.secrets['signingSecret'] ?? '') => stripe.webhooks.generateTestHeaderString({ payload, secret });
const post = async (payload: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>, key = t.connections.stripe.intakeKey, system = 'stripe') => {
  const answer = await fetch(`${url}/api/integrations/webhook/${system}/${key}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: payload });
  return { status: answer.status, body: (await answer.json()) as { status?: string; deliveryId?: string; error?: { code: string } } };
};
const deliveries = () => t.store.internals.database.system.selectFrom('deliveries').select(['id', 'deliveryKey']).execute();
const audit = async () => {
  await t.store.internals.flushAudit();
  return t.store.internals.database.system.selectFrom('audit').select(['action', 'outcome', 'subject', 'count', 'organisationId']).where('action', 'like', 'intake.%').execute();
};

describe('on the real database', () => {
  it('refusals store nothing and leave one line each', async () => {
    const headSeq = await t.store.headSeq(t.organisation.id);
    const good = body('evt_refused');
    const refused = [
      await post(good, { 'stripe-signature': sign(good) }, t.connections.stripe.intakeKey, 'nobody'),
      await post(good, { 'stripe-signature': sign(good) }, t.connections.honeybook.intakeKey),
      await post(good, {}),
      await post(good, { 'stripe-signature': sign(good, 'whsec_other') }),
      await post(good, { 'stripe-signature': 't=1,v1=ab' }),
      await post('{', { 'stripe-signature': sign('{') }),
      await post(good, { 'content-type': 'text/plain', 'stripe-signature': sign(good) }),
      await post(new Uint8Array(3 * 1024 * 1024 + 1), {}),
      await post(good, {}, t.connections.honeybook.intakeKey, 'honeybook'),
    ];
    expect(refused.map((answer) => [answer.status, answer.body.error?.code])).toEqual([
      [404, 'intake.unknown_connection'],
      [404, 'intake.unknown_connection'],
      [401, 'intake.signature_missing'],
      [401, 'intake.signature_wrong'],
      [401, 'intake.signature_malformed'],
      [400, 'intake.body_not_json'],
      [415, 'intake.media_type'],
      [413, 'intake.body_too_large'],
      [401, 'intake.signature_missing'],
    ]);
    expect(await deliveries()).toEqual([]);
    expect(await t.store.headSeq(t.organisation.id)).toBe(headSeq);
    const lines = await audit();
    expect(lines.map((line) => line.count)).toEqual(refused.map(() => 1));
    expect(lines.map((line) => line.outcome).sort()).toEqual(['intake.unknown_system', ...refused.slice(1).map((answer) => answer.body.error?.code)].sort());
  });

  it('an accepted delivery is in the database when the answer comes; 2,000 repeats change nothing', async () => {
    const payload = body('evt_once');
    const headers = { 'stripe-signature': sign(payload) };
    const first = await post(payload, headers);
    expect(first).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(await deliveries()).toEqual([{ id: first.body.deliveryId, deliveryKey: 'evt_once' }]);
    for (let sent = 0; sent < 2000; sent += 50) {
      for (const answer of await Promise.all(Array.from({ length: 50 }, () => post(payload, headers)))) expect(answer).toEqual({ status: 200, body: { status: 'duplicate', deliveryId: first.body.deliveryId } });
    }
    expect(await deliveries()).toHaveLength(1);
    const lines = (await audit()).filter((line) => line.action === 'intake.duplicate');
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(2000);
    expect(lines[0]).toMatchObject({ subject: t.connections.stripe.connectionId, organisationId: t.organisation.id });
  });
});
