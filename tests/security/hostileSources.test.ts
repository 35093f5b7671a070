import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeliveryView } from '../../core/contract/http.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createIds } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { startNormaliser, type Normaliser, type NormaliserOptions } from '../../server/workers/normalise.ts';
import { LEASE_MS } from '../../server/workers/settle.ts';
import { delivery, stripeIntent } from '../support/deliveries.ts';
import { until } from '../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../support/store.ts';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let vsco: http.Server;
let answer: Answer;
let asked: string[];
let line: Normaliser | null;
let host: string;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  asked = [];
  vsco = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  vsco.listen(0, '127.0.0.1');
  await once(vsco, 'listening');
  host = `127.0.0.1:${(vsco.address() as AddressInfo).port}`;
  t = await openTestStore({ clock, vscoBaseUrl: `http://${host}/api/v2` });
  line = null;
});
afterEach(async () => {
  vsco.closeAllConnections();
  vsco.close();
  await line?.stop();
  await t.cleanup();
});

function start(options: Partial<NormaliserOptions> = {}): Normaliser {
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [host], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 1, ...options });
  return line;
}
const json = (response: http.ServerResponse, body: unknown) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const person = (id: string | undefined) => ({ id, kind: 'person', name: 'Ada', modified: '2026-11-20T11:00:00Z' });
const lastPart = (url: string | undefined) => url?.split('?')[0]?.split('/').at(-1);
const hint = (id: string, connectionId = t.connections['vsco-workspace'].connectionId) => t.store.addDelivery(delivery(t, 'vsco-workspace', { event: 'contact.created', id }, { connectionId, deliveryKey: id }));
const states = async (connectionId = t.connections['vsco-workspace'].connectionId): Promise<DeliveryView[]> => (await t.store.deliveries(t.organisation.id, connectionId)).reverse();
const contacts = async () => (await t.store.snapshot(t.organisation.id)).rows.contacts;

it.each<[string, Answer, string, string]>([
  ['a page in place of data', (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'), 'waiting', 'normalise.reread_failed'],
  ['an answer of 10 MB', (_request, response) => void response.writeHead(200).end(`{"a":"${'x'.repeat(10 * 1024 * 1024)}"}`), 'waiting', 'normalise.reread_failed'],
  ['half an answer', (_request, response) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()), 'waiting', 'normalise.reread_failed'],
  ['a redirect to this machine', (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'waiting', 'normalise.reread_failed'],
  ['another object than the one asked for', (_request, response) => json(response, person('somebody-else')), 'quarantined', 'normalise.shape_unknown'],
  ['a list', (_request, response) => json(response, []), 'quarantined', 'normalise.shape_unknown'],
  ['deep nesting', (_request, response) => void response.writeHead(200).end(`{"id":"c1","kind":"person","name":"Ada","phone":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'processed', ''],
])('a source that gives %s', async (_what, say, state, reason) => {
  answer = say;
  await hint('c1');
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent()));
  await start().idle();
  expect((await states()).map((one) => [one.state, one.reason ?? ''])).toEqual([[state, reason]]);
  expect((await states(t.connections.stripe.connectionId)).map((one) => one.state)).toEqual(['parked']);
  expect(await contacts()).toHaveLength(state === 'processed' ? 1 : 0);
});

it("a filter that the source ignores brings nobody else's client to a wedding", async () => {
  answer = (request, response) => {
    const path = new URL(request.url ?? '', `http://${host}`).pathname;
    if (path.endsWith('/studio/me')) return json(response, { currencyCode: 'GBP', name: 'Studio' });
    if (path.endsWith('/job-contact')) return json(response, { items: [{ contactId: 'theirs', jobId: 'other-job', client: true }, { contactId: 'ours', jobId: 'j1', client: false }] });
    if (path.endsWith('/order')) return json(response, { items: [] });
    if (path.endsWith('/job/j1')) return json(response, { id: 'j1', name: 'Photography', stage: 'booked', modified: '2026-11-20T11:00:00Z' });
    return json(response, { ...person(lastPart(request.url)), name: lastPart(request.url) });
  };
  await t.store.addDelivery(delivery(t, 'vsco-workspace', { event: 'job.created', id: 'j1' }));
  await start().idle();
  expect((await contacts()).map((row) => row.name)).toEqual(['ours']);
});

it('a source that hangs holds up neither another source nor what needs none', async () => {
  const other = await createConnection(t.store.internals, {
    organisationId: t.organisation.id,
    system: 'vsco-workspace',
    name: 'Another studio',
    path: 'native',
    settings: { baseUrl: `http://${host}/other` },
    secrets: { apiKey: 'k' },
    actor: { kind: 'system', id: null, name: 'test' },
  });
  answer = (request, response) => {
    if (request.url?.startsWith('/other/')) json(response, person(lastPart(request.url)));
  };
  for (let n = 0; n < 100; n += 1) await hint(`hangs-${n}`);
  start();
  await until(() => asked.length > 0, 'the hanging source to be asked');
  await hint('answers', other.connectionId);
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent()));
  const settled = async () => [...(await states(other.connectionId)), ...(await states(t.connections.stripe.connectionId))].map((one) => one.state);
  let now: string[] = [];
  for (let tries = 0; tries < 500 && now.join() !== 'processed,parked'; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    now = await settled();
  }
  expect(now).toEqual(['processed', 'parked']);
  // Only a few of its calls at a time, however many wait.
  expect(asked.filter((path) => path.includes('hangs')).length).toBeLessThanOrEqual(4);
});

it('a re-read that never comes back is given up and tried again later', async () => {
  const real = vendorModule('vsco-workspace');
  if (!real) throw new Error('no VSCO Workspace');
  let calls = 0;
  const never = { ...real, reread: () => ((calls += 1), new Promise<never>(() => undefined)) };
  await hint('c1');
  await start({ vendors: (system) => (system === 'vsco-workspace' ? never : vendorModule(system)), readLimitMs: 50 }).idle();
  expect(await states()).toMatchObject([{ state: 'waiting', reason: 'normalise.reread_failed', attempts: 1 }]);
  clock.advance(2_000);
  await line?.idle();
  expect(calls).toBe(2);
});

/** Seconds. */
const LEASE = LEASE_MS / 1000;
it('a re-read of a process that was killed is free when its lease is over; of one that lives, never', async () => {
  answer = () => undefined;
  await hint('c1');
  const worker = start();
  await until(() => asked.length === 1, 'the source to be asked');
  const lease = async () => {
    const row = await t.store.internals.database.system.selectFrom('deliveries').select(['nextAttemptAt', 'inHand']).executeTakeFirstOrThrow();
    return [row.inHand, (Date.parse(row.nextAttemptAt ?? '') - Date.parse('2026-11-20T12:00:00.000Z')) / 1000];
  };
  expect(await lease()).toEqual([true, LEASE]);
  for (const seconds of [LEASE / 2, LEASE, LEASE * 1.5]) {
    clock.set(new Date(Date.parse('2026-11-20T12:00:00.000Z') + seconds * 1000).toISOString());
    worker.wake();
    let now = await lease();
    for (let tries = 0; tries < 200 && now[1] !== seconds + LEASE; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      now = await lease();
    }
    expect(now).toEqual([true, seconds + LEASE]);
  }
  expect(asked).toHaveLength(1);
});
