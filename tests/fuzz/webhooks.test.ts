import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebhookReceipt } from '../../core/contract/http.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../server/workers/normalise.ts';
import { stripeIntent } from '../support/deliveries.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, TEST_SYSTEMS, type TestStore, type TestSystem } from '../support/store.ts';
import { asker, type Shot } from './ask.ts';
import { oneWrong, wrongText } from './hostile.ts';
import { prototypeIsClean, wrongWith } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';

let t: TestStore;
let test: TestApp;
let line: ReturnType<typeof asker>;
let normaliser: Normaliser;
const unhandled = watchUnhandled();

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { strangerPerMinute: 1_000_000_000, connectionPerMinute: 1_000_000_000 } });
  line = asker(await test.listen());
  normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
}, 90_000);
afterAll(async () => {
  line.close();
  await test.app.close();
  await normaliser.stop();
  await t.cleanup();
  unhandled.stop();
});

const hmac = (body: Buffer, at = Math.floor(Date.now() / 1000)) => `t=${at},v1=${createHmac('sha256', t.connections.stripe.secrets['signingSecret'] ?? '').update(`${at}.`).update(body).digest('hex')}`;
const proof: Readonly<Record<TestSystem, (body: Buffer) => Record<string, string>>> = {
  stripe: (body) => ({ 'stripe-signature': hmac(body) }),
  honeybook: () => ({ authorization: `Bearer ${t.connections.honeybook.secrets['bearerToken']}` }),
  'vsco-workspace': () => ({}),
};
const WRONG_PROOF = ['', 't=', 'v1=', 't=1,v1=0', `t=${'9'.repeat(400)},v1=${'a'.repeat(64)}`, 't=-1,v1=zz', ',,,', 't=NaN,v1=NaN', '__proto__=1', `t=1,${'v1=a,'.repeat(2_000)}`];
const shot = (system: TestSystem, body: Buffer, headers: Record<string, string>): Shot => ({
  method: 'POST', path: `/api/integrations/webhook/${system}/${t.connections[system].intakeKey}`, headers: { 'content-type': 'application/json', ...headers }, body,
});

/** Bodies near to what each system sends, so that more than the first check is reached. */
const NEAR: Readonly<Record<TestSystem, fc.Arbitrary<unknown>>> = {
  stripe: fc.tuple(fc.uuid(), fc.integer()).map(([id, amount]) => ({ ...stripeIntent({ id: `pi_${id}`, amount }), id: `evt_${id}` })),
  honeybook: fc.record({ trigger: fc.constantFrom('project_booked', 'payment_paid', 'client_created', 'meeting_scheduled'), project_id: fc.uuid(), payment_id: fc.uuid(), client_id: fc.uuid(), meeting_id: fc.uuid(), project_name: fc.string(), project_date: fc.constant('2026-11-20'), amount: fc.constantFrom('12.50', '1'), currency: fc.constant('GBP'), client_email: fc.emailAddress(), updated_at: fc.constant('2026-11-20T00:00:00Z') }),
  'vsco-workspace': fc.oneof(fc.record({ targetId: fc.uuid() }), fc.record({ event: fc.constantFrom('job.updated', 'event.created'), id: fc.uuid() })),
};

it.each(TEST_SYSTEMS)('%s: whatever is delivered is answered by the contract and stops nobody', async (system) => {
  const bytes = fc.oneof(
    { weight: 2, arbitrary: NEAR[system].map((body) => Buffer.from(JSON.stringify(body))) },
    { weight: 5, arbitrary: oneWrong(NEAR[system]).map((body) => Buffer.from(JSON.stringify(body) ?? '')) },
    { weight: 4, arbitrary: wrongText(NEAR[system]).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((raw) => Buffer.from(raw)) },
  );
  const given = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...WRONG_PROOF) });
  await rounds(system, async (seed) => {
    await fc.assert(
      fc.asyncProperty(bytes, given, async (body, wrong) => {
        const made = shot(system, body, wrong === null ? proof[system](body) : { 'stripe-signature': wrong, authorization: wrong });
        const answer = await line.ask(made);
        if (answer === null) throw new Error('no answer');
        expect(wrongWith(made, answer, WebhookReceipt), body.subarray(0, 300).toString()).toBeNull();
        expect(prototypeIsClean()).toBe(true);
      }),
      { seed, numRuns: 80, endOnFailure: true },
    );
    await normaliser.idle();
  });
  // Nobody answers here for a vendor: what has to be asked for there waits for its next attempt, and nothing else does.
  const left = await t.store.internals.database.system.selectFrom('deliveries').select(['state', 'reason']).where('state', 'in', ['received', 'waiting']).execute();
  expect(left.filter(({ state, reason }) => state === 'received' || !['normalise.reread_failed', 'breaker.open'].includes(reason ?? ''))).toEqual([]);
  expect(t.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);

it('one delivery, sent at once and again, is stored once and told so each time', async () => {
  for (let n = 0; n < 10; n += 1) {
    const body = Buffer.from(JSON.stringify(stripeIntent()));
    const made = shot('stripe', body, proof.stripe(body));
    const answers = [...(await Promise.all(Array.from({ length: 6 }, () => line.ask(made)))), await line.ask(made)];
    const receipts = answers.map((answer) => WebhookReceipt.parse(JSON.parse(answer?.body ?? 'null')));
    expect(receipts.filter(({ status }) => status === 'accepted')).toHaveLength(1);
    expect(new Set(receipts.map(({ deliveryId }) => deliveryId)).size).toBe(1);
  }
});
