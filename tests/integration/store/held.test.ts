import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { Hint, RereadError, VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startDeadLetterWatch } from '../../../server/workers/deadLetters.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { furnish } from '../../support/house.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What is kept back and why: pauses, breakers, the ladder, the brake. */

const MINUTE_MS = 60_000;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let line: Normaliser | null;
let asked: string[];
let source: (hint: Hint) => ReturnType<NonNullable<VendorModule['reread']>>;

const noAnswer = (retryAfterMs: number | null = null): RereadError => ({ code: 'normalise.reread_failed', message: 'no answer', retryable: true, retryAfterMs });
const gone: RereadError = { code: 'normalise.reread_refused', message: 'gone', retryable: false, retryAfterMs: null };

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  asked = [];
  source = async ({ remoteId }) => ok([entry(remoteId)]);
  const vendor = scriptedVendor('stripe', {
    reread: (hint) => {
      asked.push(hint.remoteId);
      return source(hint);
    },
  });
  line = startNormaliser({ store: t.store, vendors: (system) => (system === 'stripe' ? vendor : vendorModule(system)), http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
});
afterEach(async () => {
  await line?.stop();
  await t.cleanup();
});

const add = (body: unknown) => t.store.addDelivery(delivery(t, 'stripe', body));
const hint = (id: string) => add(meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] }));
const idle = async () => {
  if (!line) throw new Error('no line');
  await line.idle();
};
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const connection = async () => {
  const row = (await rows()).connections.find((one) => one.id === t.connections.stripe.connectionId);
  if (!row) throw new Error('no connection');
  return row;
};
const states = async () => (await t.store.deliveries(t.organisation.id, t.connections.stripe.connectionId)).map((one) => [one.state, one.reason, one.attempts]).reverse();
const openAlerts = async () => (await rows()).alerts.filter((row) => row.state !== 'resolved').map((row) => row.rule);
type Wanted<C> = C extends Command ? Omit<C, 'commandId'> : never;
const decide = (command: Wanted<Command>) => t.store.command(t.organisation.id, t.device, { ...command, commandId: randomUUID() });

async function replayEqualsSnapshot(): Promise<void> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
}

test('what comes for a paused connection is taken in and held; resumed, it is worked on in order of arrival', async () => {
  const { connectionId } = t.connections.stripe;
  await add(changes(entry('before')));
  await idle();
  const paused = await decide({ type: 'connection.pause', connectionId, basedOnVersion: (await connection()).version, reason: 'New account' });
  expect(paused.outcome).toBe('accepted');
  const [event] = (await t.store.readEvents(t.organisation.id, 0, 100)).slice(-1);
  expect(event).toMatchObject({ type: 'connection.health_changed', actor: { kind: 'person', id: t.device.id }, row: { health: 'paused', healthReason: 'New account' } });

  for (const [n, title] of ['first', 'second', 'third'].entries()) await add(changes(entry('same', { title, startsAt: `2026-12-01T1${n}:00:00.000Z` })));
  await hint('read');
  await idle();
  expect((await states()).slice(1)).toEqual(Array.from({ length: 4 }, () => ['held', 'held.paused', 0]));
  expect((await rows()).calendarEvents.map((row) => row.title)).toEqual(['Entry before']);
  expect(asked).toEqual([]);
  expect(await t.store.intakeConnection('stripe', t.connections.stripe.intakeKey)).toMatchObject({ paused: true });

  expect(await decide({ type: 'connection.resume', connectionId, basedOnVersion: (await connection()).version })).toMatchObject({ outcome: 'accepted' });
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(Array.from({ length: 5 }, () => 'processed'));
  expect((await rows()).calendarEvents.map((row) => row.title).sort()).toEqual(['Entry before', 'Entry read', 'third']);
  expect(await connection()).toMatchObject({ health: 'healthy', healthReason: null });
  expect(await decide({ type: 'connection.resume', connectionId, basedOnVersion: (await connection()).version })).toMatchObject({ outcome: 'accepted', seq: (await connection()).seq });
  expect(await setPaused(t.store.internals, t.organisation.id, randomUUID(), { paused: true, actor: { kind: 'system', id: null, name: 'test' }, reason: null })).toMatchObject({ ok: false, error: { code: 'request.not_found' } });
  await replayEqualsSnapshot();
});

test('a re-read that is under way when its connection is paused comes back to nobody, and is done again after the resume', async () => {
  let answer: () => void = () => undefined;
  source = ({ remoteId }) => new Promise((resolve) => (answer = () => resolve(ok([entry(remoteId)]))));
  await hint('slow');
  await expect.poll(() => asked).toEqual(['slow']);
  const by = { actor: { kind: 'system', id: null, name: 'test' } as const, reason: null };
  await setPaused(t.store.internals, t.organisation.id, t.connections.stripe.connectionId, { paused: true, ...by });
  answer();
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(['held']);
  expect((await rows()).calendarEvents).toEqual([]);
  source = async ({ remoteId }) => ok([entry(remoteId)]);
  await setPaused(t.store.internals, t.organisation.id, t.connections.stripe.connectionId, { paused: false, ...by });
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(['processed']);
  expect((await rows()).calendarEvents).toHaveLength(1);
});

