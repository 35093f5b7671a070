import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from 'emulate';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripe } from '../../../core/vendors/stripe/index.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startEmulated } from '../../support/emulated.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/**
 * Stripe's stand-in by other people calls our server, as Stripe would: signed by it, over a real socket, into the record. Its
 * events have neither id nor time, and its sessions no sum: straight to us they are proved and kept for a person. The same
 * through a relay, which puts in what Stripe puts in and signs with Stripe's own library, becomes the record.
 */
const API = { authorization: 'Bearer sk_test_peer', 'content-type': 'application/x-www-form-urlencoded' };
const EVENTS = ['customer.created', 'customer.updated', 'customer.deleted', 'payment_intent.created', 'payment_intent.succeeded', 'payment_intent.canceled', 'charge.succeeded', 'checkout.session.completed', 'checkout.session.expired'];
const library = new Stripe('sk_test_not_used');

let t: TestStore;
let test: TestApp;
let line: Normaliser;
let relay: Server;
let peer: Emulator;
let hook: string;
const emitted: { type: string; answer: number }[] = [];
let count = 0;
const secret = () => t.connections.stripe.secrets['signingSecret'] ?? '';

/** What Stripe's events have and the stand-in's do not. */
function completed(text: string): string {
  const event = JSON.parse(text) as { type: string; data: { object: Record<string, unknown> } };
  const { object } = event.data;
  const whole = event.type.startsWith('checkout.session.') ? { ...object, amount_total: 18_500, currency: 'gbp', customer_details: { email: 'guest@example.org', name: 'Gus Guest' } } : object;
  const seen = event.type === 'payment_intent.succeeded' ? { ...whole, amount_received: object['amount'] } : whole;
  return JSON.stringify({ id: `evt_peer${(count += 1)}`, object: 'event', created: Math.floor(Date.now() / 1000), ...event, data: { object: seen } });
}

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store);
  hook = `${await test.listen()}/api/integrations/webhook/stripe/${t.connections.stripe.intakeKey}`;
  relay = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const pass = async () => {
        // Whatever is not really signed by the stand-in does not pass.
        const { type } = library.webhooks.constructEvent(text, String(request.headers['stripe-signature']), secret());
        const payload = completed(text);
        const answer = await fetch(hook, { method: 'POST', headers: { 'content-type': 'application/json', 'stripe-signature': library.webhooks.generateTestHeaderString({ payload, secret: secret() }) }, body: payload });
        emitted.push({ type, answer: answer.status });
      };
      pass().then(() => response.end('{}'), (error: unknown) => response.writeHead(400).end(String(error)));
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const relayed = `http://127.0.0.1:${(relay.address() as AddressInfo).port}/`;
  peer = await startEmulated('stripe', {
    products: [{ id: 'prod_bar', name: 'Bar tab' }],
    prices: [{ id: 'price_bar', product_name: 'Bar tab', currency: 'gbp', unit_amount: 18_500 }],
    webhooks: [{ url: relayed, events: EVENTS, secret: secret() }, { url: hook, events: ['payment_intent.succeeded'], secret: secret() }],
  });
  const egress = createEgressHttp({ allow: [new URL(peer.url).host], log: t.log });
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: egress, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 0.5 });
}, 60_000);
afterAll(async () => {
  await line.stop();
  await peer.close();
  relay.closeAllConnections();
  relay.close();
  await test.app.close();
  await t.cleanup();
});

