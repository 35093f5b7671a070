import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { seedDemo } from '../../../server/demo/seed.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { openStore } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import type { Committed } from '../../../server/store/store.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { until } from '../../support/serverApp.ts';
import { collectingLog, openTestStore, temporaryDirectory, type TestStore } from '../../support/store.ts';

const server = process.env['WEDSYNC_TEST_DATABASE_URL'];
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };

describe.skipIf(server === undefined)('two stores on one PostgreSQL', () => {
  let t: TestStore;
  let a: OpenedStore;
  let b: OpenedStore;
  let logOfB: ReturnType<typeof collectingLog>;
  const folder = temporaryDirectory();
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    t = await openTestStore();
    a = t.store;
    logOfB = collectingLog();
    const opened = await openStore({ ...t.options, log: logOfB });
    if (!opened.ok) throw new Error(opened.error.message);
    b = opened.value;
  });
  afterEach(async () => {
    await b.close();
    await t.cleanup();
  });

  const contact = (name: string) => {
    const id = randomUUID();
    return draftCreated('client.created', 'contacts', null, { id, weddingId: null, name, email: null, phone: null, company: null, role: 'couple' as const }, null, context);
  };
  const write = (store: OpenedStore, count: number, organisationId = t.organisation.id) =>
    store.internals.writer.write(organisationId, ({ record }) => record(Array.from({ length: count }, (_, n) => contact(`contact ${n}`))));
  const listen = (store: OpenedStore) => {
    const heard: Committed[] = [];
    store.onCommitted((committed) => heard.push(committed));
    return { heard, seqs: (organisationId = t.organisation.id) => heard.filter((one) => one.organisationId === organisationId).flatMap((one) => one.events.map((event) => event.seq)) };
  };
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  test('both tell every event of both, in log order, each once, with the same content', async () => {
    const before = await a.headSeq(t.organisation.id);
    const [atA, atB] = [listen(a), listen(b)];
    await Promise.all(range(1, 60).map((n) => write(n % 2 === 0 ? a : b, 1 + (n % 3))));
    const head = await a.headSeq(t.organisation.id);
    await until(() => atA.seqs().at(-1) === head && atB.seqs().at(-1) === head, 'both at the head');
    expect(atA.seqs()).toEqual(range(before + 1, head));
    expect(atB.seqs()).toEqual(range(before + 1, head));
    const events = await a.readEvents(t.organisation.id, before, 1_000);
    for (const { heard } of [atA, atB]) expect(heard.flatMap((one) => one.events)).toEqual(events);
    for (const one of atB.heard) expect(Number.isNaN(Date.parse(one.committedAt))).toBe(false);
  });

  test('a write that is undone is announced to nobody; an organisation made later is heard from its first event', async () => {
    const [atA, atB] = [listen(a), listen(b)];
    const undone = a.internals.writer.write(t.organisation.id, async ({ record }) => {
      await record([contact('nobody')]);
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    const later = await createOrganisation(a.internals, { name: 'Later House', zone: 'Europe/Paris', currency: 'EUR', demo: false });
    await write(a, 700, later.id);
    await write(b, 1, later.id);
    await until(() => atB.seqs(later.id).length === 701 && atA.seqs(later.id).length === 701, 'the new organisation');
    expect(atB.seqs(later.id)).toEqual(range(1, 701));
    expect(atA.seqs(later.id)).toEqual(range(1, 701));
    expect(atA.seqs()).toEqual([]);
    expect(atB.seqs()).toEqual([]);
  });

  test('a paused connection is paused in the other process too', async () => {
    const { connectionId, intakeKey } = t.connections.stripe;
    expect(await b.intakeConnection('stripe', intakeKey)).toMatchObject({ paused: false });
    await setPaused(a.internals, t.organisation.id, connectionId, { paused: true, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
    await expect.poll(async () => (await b.intakeConnection('stripe', intakeKey))?.paused, { timeout: 20_000, interval: 5 }).toBe(true);
  });

  test('a lost line comes back by itself, with what was missed, and meanwhile nothing is answered from memory', async () => {
    const { connectionId, intakeKey } = t.connections.stripe;
    const before = await a.headSeq(t.organisation.id);
    await b.intakeConnection('stripe', intakeKey);
    const [atA, atB] = [listen(a), listen(b)];
    const lines = async () => (await sql<{ count: number }>`select count(*) as count from pg_stat_activity where application_name = 'wedsync peers' and datname = current_database()`.execute(a.internals.database.system)).rows[0]?.count;
    for (let round = 1; round <= 3; round += 1) {
      // What is waited for below is b's line; a's may still be on its way back.
      await expect.poll(lines, { timeout: 20_000, interval: 10 }).toBe(2);
      const cut = await sql<{ cut: boolean }>`select pg_terminate_backend(pid) as cut from pg_stat_activity where application_name = 'wedsync peers' and datname = current_database()`.execute(a.internals.database.system);
      expect(cut.rows).toEqual([{ cut: true }, { cut: true }]);
      await until(() => logOfB.lines.filter((line) => line.message.endsWith('connecting again')).length === round, 'the loss is noticed');
      await setPaused(a.internals, t.organisation.id, connectionId, { paused: round % 2 === 1, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
      expect(await b.intakeConnection('stripe', intakeKey)).toMatchObject({ paused: round % 2 === 1 });
      await Promise.all([write(a, 2), write(b, 2), write(a, 2)]);
      await until(() => logOfB.lines.filter((line) => line.message.endsWith('heard again')).length === round, 'the line is back');
      await write(a, 1);
    }
    const head = await a.headSeq(t.organisation.id);
    await until(() => atA.seqs().at(-1) === head && atB.seqs().at(-1) === head, 'both at the head');
    expect(atA.seqs()).toEqual(range(before + 1, head));
    expect(atB.seqs()).toEqual(range(before + 1, head));
  });

  test('what was committed while nothing could be heard is told when the line is back, without any further commit', async () => {
    const before = await a.headSeq(t.organisation.id);
    const atB = listen(b);
    await write(b, 1);
    const name = new URL(t.options.databaseUrl ?? '').pathname.slice(1);
    const maintenance = new pg.Client({ connectionString: server });
    await maintenance.connect();
    try {
      await maintenance.query(`alter database ${name} with allow_connections false`);
      await maintenance.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wedsync peers' and datname = $1`, [name]);
      await until(() => logOfB.lines.some((line) => line.message === 'the way back to PostgreSQL failed'), 'the line stays lost');
      await write(a, 3);
      expect(atB.seqs()).toEqual([before + 1]);
    } finally {
      await maintenance.query(`alter database ${name} with allow_connections true`);
      await maintenance.end();
    }
    await until(() => atB.seqs().length === 4, 'the missed ones');
    expect(atB.seqs()).toEqual(range(before + 1, before + 4));
  });

  test('an announcement that is nonsense is said so and does no harm', async () => {
    const atB = listen(b);
    const before = await a.headSeq(t.organisation.id);
    for (const payload of ['', 'nonsense', '{"about":"events"}', JSON.stringify({ about: 'events', from: 'x', at: '2026-11-20T12:00:00.000Z', heads: [[t.organisation.id, before + 1_000]] })]) {
      await sql`select pg_notify('wedsync', ${payload})`.execute(a.internals.database.system);
    }
    await until(() => logOfB.lines.some((line) => line.message === 'announced events are not in the log'), 'the false position is found out');
    expect(logOfB.lines.filter((line) => line.message.endsWith('is not understood'))).toHaveLength(3);
    await write(a, 2);
    await until(() => atB.seqs().length === 2, 'the true ones');
    expect(atB.seqs()).toEqual([before + 1, before + 2]);
  });

  test('each worker sees whether it is the only one; only then are re-reads of a former run taken over', async () => {
    expect(await b.internals.peers.worksAlone()).toBe(true);
    expect(await a.internals.peers.worksAlone()).toBe(false);
    expect(await b.internals.peers.worksAlone()).toBe(false);
    const { deliveryId } = await a.addDelivery(delivery(t, 'vsco-workspace', { event: 'contact.created', id: 'c1' }));
    const inHand = { state: 'waiting' as const, inHand: true, nextAttemptAt: new Date(systemClock.now() + 600_000).toISOString() };
    await a.internals.database.system.updateTable('deliveries').set(inHand).where('id', '=', deliveryId).execute();
    const state = () => a.internals.database.system.selectFrom('deliveries').select(['inHand', 'attempts']).where('id', '=', deliveryId).executeTakeFirst();
    const options = { store: a, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log };
    const beside = startNormaliser(options);
    await beside.idle();
    await beside.stop();
    expect(await state()).toEqual({ inHand: true, attempts: 0 });

    await b.close();
    const alone = startNormaliser(options);
    await alone.idle();
    await alone.stop();
    // Taken up again; the address of the stand-in is not allowed, so it waits for its next attempt.
    expect(await state()).toEqual({ inHand: false, attempts: 1 });
  });

  test('two servers that seed the demo at the same moment make one', async () => {
    const seeds = [a, b].map((store) => seedDemo(store, { clock: systemClock, ids: createIds(), dataDir: folder, serverUrl: 'http://127.0.0.1:4100' }));
    const [one, other] = await Promise.all(seeds);
    expect(other).toEqual(one);
    const snapshot = await a.snapshot(one?.organisationId ?? '');
    expect([snapshot.rows.weddings.length, snapshot.rows.connections.length]).toEqual([3, 3]);
  });

  test('two lines of work on one queue take every delivery once', async () => {
    const COUNT = 600;
    const line = (store: OpenedStore, log: typeof logOfB) =>
      startNormaliser({ store, vendors: vendorModule, http: createEgressHttp({ allow: [], log }), clock: systemClock, ids: createIds(), log });
    const lines = [line(a, t.log), line(b, logOfB)];
    await Promise.all(range(1, COUNT).map((n) => (n % 2 === 0 ? a : b).addDelivery(delivery(t, 'stripe', stripeIntent()))));
    for (const one of lines) await one.idle();
    for (const one of lines) await one.stop();
    const attempts = await a.internals.database.system.selectFrom('deliveries').select(['attempts', 'state']).execute();
    expect(attempts).toHaveLength(COUNT);
    expect(new Set(attempts.map((one) => `${one.state} ${one.attempts}`))).toEqual(new Set(['parked 1']));
    const events = await a.readEvents(t.organisation.id, 0, 10_000);
    expect(events.map((event) => event.seq)).toEqual(range(1, events.length));
    const payments = events.filter((event) => event.collection === 'payments');
    expect(payments).toHaveLength(COUNT);
    expect(new Set(payments.map((event) => event.deliveryId)).size).toBe(COUNT);
    const worked = [t.log, logOfB].map((log) => log.lines.filter((one) => one.message === 'deliveries normalised').reduce((sum, one) => sum + Number(one.fields['deliveries']), 0));
    expect(worked.reduce((sum, one) => sum + one, 0)).toBe(COUNT);
  });
});

test.skipIf(server === undefined)('several servers that start at once on an empty database agree on its epoch', async () => {
  const t = await openTestStore();
  const own = await ownDatabase(server ?? '');
  const opened = await Promise.all(Array.from({ length: 4 }, () => openStore({ ...t.options, databaseUrl: own.url })));
  const epochs = opened.map((one) => (one.ok ? one.value.epoch : one.error.message));
  for (const one of opened) if (one.ok) await one.value.close();
  await own.drop();
  await t.cleanup();
  expect(new Set(epochs).size).toBe(1);
  expect(opened.every((one) => one.ok)).toBe(true);
});
