import { createHmac, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ErrorBody, WebhookReceipt } from '../../../core/contract/http.ts';
import { ConnectionStatusAnswer, LooksAnswer, WeddingStatusAnswer } from '../../../core/contract/looking.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** The addresses that the requirements name: aliases of the intake, and looks on demand. */

let t: TestStore;
let app: FastifyInstance;
let house: House;
let headers: { authorization: string };
let line: Normaliser;
// Stripe is looked at here too, so that there is one that is and one that is not.
const polled: VendorModule = scriptedVendor('stripe', { poll: { everySeconds: 600, read: () => Promise.reject(new Error('not asked here')), normalise: () => ({ ok: true, value: { kind: 'ignored', why: 'x' } }) } });
const vendors = (system: string): VendorModule | null => {
  const real = vendorModule(system);
  return system === 'stripe' && real ? { ...real, ...(polled.poll ? { poll: polled.poll } : {}) } : real;
};

beforeAll(async () => {
  t = await openTestStore();
  ({ app } = testApp(t.store, { vendors, config: { apiPerMinute: 100_000, managingPerMinute: 100_000, strangerPerMinute: 100_000 } }));
  house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers;
  line = startNormaliser({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId: house.here })));
  await line.idle();
});
afterAll(async () => {
  await line.stop();
  await app.close();
  await t.cleanup();
});

const get = async (url: string) => app.inject({ url, headers });
const post = async (url: string, payload: object = {}) => app.inject({ method: 'POST', url, headers, payload });
const never = async () => {
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: '2099-01-01T00:00:00.000Z' }).execute();
};
const due = async () => {
  const rows = await t.store.internals.database.system.selectFrom('connectionAccess').select('system').where('nextPollAt', '<', '2099-01-01T00:00:00.000Z').execute();
  return rows.map((row) => row.system);
};

test('a wedding: where its rows came from is looked at now', async () => {
  await never();
  const answer = LooksAnswer.parse((await post(`/api/integrations/sync/${house.here}`)).json());
  expect(answer.connections).toEqual([{ connectionId: t.connections.stripe.connectionId, system: 'stripe', name: 'Stripe', look: 'asked' }]);
  expect(await due()).toEqual(['stripe']);
  expect(LooksAnswer.parse((await post(`/api/integrations/sync/${house.here}`, { systems: ['honeybook'] })).json()).connections).toEqual([]);
  expect(LooksAnswer.parse((await post(`/api/integrations/sync/${house.elsewhere}`)).json()).connections).toEqual([]);
  expect((await post(`/api/integrations/sync/${randomUUID()}`)).statusCode).toBe(404);
});

test('a wedding: how its connections stand', async () => {
  const answer = WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.here}`)).json());
  expect(answer).toMatchObject({ weddingId: house.here, active: 1, pendingReviews: 0, connections: [{ connection: { system: 'stripe', health: 'healthy' } }] });
  expect(answer.lastChangeAt).not.toBeNull();
  expect(WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.elsewhere}`)).json())).toMatchObject({ connections: [], active: 0, lastChangeAt: null });
});

test('all of them, one CRM, and one that is paused', async () => {
  await never();
  const looks = async (url: string, body: object = {}) => Object.fromEntries(LooksAnswer.parse((await post(url, body)).json()).connections.map((one) => [one.system, one.look]));
  expect(await looks('/api/integrations/vendor/sync')).toEqual({ stripe: 'asked', 'vsco-workspace': vendorModule('vsco-workspace')?.poll ? 'asked' : 'tells_by_itself', honeybook: 'tells_by_itself' });
  expect(await looks('/api/integrations/vendor/sync', { connectionIds: [t.connections.honeybook.connectionId] })).toEqual({ honeybook: 'tells_by_itself' });
  expect(Object.keys(await looks('/api/integrations/crm/sync/tave'))).toEqual(['vsco-workspace']);
  expect((await post('/api/integrations/crm/sync/nobody')).statusCode).toBe(404);
  expect((await post('/api/integrations/vendor/sync', { odd: 1 })).statusCode).toBe(400);
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  const stripe = t.connections.stripe.connectionId;
  await setPaused(t.store.internals, t.organisation.id, stripe, { paused: true, actor, reason: 'x' });
  expect((await looks('/api/integrations/vendor/sync')).stripe).toBe('paused');
  const status = ConnectionStatusAnswer.parse((await get('/api/integrations/vendor/status')).json());
  expect(status.connections.find(({ connection }) => connection.id === stripe)).toMatchObject({ connection: { health: 'paused' }, nextLookAt: null });
  await setPaused(t.store.internals, t.organisation.id, stripe, { paused: false, actor, reason: null });
});

const signed = (body: string): Record<string, string> => {
  const at = Math.floor(Date.now() / 1000);
  return { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${createHmac('sha256', t.connections.stripe.secrets['signingSecret'] ?? '').update(`${at}.${body}`).digest('hex')}` };
};

test('every other name of the intake is the intake', async () => {
  const { intakeKey } = t.connections.stripe;
  for (const address of [`/api/integrations/webhook/stripe/${intakeKey}`, `/api/v1/integrations/webhook/stripe/${intakeKey}`, `/api/webhooks/stripe/${intakeKey}`, `/webhooks/stripe/${intakeKey}`, `/api/payments/webhook/stripe/${intakeKey}`, `/api/crm/webhook/stripe/${intakeKey}`]) {
    const body = JSON.stringify(stripeIntent({ weddingId: house.here }));
    const answer = await app.inject({ method: 'POST', url: address, headers: signed(body), payload: body });
    expect([address, answer.statusCode, WebhookReceipt.safeParse(answer.json()).data?.status]).toEqual([address, 200, 'accepted']);
  }
  const tave = await app.inject({ method: 'POST', url: `/webhooks/tave/${t.connections['vsco-workspace'].intakeKey}`, headers: { 'content-type': 'application/json' }, payload: JSON.stringify({ event: 'contact.created', id: 'x1' }) });
  expect([tave.statusCode, WebhookReceipt.safeParse(tave.json()).data?.status]).toEqual([200, 'accepted']);
});

test('without its last part an address says where the whole one is found, and stores nothing', async () => {
  for (const address of ['/api/webhooks/stripe', '/webhooks/tave', '/webhooks/studio-ninja', '/webhooks/honeybook', '/webhooks/google-calendar', '/webhooks/stripe', '/api/crm/webhook/tave', '/api/payments/webhook/stripe', '/api/integrations/webhook/stripe', '/api/integrations/webhook/nobody']) {
    const answer = await app.inject({ method: 'POST', url: address, payload: {} });
    expect([address, answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([address, 404, 'intake.address_incomplete']);
  }
});
