import { afterEach, beforeEach, expect, test } from 'vitest';
import { err, ok } from '../../../core/contract/result.ts';
import type { Brought, Normalised, PollPage, PollPart } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { startReadingWatch, type ReadingWatch } from '../../../server/workers/readingWatch.ts';
import { entry, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** A first look at a full calendar tells how far it is, goes on after a trouble, and says what it came to. */

const PER_PAGE = 60;
const clock = settableClock('2026-11-20T12:00:00.000Z');
let t: TestStore;
let connectionId: string;
let polls: Polls;
let line: Normaliser | null;
let watch: ReadingWatch;
/** Pages wait until one is let through; null = they come at once. */
let gate: ((page: Awaited<ReturnType<PollPart['read']>>) => void) | null;
let waiting: boolean;
let answer: (page: number) => Awaited<ReturnType<PollPart['read']>>;

const item = (id: string): Brought => ({ key: `${id}@1`, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry(id, { version: '1' })] } satisfies Normalised) });
const pageOf = (page: number, pages: number): PollPage =>
  ({ items: Array.from({ length: PER_PAGE }, (_, n) => item(`e${page}-${n}`)), cursor: String(page + 1), more: page + 1 < pages });
const working = () => ({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('nobody is called')) }, clock, ids: createIds(), log: t.log, random: () => 0.5 });
const read: PollPart['read'] = (cursor) => {
  const next = answer(Number(cursor ?? 0));
  if (!waiting) return Promise.resolve(next);
  return new Promise((resolve) => {
    gate = () => resolve(next);
  });
};
const vendor = scriptedVendor('stripe', { poll: { everySeconds: 300, read, normalise: ({ bodyText }) => ok(JSON.parse(bodyText) as Normalised) } });
const vendors = (system: string) => (system === 'stripe' ? vendor : null);
const row = async () => (await t.store.snapshot(t.organisation.id)).rows.connections.find(({ id }) => id === connectionId);
const reading = async () => (await row())?.reading ?? null;
const counted = () => t.store.internals.database.system.selectFrom('connectionAccess').select('reading').where('id', '=', connectionId).executeTakeFirstOrThrow();
const told = async () => (await t.store.readEvents(t.organisation.id, 0, 10_000)).filter(({ type }) => type === 'connection.reading');
async function letOne(): Promise<void> {
  await expect.poll(() => gate).not.toBeNull();
  const one = gate;
  gate = null;
  one?.(answer(0));
}
async function lookedAt(pages: number): Promise<void> {
  await expect.poll(async () => ((await counted()).reading as { pages?: number } | null)?.pages).toBe(pages);
}

beforeEach(async () => {
  clock.set('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  [gate, waiting, line, answer] = [null, false, null, (page) => ok(pageOf(page, 4))];
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).execute();
  ({ connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: 'Looked at', path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } }));
  watch = startReadingWatch({ store: t.store, clock, log: t.log });
});
afterEach(async () => {
  waiting = false;
  gate?.(answer(0));
  await polls.stop();
  await line?.stop();
  await watch.stop();
  await t.cleanup();
});

test('so many so far while pages come, so many of all once the last is here, and at the end how long it took', async () => {
  waiting = true;
  polls = startPolls(working());
  await letOne();
  await lookedAt(1);
  await watch.runNow();
  expect(await reading()).toBeNull();
  await letOne();
  await lookedAt(2);
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'reading', read: 2 * PER_PAGE, pages: 2, done: 0, total: null, endedAt: null });
  // The same moment tells it no second time.
  await letOne();
  await lookedAt(3);
  await watch.runNow();
  expect((await reading())?.read).toBe(2 * PER_PAGE);
  clock.advance(1_000);
  await watch.runNow();
  expect((await reading())?.read).toBe(3 * PER_PAGE);
  await letOne();
  await lookedAt(4);
  clock.advance(1_000);
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'taking', read: 4 * PER_PAGE, done: 0, total: 4 * PER_PAGE });
  waiting = false;
  // Its own rounds may tell the end as soon as all is worked on.
  clock.advance(14_000);
  line = startNormaliser(working());
  await line.idle();
  await watch.runNow();
  const over = await reading();
  expect(over).toMatchObject({ state: 'done', read: 4 * PER_PAGE, done: 4 * PER_PAGE, total: 4 * PER_PAGE, since: '2026-11-20T12:00:00.000Z', endedAt: '2026-11-20T12:00:16.000Z' });
  expect((await t.store.snapshot(t.organisation.id)).rows.calendarEvents).toHaveLength(4 * PER_PAGE);
  expect((await counted()).reading).toBeNull();
  const before = (await told()).length;
  expect(before).toBeGreaterThan(3);
  const history = (await t.store.history(t.organisation.id, 'connections', connectionId, null, 50)).filter(({ type }) => type === 'connection.reading');
  expect(history.map(({ row: is }) => is)).toMatchObject([{ reading: { state: 'done' } }]);
  clock.advance(5_000);
  await watch.runNow();
  expect(await told()).toHaveLength(before);
});

test('it stops where its source fails, says so, and goes on from there', async () => {
  let fails = true;
  answer = (page) => (page === 3 && fails ? err({ code: 'normalise.reread_failed', message: 'gone for lunch', retryable: true, retryAfterMs: null }) : ok(pageOf(page, 4)));
  polls = startPolls(working());
  line = startNormaliser(working());
  await polls.idle();
  await line.idle();
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'stopped', reason: 'normalise.reread_failed', read: 3 * PER_PAGE, done: 3 * PER_PAGE, total: null });
  fails = false;
  clock.advance(3_600_000);
  polls.wake();
  await polls.idle();
  await line.idle();
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'done', total: 4 * PER_PAGE, pages: 4, reason: null });
});

test('a process that ends leaves the count with the place; paused it says so, and a later long look begins its own', async () => {
  waiting = true;
  polls = startPolls(working());
  await letOne();
  await lookedAt(1);
  await letOne();
  await lookedAt(2);
  const by = { actor: { kind: 'system', id: null, name: 'test' } as const, reason: null };
  await setPaused(t.store.internals, t.organisation.id, connectionId, { paused: true, ...by });
  waiting = false;
  gate?.(answer(0));
  await polls.stop();
  clock.advance(1_000);
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'stopped', reason: null, read: 2 * PER_PAGE });
  await setPaused(t.store.internals, t.organisation.id, connectionId, { paused: false, ...by });
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connectionId).execute();
  polls = startPolls(working());
  line = startNormaliser(working());
  await polls.idle();
  await line.idle();
  clock.advance(1_000);
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'done', read: 4 * PER_PAGE, pages: 4 });
  // Its place was forgotten over there: the same four pages again, none of them news.
  await t.store.internals.database.system.updateTable('connectionAccess').set({ cursor: null, nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connectionId).execute();
  const since = new Date(clock.now()).toISOString();
  polls.wake();
  await polls.idle();
  clock.advance(1_000);
  await watch.runNow();
  expect(await reading()).toMatchObject({ state: 'done', total: 4 * PER_PAGE, since });
});

test('a small first look is over before anybody could read of it', async () => {
  answer = () => ok({ items: [item('a'), item('b')], cursor: '1', more: false });
  polls = startPolls(working());
  line = startNormaliser(working());
  await polls.idle();
  await line.idle();
  await watch.runNow();
  expect(await told()).toEqual([]);
  expect((await counted()).reading).toBeNull();
  expect((await row())?.health).toBe('healthy');
});
