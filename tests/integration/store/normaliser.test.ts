import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { DeliveryView } from '../../../core/contract/http.ts';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { openTestStore, settableClock, type TestStore, type TestSystem } from '../../support/store.ts';

/** What the vendor's API answers: status and body by path. */
type Answers = (path: string) => { status: number; body?: unknown; headers?: Record<string, string> };

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const COUPLE = 'amara@example.org';
const weddingId = randomUUID();

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let vsco: http.Server;
let answers: Answers;
let asked: string[];
let line: Normaliser | null;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  asked = [];
  answers = (path) => ({ status: 200, body: { id: path.split('/').at(-1), kind: 'person', firstName: 'Amara', lastName: 'Okafor', email: COUPLE, modified: '2026-11-20T11:00:00Z' } });
  vsco = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body, headers } = answers(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body ?? {}));
  });
  vsco.listen(0, '127.0.0.1');
  await once(vsco, 'listening');
  t = await openTestStore({ clock, vscoBaseUrl: `http://127.0.0.1:${(vsco.address() as AddressInfo).port}/api/v2` });
  await t.store.internals.writer.write(t.organisation.id, ({ record }) =>
    record([
      draftCreated('wedding.created', 'weddings', weddingId, { id: weddingId, title: 'Amara & Tom', date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context),
      draftCreated('client.created', 'contacts', weddingId, { id: randomUUID(), weddingId, name: 'Amara', email: COUPLE, phone: null, company: null, role: 'couple' }, null, context),
    ]),
  );
  line = null;
});

afterEach(async () => {
  await line?.stop();
  vsco.closeAllConnections();
  vsco.close();
  await t.cleanup();
});

