import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { stripeIntent } from '../../support/deliveries.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { testApp, until, type TestApp } from '../../support/serverApp.ts';
import { StrictClient } from '../../support/streamClient.ts';

const stripe = new Stripe('sk_test_not_used');
let t: TestStore;
let test: TestApp;
let url: string;
let normaliser: Normaliser;
let token: string;

beforeAll(async () => {
  t = await openTestStore();
  normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
  test = testApp(t.store);
  url = await test.listen();
  const enrolled = await t.store.enrol(await t.store.mintTicket(t.organisation.id), { name: 'Desk', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  token = enrolled.value.token;
});
afterAll(async () => {
  await test.app.close();
  await normaliser.stop();
  await t.cleanup();
});

const post = async (payload: string) => {
  const { intakeKey, secrets } = t.connections.stripe;
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: secrets['signingSecret'] ?? '' });
  const answer = await fetch(`${url}/api/integrations/webhook/stripe/${intakeKey}`, { method: 'POST', headers: { 'content-type': 'application/json', 'stripe-signature': signature }, body: payload });
  expect(answer.status).toBe(200);
};

it('every acknowledged webhook reaches every client exactly once, over disconnects, on the real parts', async () => {
  const clients = Array.from({ length: 4 }, () => new StrictClient(url, { token }));
  const WEBHOOKS = 120;
  let going = true;
  const resumes = (client: StrictClient): number => client.welcomes.filter((welcome) => welcome.mode === 'resume').length;
  const sending = (async () => {
    for (let i = 0; i < WEBHOOKS; i += 3) {
      await Promise.all(Array.from({ length: 3 }, () => post(JSON.stringify(stripeIntent()))));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
    await normaliser.idle();
    going = false;
  })();
  const living = clients.map(async (client) => {
    // However soon all is sent, each of them comes back a few times.
    while (going || resumes(client) < 4) {
      expect(await client.open()).toBe('open');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      if (Math.random() < 0.5) client.socket?.io.engine.close();
      client.close();
    }
    await client.open();
  });
  await Promise.all([sending, ...living]);
  const head = await t.store.headSeq(t.organisation.id);
  await until(() => clients.every((client) => client.seq === head), 'everybody at the head');
  const snapshot = await t.store.snapshot(t.organisation.id);
  expect(snapshot.rows.payments).toHaveLength(WEBHOOKS);
  for (const client of clients) {
    expect(client.faults).toEqual([]);
    expect(client.state?.tables).toEqual(fromSnapshot(snapshot).tables);
    client.close();
  }
  expect(clients.reduce((sum, client) => sum + resumes(client), 0)).toBeGreaterThan(10);
});