test('each failed attempt is kept with its delivery, the last twenty', async () => {
  source = async () => err(noAnswer());
  await hint('a');
  await idle();
  const tries = async () => (await sql<{ tries: unknown[] }>`select tries from deliveries`.execute(t.store.internals.database.system)).rows[0]?.tries;
  expect(await tries()).toEqual([{ at: '2026-11-20T12:00:00.000Z', code: 'normalise.reread_failed', message: 'no answer', ms: 0 }]);
  await sql`update deliveries set tries = (select jsonb_agg(jsonb_build_object('n', n)) from generate_series(1, 25) as n)`.execute(t.store.internals.database.system);
  source = async () => err(gone);
  clock.advance(2_000);
  await idle();
  expect((await tries())?.slice(-3)).toEqual([{ n: 24 }, { n: 25 }, { at: '2026-11-20T12:00:02.000Z', code: 'normalise.reread_refused', message: 'gone', ms: 0 }]);
  expect(await tries()).toHaveLength(20);
});

test('after five failures in a row the source is left alone: what waits is no attempt, one tries, and all go on when it answers', async () => {
  source = async () => err(noAnswer());
  for (let n = 0; n < 4; n += 1) await hint(`a${n}`);
  await idle();
  expect(asked).toHaveLength(4);
  await hint('fifth');
  await idle();
  expect(asked).toHaveLength(5);
  for (let n = 0; n < 10; n += 1) await hint(`b${n}`);
  clock.advance(4 * MINUTE_MS);
  await idle();
  expect(asked).toHaveLength(5);
  expect((await states()).slice(5)).toEqual(Array.from({ length: 10 }, () => ['waiting', 'breaker.open', 0]));
  // Nothing of the record waits for it, nor do facts that need no call.
  await add(changes(entry('plain')));
  await idle();
  expect((await rows()).calendarEvents).toHaveLength(1);

  clock.advance(MINUTE_MS);
  await idle();
  expect(asked).toHaveLength(6);
  source = async ({ remoteId }) => ok([entry(remoteId)]);
  clock.advance(5 * MINUTE_MS);
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(Array.from({ length: 16 }, () => 'processed'));
  const kept = await t.store.internals.database.system.selectFrom('connectionAccess').select(['failures', 'breaker', 'told']).where('id', '=', t.connections.stripe.connectionId).executeTakeFirst();
  expect(kept).toEqual({ failures: 0, breaker: null, told: null });
});

test('the time that the source asks for holds for all of its connection, also for a worker that starts later', async () => {
  source = async () => err(noAnswer(10 * MINUTE_MS));
  await hint('a');
  await idle();
  await line?.stop();
  const vendor = scriptedVendor('stripe', { reread: (one) => source(one) });
  source = async ({ remoteId }) => ok([entry(remoteId)]);
  line = startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
  await hint('b');
  await idle();
  expect((await states()).map(([state, , attempts]) => [state, attempts])).toEqual([['waiting', 1], ['waiting', 0]]);
  clock.advance(10 * MINUTE_MS);
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(['processed', 'processed']);
});

test('a connection that fails for too long is warned about, each step once, then switched off, held, and resumed by a person', async () => {
  const { connectionId } = t.connections.stripe;
  source = async () => err(noAnswer());
  const told: string[] = [];
  t.store.onCommitted(({ events }) => {
    for (const event of events) if (event.type === 'alert.raised' && event.collection === 'alerts') told.push(`${event.row.rule} ${event.row.title}`);
  });
  // As after many hours in which one call a quarter of an hour was tried.
  const since = clock.now();
  for (const [failures, hours] of [[2, 0], [49, 12], [69, 17], [89, 22], [99, 24]] as const) {
    clock.set(new Date(since + hours * 3_600_000).toISOString());
    await sql`update connection_access set failures = ${failures}, breaker = null, told = coalesce(told, ${JSON.stringify({ since, step: 0 })}::jsonb) where id = ${connectionId}`.execute(t.store.internals.database.system);
    await hint(`at${failures}`);
    await idle();
  }
  expect(told).toEqual([
    'connection_failing Stripe is not answering',
    'connection_warning Stripe has used up 50 % of its patience',
    'connection_warning Stripe has used up 70 % of its patience',
    'connection_warning Stripe has used up 90 % of its patience',
    'connection_disabled Stripe was switched off',
  ]);
  expect((await openAlerts()).sort()).toEqual(['connection_disabled', 'connection_failing', 'connection_warning']);
  expect(await connection()).toMatchObject({ health: 'disabled', healthReason: 'normalise.reread_failed' });
  expect((await states()).every(([state, reason]) => state === 'held' && reason === 'held.disabled')).toBe(true);
  const calls = asked.length;
  await hint('later');
  await idle();
  expect(asked).toHaveLength(calls);
  expect((await states()).at(-1)).toEqual(['held', 'held.disabled', 0]);

  source = async ({ remoteId }) => ok([entry(remoteId)]);
  await decide({ type: 'connection.resume', connectionId, basedOnVersion: (await connection()).version });
  await idle();
  expect((await states()).map(([state]) => state)).toEqual(Array.from({ length: 6 }, () => 'processed'));
  expect(await openAlerts()).toEqual([]);
  expect(await connection()).toMatchObject({ health: 'healthy' });
  await replayEqualsSnapshot();
});

