import { randomUUID } from 'node:crypto';
import { CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeliveryPage, DeliveryWhole, RefusalsAnswer, TestEventAnswer, type DeliveryLine } from '../../../core/contract/deliveries.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createIds } from '../../../server/ports.ts';
import type { Database, Tx } from '../../../server/store/database.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let app: TestApp;
let house: House;
let headers: { authorization: string };
let line: Normaliser;

beforeAll(async () => {
  t = await openTestStore();
  app = testApp(t.store, { config: { apiPerMinute: 100_000 } });
  house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('owner'))).headers;
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
});
afterAll(async () => {
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const get = async (url: string) => app.app.inject({ method: 'GET', url, headers });
const search = async (query: string): Promise<DeliveryPage> => DeliveryPage.parse((await get(`/api/deliveries?${query}`)).json());
/** All pages of a narrowing. */
async function everything(query: string): Promise<{ lines: DeliveryLine[]; pages: number }> {
  const lines: DeliveryLine[] = [];
  let pages = 0;
  for (let before = ''; ; ) {
    const page = await search(`${query}${before}`);
    pages += 1;
    lines.push(...page.deliveries);
    if (page.before === null) return { lines, pages };
    before = `&before=${page.before}`;
  }
}
const whole = async (id: string) => DeliveryWhole.parse((await get(`/api/deliveries/${id}`)).json());

describe('what came', () => {
  let ids: { paid: string; failed: string; strange: string };
  beforeAll(async () => {
    const paid = await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ id: 'pi_seen', weddingId: house.here, email: 'amara@example.org', description: 'Balance 100%_ \\done' }), { vendorEvent: 'payment_intent.succeeded', headers: { 'stripe-version': '2026' } }));
    const failed = await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ id: 'pi_seen', weddingId: house.here, type: 'payment_intent.payment_failed', created: 1_763_650_000 }), { vendorEvent: 'payment_intent.payment_failed' }));
    const strange = await t.store.addDelivery(delivery(t, 'honeybook', { what: 'is this', ring: '+44 20 7946 0958' }));
    await line.idle();
    ids = { paid: paid.deliveryId, failed: failed.deliveryId, strange: strange.deliveryId };
  });

  test('is found newest first, with its weddings and what became of it', async () => {
    const page = await search('');
    expect(page.deliveries.map((one) => one.id)).toEqual([ids.strange, ids.failed, ids.paid]);
    expect(page.before).toBeNull();
    expect(page.countedAll).toBe(true);
    expect(page.counts).toEqual({ processed: 2, quarantined: 1 });
    expect(page.deliveries[2]).toMatchObject({ system: 'stripe', origin: 'webhook', state: 'processed', weddingIds: [house.here], attempts: 1 });
    expect(page.deliveries[0]).toMatchObject({ state: 'quarantined', weddingIds: [] });
  });

  test('is narrowed by everything, together', async () => {
    const found = async (query: string) => (await search(query)).deliveries.map((one) => one.id);
    expect(await found('system=stripe')).toEqual([ids.failed, ids.paid]);
    expect(await found(`connection=${t.connections.honeybook.connectionId}`)).toEqual([ids.strange]);
    expect(await found(`wedding=${house.here}`)).toEqual([ids.failed, ids.paid]);
    expect(await found(`wedding=${house.elsewhere}`)).toEqual([]);
    expect(await found('state=quarantined,dead')).toEqual([ids.strange]);
    expect(await found('state=processed,quarantined&system=honeybook')).toEqual([ids.strange]);
    expect(await found('origin=poll')).toEqual([]);
    expect(await found('from=2099-01-01T00:00:00.000Z')).toEqual([]);
    expect(await found('to=2099-01-01T00:00:00.000Z&from=2020-01-01T00:00:00.000Z')).toHaveLength(3);
    expect(await found('text=PAYMENT_FAILED')).toEqual([ids.failed]);
    expect(await found(`text=${encodeURIComponent('100%_ ')}`)).toEqual([ids.paid]);
    expect(await found(`text=${encodeURIComponent('1__%_ ')}`)).toEqual([]);
    expect((await search('state=quarantined')).counts).toEqual({ processed: 2, quarantined: 1 });
    expect((await search('system=stripe&text=pi_seen')).counts).toEqual({ processed: 2 });
    for (const query of ['state=odd', 'before=1', 'before=x-1', 'from=yesterday', 'text=x', 'wedding=1']) expect([query, (await get(`/api/deliveries?${query}`)).statusCode]).toEqual([query, 400]);
  });

  test('is narrowed by its priority, which its counts follow', async () => {
    const found = async (query: string) => (await search(query)).deliveries.map((one) => one.id);
    await t.store.internals.database.system.updateTable('deliveries').set({ priority: 'urgent' }).where('id', '=', ids.failed).execute();
    expect(await found('priority=urgent')).toEqual([ids.failed]);
    expect(await found('priority=normal')).toEqual([ids.strange, ids.paid]);
    expect((await search('priority=urgent')).counts).toEqual({ processed: 1 });
    expect((await whole(ids.failed)).priority).toBe('urgent');
    expect((await get('/api/deliveries?priority=soon')).statusCode).toBe(400);
  });

  test('is told whole, covered, with what it changed and whether something newer has', async () => {
    const paid = await whole(ids.paid);
    expect(paid.body).not.toContain('amara@example.org');
    expect(paid.body).toContain('••• (covered)');
    expect(paid.body).toContain('pi_seen');
    expect(paid.headers).toEqual({ 'stripe-version': '2026' });
    expect(paid.changed.map((one) => one.type)).toContain('payment.completed');
    expect(paid.changed[0]?.fields).toContainEqual({ field: 'status', before: null, after: 'completed' });
    expect([paid.newer, (await whole(ids.failed)).newer]).toEqual([1, 0]);
    const strange = await whole(ids.strange);
    expect(strange.tries).toHaveLength(1);
    expect(strange.tries[0]).toMatchObject({ code: 'normalise.shape_unknown' });
    expect(strange.body).toContain('••• (phone)');
    expect((await get(`/api/deliveries/${randomUUID()}`)).statusCode).toBe(404);
  });

  test('a body that is not kept any more is told as such', async () => {
    const { deliveryId } = await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId: house.here })));
    await line.idle();
    await t.store.internals.database.system.updateTable('deliveries').set({ body: '', emptiedAt: new Date().toISOString() }).where('id', '=', deliveryId).execute();
    expect((await whole(deliveryId)).body).toBeNull();
  });

  test('an event of ours goes the whole way and changes nothing, for any system', async () => {
    const before = await t.store.headSeq(t.organisation.id);
    for (const { connectionId, system } of Object.values(t.connections)) {
      const sent = await app.app.inject({ method: 'POST', url: `/api/integrations/${connectionId}/test-event`, headers, payload: {} });
      const { deliveryId } = TestEventAnswer.parse(sent.json());
      await line.idle();
      expect(await whole(deliveryId)).toMatchObject({ system, origin: 'test', state: 'ignored', reason: 'a test event, understood', changed: [] });
    }
    expect(await t.store.headSeq(t.organisation.id)).toBe(before);
  });

  test('refused calls of a connection are counted by reason', async () => {
    const { connectionId, intakeKey } = t.connections.stripe;
    for (let call = 0; call < 3; call += 1) await app.app.inject({ method: 'POST', url: `/api/integrations/webhook/stripe/${intakeKey}`, headers: { 'content-type': 'application/json' }, payload: '{}' });
    await app.app.inject({ method: 'POST', url: `/api/integrations/webhook/stripe/${intakeKey}`, headers: { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=00' }, payload: '{}' });
    const { refusals } = RefusalsAnswer.parse((await get(`/api/integrations/${connectionId}/refusals`)).json());
    expect(refusals.reduce((sum, one) => sum + one.count, 0)).toBe(4);
    expect(refusals.find((one) => one.code === 'intake.signature_missing')?.count).toBe(3);
    expect((await get(`/api/integrations/${randomUUID()}/refusals`)).statusCode).toBe(404);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}
const looked = (node: PlanNode): number =>
  (node['Relation Name'] === 'deliveries' ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * node['Actual Loops'] : 0) + (node.Plans ?? []).reduce((sum, inner) => sum + looked(inner), 0);

/** Methods that use private fields need their own object. */
function bound(target: object, name: string | symbol): unknown {
  const value = Reflect.get(target, name) as unknown;
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}

/** The same transaction, each of whose statements is explained first: how many rows of deliveries it really touches. */
function explaining(tx: Tx, add: (rows: number) => void): Tx {
  const executor = tx.getExecutor();
  const explainer = new Proxy(executor, {
    get(target, name) {
      if (name !== 'executeQuery') return bound(target, name);
      return async (query: CompiledQuery) => {
        const plan = await tx.executeQuery(CompiledQuery.raw(`explain (analyze, format json) ${query.sql}`, [...query.parameters]));
        const [first] = plan.rows as Record<string, unknown>[];
        const told = Object.values(first ?? {})[0];
        const [{ Plan }] = (typeof told === 'string' ? JSON.parse(told) : told) as [{ Plan: PlanNode }];
        add(looked(Plan));
        return target.executeQuery(query);
      };
    },
  });
  return new Proxy(tx, { get: (target, name) => (name === 'getExecutor' ? () => explainer : bound(target, name)) });
}

describe('a hundred thousand', () => {
  const COUNT = 100_000;
  const { stringify } = JSON;
  beforeAll(async () => {
    // Made at once: what is measured is the reading. Every thousandth is dead, every tenth is of another connection.
    await sql`
      insert into deliveries (id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, state)
      select gen_random_uuid(), ${t.organisation.id}, case when n % 10 = 0 then ${t.connections.honeybook.connectionId}::uuid else ${t.connections.stripe.connectionId}::uuid end,
        case when n % 10 = 0 then 'honeybook' else 'stripe' end, 'many-' || n, 'many.event', 'application/json', '{}', ${stringify({ pad: 'x'.repeat(400) })} || n,
        timestamptz '2024-01-01' + n * interval '10 seconds', case when n % 1000 = 0 then 'dead' when n % 7 = 0 then 'ignored' else 'processed' end
      from generate_series(1, ${COUNT}::int) as n
    `.execute(t.store.internals.database.system);
    await sql`analyze deliveries`.execute(t.store.internals.database.system);
  });

  test('are paged through without a gap and without a repeat', async () => {
    const { lines, pages } = await everything('from=2024-01-01T00:00:00.000Z&to=2024-01-01T02:00:00.000Z');
    expect(lines).toHaveLength(720);
    expect(new Set(lines.map((one) => one.vendorKey)).size).toBe(720);
    expect(lines.map((one) => one.receivedAt)).toEqual(lines.map((one) => one.receivedAt).sort().reverse());
    expect(pages).toBe(15);
  });

  test('what is rare is found at once, and counted to the last one', async () => {
    const dead = await search('state=dead');
    expect([dead.deliveries.length, dead.counts.dead, dead.countedAll]).toEqual([50, 100, false]);
    expect((await everything('state=dead&system=honeybook')).lines).toHaveLength(100);
  });

  test('a text is looked for some thousands at a time, and found in the end', async () => {
    const { lines, pages } = await everything(`text=${encodeURIComponent('many-77')}&connection=${t.connections.stripe.connectionId}&to=2024-01-08T00:00:00.000Z`);
    expect(lines.length).toBeGreaterThanOrEqual(100);
    expect(lines.every((one) => one.vendorKey.startsWith('many-77'))).toBe(true);
    expect(pages).toBeGreaterThan(10);
  });

  test.each(['', 'state=dead', 'state=ignored', 'system=honeybook', 'from=2024-01-02T00:00:00.000Z&to=2024-01-02T01:00:00.000Z', 'text=nowhere', 'state=received', 'state=processed&text=many-5'])('no query looks at all of them: %s', async (query) => {
    const { database } = t.store.internals;
    const real = database.withOrganisation.bind(database);
    let rows = 0;
    const counted: Database['withOrganisation'] = (organisationId, work, isolation) => real(organisationId, (tx) => work(explaining(tx, (seen) => (rows += seen))), isolation);
    Object.assign(database, { withOrganisation: counted });
    try {
      await search(query);
    } finally {
      Object.assign(database, { withOrganisation: real });
    }
    console.log(`deliveries: "${query}" looked at ${rows} rows`);
    expect(rows).toBeGreaterThan(0);
    // Of one look, of the end of one look, and of two counts.
    expect(rows).toBeLessThanOrEqual(2 * 20_000 + 2 * 10_000 + 1_000);
  });
});