const ask = async (path: string, fields: Readonly<Record<string, string>> = {}, method = 'POST'): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${peer.url}${path}`, { method, headers: API, redirect: 'manual', ...(method === 'POST' ? { body: new URLSearchParams(fields) } : {}) });
  const text = await answer.text();
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
};
const deliveries = () => t.store.internals.database.system.selectFrom('deliveries').select(['vendorEvent', 'state', 'reason']).execute();
/** Everything that came has been worked on. */
async function settled(): Promise<Awaited<ReturnType<typeof deliveries>>> {
  let rows: Awaited<ReturnType<typeof deliveries>> = [];
  await expect.poll(async () => (rows = await deliveries()).filter(({ state }) => state === 'received' || state === 'waiting').length, { timeout: 20_000 }).toBe(0);
  return rows;
}
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;

describe('what the stand-in tells', () => {
  it('becomes people and money of the record', async () => {
    const customer = String((await ask('/v1/customers', { email: 'couple@example.org', name: 'Ada Example' }))['id']);
    const intent = String((await ask('/v1/payment_intents', { amount: '150000', currency: 'gbp', customer, description: 'Bar tab deposit', payment_method: 'pm_card_visa' }))['id']);
    await ask(`/v1/payment_intents/${intent}/confirm`);
    const cancelled = String((await ask('/v1/payment_intents', { amount: '900', currency: 'gbp', customer }))['id']);
    await ask(`/v1/payment_intents/${cancelled}/cancel`);
    const session = String((await ask('/v1/checkout/sessions', { mode: 'payment', 'line_items[0][price]': 'price_bar', 'line_items[0][quantity]': '1', success_url: 'https://orchard.example/thanks' }))['id']);
    await ask(`/checkout/${session}/complete`);
    expect(emitted.map(({ answer }) => answer)).toEqual(emitted.map(() => 200));
    expect(emitted.map(({ type }) => type)).toEqual(['customer.created', 'payment_intent.created', 'payment_intent.succeeded', 'charge.succeeded', 'payment_intent.created', 'payment_intent.canceled', 'checkout.session.completed']);

    const told = (await settled()).filter(({ state }) => state !== 'quarantined');
    expect(told.filter(({ state }) => state === 'ignored').map(({ vendorEvent }) => vendorEvent).sort()).toEqual(['charge.succeeded', 'payment_intent.created', 'payment_intent.created']);
    const { contacts, payments } = await rows();
    expect(contacts).toMatchObject([{ name: 'Ada Example', email: 'couple@example.org' }]);
    expect(payments.map(({ status, amountMinor, currency, description }) => [status, amountMinor, currency, description]).sort()).toEqual([
      ['completed', 150_000, 'GBP', 'Bar tab deposit'],
      ['completed', 18_500, 'GBP', null],
      ['failed', 900, 'GBP', null],
    ]);
  }, 60_000);

  it('straight to us is proved and kept for a person, since it has no time', async () => {
    const raw = (await settled()).filter(({ state }) => state === 'quarantined');
    expect(raw).toEqual([{ vendorEvent: 'payment_intent.succeeded', state: 'quarantined', reason: expect.stringContaining('normalise.shape_unknown') as string }]);
  });

  it('follows a customer who is changed and taken away', async () => {
    const customer = String((await ask('/v1/customers', { email: 'leaving@example.org', name: 'Lee Leaving' }))['id']);
    await ask(`/v1/customers/${customer}`, { name: 'Lee Staying' });
    await settled();
    expect((await rows()).contacts.find(({ email }) => email === 'leaving@example.org')?.name).toBe('Lee Staying');
    await ask(`/v1/customers/${customer}`, {}, 'DELETE');
    await settled();
    expect((await rows()).contacts.some(({ email }) => email === 'leaving@example.org')).toBe(false);
  }, 60_000);

  it('has no list of events: a look says so, and takes nothing for an answer', async () => {
    const access = { connectionId: 'c', settings: { baseUrl: `${peer.url}/v1` }, secrets: { apiKey: 'sk_test_peer' } };
    const ports = { http: createEgressHttp({ allow: [new URL(peer.url).host], log: t.log }), clock: t.options.clock };
    expect(await stripe.poll!.read(null, access, ports)).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused', retryable: false } });
    expect(await stripe.test!(access, ports)).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
  });

  it('reads a charge, but not without what has gone back of it', async () => {
    const charges = (await ask('/v1/charges', {}, 'GET'))['data'] as { id: string }[];
    const access = { connectionId: 'c', settings: { baseUrl: `${peer.url}/v1` }, secrets: { apiKey: 'sk_test_peer' } };
    const ports = { http: createEgressHttp({ allow: [new URL(peer.url).host], log: t.log }), clock: t.options.clock };
    expect(charges.length).toBeGreaterThan(0);
    expect(await stripe.reread!({ remoteType: 'charge', remoteId: charges[0]?.id ?? '' }, access, ports)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});