test('what is not done is counted by connection, with the age of the oldest, and for /metrics', async () => {
  const { connectionId } = t.connections.stripe;
  source = async () => err(noAnswer());
  await hint('waits');
  await idle();
  clock.advance(1_000);
  await sql`update deliveries set attempts = 15`.execute(t.store.internals.database.system);
  clock.advance(60_000);
  await idle();
  await add(meaning({ kind: 'ignored', why: 'nothing' }));
  await hint('waits too');
  await idle();
  await add('no meaning at all');
  await idle();
  const view = (await t.store.integrations(t.organisation.id)).find((one) => one.connection.id === connectionId);
  expect(view?.queue).toEqual({ waiting: 1, held: 0, parked: 0, quarantined: 1, dead: 1, oldestWaitingAt: '2026-11-20T12:01:01.000Z', oldestDeadAt: '2026-11-20T12:00:00.000Z' });
  await decide({ type: 'connection.pause', connectionId, basedOnVersion: (await connection()).version, reason: null });
  expect((await t.store.integrations(t.organisation.id)).find((one) => one.connection.id === connectionId)?.queue).toMatchObject({ waiting: 0, held: 1 });
  clock.advance(9_000);
  expect(await t.store.gauges()).toMatchObject({ deliveriesWaiting: 0, deliveriesHeld: 1, deliveriesQuarantined: 1, deliveriesDead: 1, oldestWaitingSeconds: 0, oldestDeadSeconds: 70 });
});

test('what was given up is told once for its connection: after ten minutes, near a wedding at once, and settled with the last', async () => {
  const watch = startDeadLetterWatch({ store: t.store, clock, ids: createIds(), log: t.log });
  try {
    const { connectionId } = t.connections.stripe;
    const dies = async (id: string) => {
      source = async () => err(noAnswer());
      await hint(id);
      await idle();
      await sql`update deliveries set attempts = 15, next_attempt_at = ${new Date(clock.now()).toISOString()}::timestamptz where state = 'waiting'`.execute(t.store.internals.database.system);
      await sql`update connection_access set breaker = null`.execute(t.store.internals.database.system);
      line?.wake();
      await idle();
      await watch.runNow();
    };
    const told = async () => (await rows()).alerts.filter(({ rule }) => rule === 'deliveries_dead').map(({ severity, state, title, subject }) => [severity, state, title, subject?.id]);
    await dies('one');
    expect((await states()).map(([state]) => state)).toEqual(['dead']);
    expect(await told()).toEqual([]);
    clock.advance(9 * MINUTE_MS);
    await watch.runNow();
    expect(await told()).toEqual([]);
    clock.advance(MINUTE_MS);
    await watch.runNow();
    const first = ['warning', 'open', 'A delivery of Stripe was given up', connectionId];
    expect(await told()).toEqual([first]);
    // Another one joins it; a person who has acknowledged it is not told of the same again.
    await dies('two');
    await watch.runNow();
    expect(await told()).toEqual([first]);

    const open = (await rows()).reviewItems.filter(({ kind, state }) => kind === 'dead' && state === 'open');
    expect(open).toHaveLength(2);
    source = async ({ remoteId }) => ok([entry(remoteId)]);
    await sql`update deliveries set state = 'received', replay_id = ${randomUUID()}::uuid, attempts = 0 where state = 'dead'`.execute(t.store.internals.database.system);
    line?.wake();
    await idle();
    await watch.runNow();
    expect(await told()).toEqual([['warning', 'resolved', first[2], connectionId]]);

    await furnish(t.store, t.organisation.id);
    await dies('near');
    expect((await told()).at(-1)).toEqual(['critical', 'open', 'A delivery of Stripe was given up', connectionId]);
  } finally {
    await watch.stop();
  }
});
