import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { openStore } from '../../../server/store/open.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { hasRedis, startRedis, type RedisServer } from '../../support/redis.ts';
import { until } from '../../support/serverApp.ts';
import { collectingLog, openTestStore, type TestStore } from '../../support/store.ts';

/** What processes tell each other, over a real Redis and a real PostgreSQL. */

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

describe.skipIf(cluster === undefined || !hasRedis())('processes that tell each other through Redis', () => {
  let redis: RedisServer;
  let t: TestStore;
  const stores: OpenedStore[] = [];
  const logs: ReturnType<typeof collectingLog>[] = [];

  async function open(redisUrl: string | null = redis.url): Promise<OpenedStore> {
    const log = collectingLog();
    const opened = await openStore({ ...t.options, redisUrl, log });
    if (!opened.ok) throw new Error(opened.error.message);
    stores.push(opened.value);
    logs.push(log);
    return opened.value;
  }
  beforeEach(async () => {
    redis = await startRedis();
    t = await openTestStore();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    logs.length = 0;
    await t.cleanup();
    await redis.remove();
  });

  const contact = () => draftCreated('client.created', 'contacts', null, { id: randomUUID(), weddingId: null, name: 'x', email: null, phone: null, company: null, role: 'couple' as const }, null, context);
  const write = (store: OpenedStore, count = 1) => store.internals.writer.write(t.organisation.id, ({ record }) => record(Array.from({ length: count }, contact)));
  const seqsAt = (store: OpenedStore): number[] => {
    const seqs: number[] = [];
    store.onCommitted((committed) => seqs.push(...committed.events.map((event) => event.seq)));
    return seqs;
  };
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const said = (n: number, words: string) => (logs[n]?.lines ?? []).some((line) => line.message.startsWith(words));

  test('whoever reaches Redis shows nobody out and silences nobody', async () => {
    const [a, b] = [await open(), await open()];
    const before = await a.headSeq(t.organisation.id);
    let wanted = false;
    const seqs: number[] = [];
    b.onCommitted((committed) => seqs.push(...committed.events.map((event) => event.seq)), () => wanted);
    const revoked: string[] = [];
    b.onRevoked((deviceId) => revoked.push(deviceId));
    const words: unknown[] = [];
    b.onSaid('tea', (body) => words.push(body));
    const forger = createClient({ url: redis.url });
    await forger.connect();
    const say = (note: object) => forger.publish(`wedsync:${b.epoch}`, JSON.stringify({ from: 'x', ...note }));
    await say({ about: 'revoked', deviceId: t.device.id });
    await say({ about: 'connection', connectionId: t.connections.stripe.connectionId });
    await say({ about: 'events', at: new Date().toISOString(), heads: [[t.organisation.id, Number.MAX_SAFE_INTEGER]] });
    await say({ about: 'said', topic: 'tea', body: 'last' });
    forger.destroy();
    await until(() => words.length > 0, 'what was published has come');
    wanted = true;
    await write(a, 2);
    await write(b);
    await until(() => seqs.includes(before + 3), 'the commits are told');
    expect(revoked).toEqual([]);
  });

  test('commits, stored deliveries and passing words are heard; PostgreSQL is left out of it', async () => {
    const [a, b] = [await open(), await open()];
    const before = await a.headSeq(t.organisation.id);
    const seqs = seqsAt(b);
    const words: unknown[] = [];
    let called = 0;
    b.onSaid('tea', (body) => words.push(body));
    b.onDeliveries(() => (called += 1));
    // A listener of its own on the database's channel, of the process that was opened without Redis.
    const onPostgres: number[] = [];
    t.store.onCommitted((committed) => onPostgres.push(...committed.events.map((event) => event.seq)));

    for (let n = 0; n < 20; n += 1) await write(a, 2);
    a.say('tea', { at: 'five' });
    await a.addDelivery(delivery(t, 'stripe', stripeIntent()));
    await until(() => seqs.length === 40 && words.length === 1 && called > 0, 'everything is heard');
    expect(seqs).toEqual(range(before + 1, before + 40));
    expect(words).toEqual([{ at: 'five' }]);
    expect(onPostgres).toEqual([]);
  });

  test('many stored deliveries are a few calls', async () => {
    const [a, b] = [await open(), await open()];
    let called = 0;
    b.onDeliveries(() => (called += 1));
    const startedAt = performance.now();
    for (let n = 0; n < 100; n += 1) await a.addDelivery(delivery(t, 'stripe', stripeIntent()));
    const ms = performance.now() - startedAt;
    await until(() => called > 0, 'the call');
    expect(called).toBeLessThanOrEqual(Math.ceil(ms / 10) + 2);
  });

  test('a revoked device and a paused connection are told with the commit, with Redis or without', async () => {
    const [a, b] = [await open(), await open()];
    await redis.kill();
    const revoked: string[] = [];
    b.onRevoked((deviceId) => revoked.push(deviceId));
    const { connectionId, intakeKey } = t.connections.stripe;
    expect(await b.intakeConnection('stripe', intakeKey)).toMatchObject({ paused: false });
    await a.revokeDevice(t.organisation.id, t.device.id);
    await setPaused(a.internals, t.organisation.id, connectionId, { paused: true, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
    await until(() => revoked.length === 1, 'the revocation');
    await expect.poll(async () => (await b.intakeConnection('stripe', intakeKey))?.paused, { interval: 5 }).toBe(true);
  });

  test('Redis goes in the middle and comes back: nothing is missed, each event once, in order', async () => {
    const [a, b] = [await open(), await open()];
    const before = await a.headSeq(t.organisation.id);
    const [atA, atB] = [seqsAt(a), seqsAt(b)];
    const words: unknown[] = [];
    b.onSaid('tea', (body) => words.push(body));
    let written = 0;
    for (let round = 0; round < 3; round += 1) {
      const writes = Array.from({ length: 30 }, async (_, n) => {
        if (n === 10) await redis.kill();
        await write(n % 2 === 0 ? a : b);
        written += 1;
      });
      await Promise.all(writes);
      await until(() => said(0, 'Redis is away') && said(1, 'Redis is away'), 'the loss is noticed');
      await write(a);
      written += 1;
      a.say('tea', round);
      await until(() => words.length === round + 1, 'a word without Redis', 5_000);
      await redis.start();
      await until(() => logs.every((log) => log.lines.filter((line) => line.message.startsWith('other processes are heard')).length === round + 2), 'Redis is back');
    }
    const head = before + written;
    await until(() => atA.at(-1) === head && atB.at(-1) === head, 'both at the head', 10_000);
    expect(atA).toEqual(range(before + 1, head));
    expect(atB).toEqual(range(before + 1, head));
  });

  test('a note that is lost after the commit is made up for by comparing', async () => {
    // What it tells goes to a Redis where nobody listens: as if it had been killed between its commit and its note.
    const elsewhere = await startRedis();
    try {
      const [a, b] = [await open(elsewhere.url), await open()];
      const before = await a.headSeq(t.organisation.id);
      const seqs = seqsAt(b);
      await write(a, 3);
      await until(() => seqs.length === 3, 'the missed ones', 6_000);
      expect(seqs).toEqual(range(before + 1, before + 3));
      expect(said(1, 'Redis is away')).toBe(false);
    } finally {
      await elsewhere.remove();
    }
  });

  test('a process starts without Redis, and uses it once it is there', async () => {
    await redis.kill();
    const [a, b] = [await open(), await open()];
    const seqs = seqsAt(b);
    await write(a);
    await until(() => seqs.length === 1, 'heard through PostgreSQL');
    await redis.start();
    await until(() => said(0, 'other processes are heard through Redis') && said(1, 'other processes are heard through Redis'), 'Redis is used', 10_000);
    await write(a);
    await until(() => seqs.length === 2, 'heard through Redis');
  });
});