function start(vendors: (system: string) => VendorModule | null = vendorModule): Normaliser {
  const host = `127.0.0.1:${(vsco.address() as AddressInfo).port}`;
  line = startNormaliser({ store: t.store, vendors, http: createEgressHttp({ allow: [host], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 1 });
  return line;
}

const add = (body: unknown, system: TestSystem = 'stripe') => t.store.addDelivery(delivery(t, system, body));
const hint = (id: string) => ({ event: 'contact.created', id });
const events = async (): Promise<RecordedEvent[]> => (await t.store.readEvents(t.organisation.id, 0, 10_000)).slice(5);
const types = async () => (await events()).map((event) => event.type);
const states = async (system: TestSystem): Promise<DeliveryView[]> => (await t.store.deliveries(t.organisation.id, t.connections[system].connectionId)).reverse();
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const health = async (system: TestSystem) => (await rows()).connections.find((row) => row.id === t.connections[system].connectionId);

async function replayEqualsSnapshot(): Promise<void> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
  const empty = { epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() };
  expect(applyEvents(empty, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
}

test('a payment comes to its wedding, raises its alert and makes the connection healthy, in one step', async () => {
  const worker = start();
  const committed: number[] = [];
  t.store.onCommitted((one) => committed.push(one.events.length));
  const { deliveryId } = await add(stripeIntent({ type: 'payment_intent.payment_failed', email: COUPLE.toUpperCase(), amount: 684_000 }));
  await worker.idle();
  expect(await types()).toEqual(['payment.failed', 'alert.raised', 'connection.health_changed']);
  const [payment, alert] = await events();
  expect(payment).toMatchObject({ weddingId, deliveryId, actor: { kind: 'vendor', id: 'stripe' }, row: { amountMinor: 684_000, status: 'failed' } });
  expect(alert).toMatchObject({ row: { rule: 'payment_failed', severity: 'critical', subject: { collection: 'payments', id: payment?.row.id } } });
  expect(committed).toEqual([3]);
  expect(await states('stripe')).toMatchObject([{ state: 'processed', attempts: 1, reason: null }]);
  expect(await health('stripe')).toMatchObject({ health: 'healthy', version: 2 });
  await replayEqualsSnapshot();
});

test('what a former run left is worked through at the start; later deliveries of a batch see earlier ones', async () => {
  const id = 'pi_same';
  const bodies = [stripeIntent({ id, type: 'payment_intent.processing', email: COUPLE, created: 1_763_640_000 }), stripeIntent({ id, created: 1_763_640_060 }), stripeIntent({ id, type: 'payment_intent.processing', created: 1_763_640_001 })];
  for (const body of bodies) await add(body);
  await start().idle();
  expect(await types()).toEqual(['payment.recorded', 'payment.completed', 'connection.health_changed']);
  expect((await rows()).payments).toMatchObject([{ weddingId, status: 'completed', version: 2 }]);
  expect((await states('stripe')).map((one) => one.state)).toEqual(['processed', 'processed', 'processed']);
  expect(t.log.lines.filter((one) => one.message === 'deliveries normalised')).toMatchObject([{ fields: { deliveries: 3, events: 3 } }]);
  await replayEqualsSnapshot();
});

test('a fact without a wedding is parked, a body that is no sense is quarantined, and neither stops the others', async () => {
  await add(stripeIntent({ email: 'nobody@example.org', description: 'Gift' }));
  await add({ type: 'payment_intent.succeeded', created: 'yesterday' });
  await add(stripeIntent({ weddingId: 'not an id; drop table', description: 'nul\0and half \ud800 a pair' }));
  await add(stripeIntent({ weddingId }));
  await add({ type: 'payout.paid', created: 1_763_640_000, data: { object: {} } });
  await start().idle();
  expect((await states('stripe')).map((one) => one.state)).toEqual(['parked', 'quarantined', 'parked', 'processed', 'ignored']);
  const { reviewItems, alerts, payments } = await rows();
  expect(reviewItems.map((row) => [row.kind, row.reason])).toEqual([['parked', 'normalise.no_wedding_matched'], ['quarantined', 'normalise.shape_unknown'], ['parked', 'normalise.no_wedding_matched']]);
  expect(alerts.map((row) => row.rule).sort()).toEqual(['delivery_parked', 'delivery_parked', 'delivery_quarantined']);
  expect(payments.map((row) => row.weddingId)).toEqual([null, null, weddingId]);
  await replayEqualsSnapshot();
});

test('a vendor folder that throws, or that gives what the contract or the database refuses, costs only its own delivery', async () => {
  const real = vendorModule('stripe');
  const webhook = real?.webhook;
  if (!real || !webhook) throw new Error('no stripe');
  const broken: VendorModule = {
    ...real,
    webhook: {
      ...webhook,
      normalise(stored) {
        if (stored.bodyText.includes('throw')) throw new Error('boom');
        const normalised = webhook.normalise(stored);
        if (!normalised.ok || normalised.value.kind !== 'changes') return normalised;
        const [change] = normalised.value.changes;
        if (change?.kind !== 'payment') return normalised;
        if (stored.bodyText.includes('fraction')) return { ok: true, value: { kind: 'changes', changes: [{ ...change, fields: { ...change.fields, amountMinor: 1.5 } }] } };
        // Too long for an index entry: only the database finds out.
        if (stored.bodyText.includes('long id')) return { ok: true, value: { kind: 'changes', changes: [{ ...change, remote: { ...change.remote, id: Array.from({ length: 4_000 }, () => randomUUID()).join('') } }] } };
        return normalised;
      },
    },
  };
  for (const description of ['good', 'throw', 'fraction', 'long id', 'good too']) await add(stripeIntent({ weddingId, description }));
  await start((system) => (system === 'stripe' ? broken : vendorModule(system))).idle();
  expect((await states('stripe')).map((one) => one.state)).toEqual(['processed', 'quarantined', 'quarantined', 'quarantined', 'processed']);
  expect((await rows()).payments.map((row) => row.description)).toEqual(['good', 'good too']);
  await replayEqualsSnapshot();
});

test('a hint is read from the source, outside of the line: others are not held up', async () => {
  await add(hint('c1'), 'vsco-workspace');
  const worker = start();
  await worker.idle();
  expect(asked).toEqual(['/api/v2/address-book/c1']);
  expect(await states('vsco-workspace')).toMatchObject([{ state: 'processed', attempts: 1 }]);
  // The person is known already by that address: still one contact.
  expect((await rows()).contacts).toMatchObject([{ name: 'Amara', weddingId }]);
  expect(await health('vsco-workspace')).toMatchObject({ health: 'healthy' });
  await replayEqualsSnapshot();
});

test('a source that does not answer is asked again with longer waits, makes its connection failing, and ends as dead', async () => {
  answers = () => ({ status: 503 });
  await add(hint('c1'), 'vsco-workspace');
  const worker = start();
  await worker.idle();
  expect(await states('vsco-workspace')).toMatchObject([{ state: 'waiting', attempts: 1, reason: 'normalise.reread_failed' }]);
  const waits = [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, 600, 600];
  for (const [index, seconds] of waits.entries()) {
    clock.advance(seconds * 1000 - 1);
    await worker.idle();
    expect(asked).toHaveLength(index + 1);
    clock.advance(1);
    await worker.idle();
    expect(asked).toHaveLength(index + 2);
    expect((await health('vsco-workspace'))?.health).toBe(index + 2 >= 3 ? 'failing' : 'waiting');
  }
  expect(await states('vsco-workspace')).toMatchObject([{ state: 'dead', attempts: 16 }]);
  // That it was given up is told by the watch over all of them, which is not running here.
  expect(await types()).toEqual(['connection.health_changed', 'alert.raised', 'review.opened']);

  answers = (path) => ({ status: 200, body: { id: path.split('/').at(-1), kind: 'person', name: 'Back', modified: '2026-11-20T11:00:00Z' } });
  await add(hint('c2'), 'vsco-workspace');
  // Its breaker is open by now: on a wedding day for half a minute.
  clock.advance(30_000);
  await worker.idle();
  expect(await health('vsco-workspace')).toMatchObject({ health: 'healthy', healthReason: null });
  await replayEqualsSnapshot();
});

test('the wait that the source asks for is kept; what it refuses is quarantined at once', async () => {
  answers = (path) => (path.endsWith('busy') ? { status: 429, headers: { 'retry-after': '90' } } : { status: 404 });
  await add(hint('busy'), 'vsco-workspace');
  await add(hint('gone'), 'vsco-workspace');
  const worker = start();
  await worker.idle();
  expect((await states('vsco-workspace')).map((one) => one.state)).toEqual(['waiting', 'quarantined']);
  clock.advance(89_000);
  await worker.idle();
  expect(asked).toHaveLength(2);
  clock.advance(1_000);
  await worker.idle();
  expect(asked).toHaveLength(3);
});

test('stopping in the middle of a re-read writes what comes back; a killed run\'s re-read is done again', async () => {
  let respond: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    vsco.removeAllListeners('request');
    vsco.on('request', (_request, response: http.ServerResponse) => {
      respond = () => response.writeHead(200).end(JSON.stringify({ id: 'c1', kind: 'person', name: 'Late', modified: '2026-11-20T11:00:00Z' }));
      resolve();
    });
  });
  await add(hint('c1'), 'vsco-workspace');
  const worker = start();
  await reached;
  const stopped = worker.stop();
  respond();
  await stopped;
  expect(await states('vsco-workspace')).toMatchObject([{ state: 'processed' }]);

  await t.store.internals.database.system.updateTable('deliveries').set({ state: 'waiting', inHand: true, nextAttemptAt: '2026-11-20T13:00:00.000Z' }).execute();
  vsco.removeAllListeners('request');
  vsco.on('request', (_request, response: http.ServerResponse) => response.writeHead(404).end());
  await start().idle();
  expect(await states('vsco-workspace')).toMatchObject([{ state: 'quarantined', attempts: 2 }]);
});

test('several hundred deliveries of a burst all arrive, each once, in order', async () => {
  const worker = start();
  await Promise.all(Array.from({ length: 300 }, (_, n) => add(stripeIntent({ weddingId, amount: 100 + n }))));
  await worker.idle();
  const { payments } = await rows();
  expect(payments).toHaveLength(300);
  expect(new Set(payments.map((row) => row.amountMinor)).size).toBe(300);
  expect((await events()).filter((event) => event.collection === 'payments').map((event) => (event.row as { amountMinor: number }).amountMinor)).toEqual(Array.from({ length: 300 }, (_, n) => 100 + n));
  expect((await t.store.gauges()).deliveriesWaiting).toBe(0);
  await replayEqualsSnapshot();
});
