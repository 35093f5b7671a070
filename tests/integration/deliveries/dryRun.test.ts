import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DryRun } from '../../../core/contract/dryRuns.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { startDryRunner, type DryRunner } from '../../../server/workers/dryRuns.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { MAX_ATTEMPTS } from '../../../server/workers/outcome.ts';
import { startReplayer, type Replayer } from '../../../server/workers/replays.ts';
import { delivery, IN_A_HURRY } from '../../support/deliveries.ts';
import { dryRunCalls, factsSince, shownFacts, since, until, type DryRunCalls } from '../../support/dryRuns.ts';
import { furnish, letIn } from '../../support/house.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** What a dry run shows is what is done, or it is left alone. `stripe` is a scripted vendor; `source` is what it says of an object. */

let t: TestStore;
let app: TestApp;
let calls: DryRunCalls;
let line: Normaliser;
let replayer: Replayer;
let runner: DryRunner;
let vendor: VendorModule;
let asked: string[];
let source: (remoteId: string) => 'gone' | 'silent' | string;
let gate: Promise<void>;

const reread: NonNullable<VendorModule['reread']> = async ({ remoteId }) => {
  asked.push(remoteId);
  await gate;
  const says = source(remoteId);
  if (says === 'silent') return err({ code: 'normalise.reread_failed', message: 'no answer', retryable: true, retryAfterMs: null });
  if (says === 'gone') return err({ code: 'normalise.reread_refused', message: 'gone', retryable: false, retryAfterMs: null });
  return ok([entry(remoteId, { title: says })]);
};
const vendors = (system: string) => (system === 'stripe' ? vendor : vendorModule(system));
const outside = () => ({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, log: t.log });
const startLine = () => startNormaliser({ ...outside(), ids: createIds(), random: () => 1 });

beforeEach(async () => {
  t = await openTestStore();
  asked = [];
  source = (remoteId) => `${remoteId} as the source has it`;
  gate = Promise.resolve();
  vendor = scriptedVendor('stripe', { reread });
  app = testApp(t.store, { config: { apiPerMinute: 100_000, managingPerMinute: 100_000 }, vendors });
  const house = await furnish(t.store, t.organisation.id);
  calls = dryRunCalls(app, (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers);
  line = startLine();
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
  runner = startDryRunner({ ...outside(), ...IN_A_HURRY });
});
afterEach(async () => {
  await runner.stop();
  await replayer.stop();
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const add = async (body: unknown): Promise<string> => (await t.store.addDelivery(delivery(t, 'stripe', body))).deliveryId;
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const states = async () => Object.fromEntries((await t.store.deliveries(t.organisation.id, t.connections.stripe.connectionId)).map((one) => [one.id, one.state]));
const mark = async () => (await t.store.snapshot(t.organisation.id)).seq;
/** Everything that a dry run could have left in the record or with the deliveries. */
const everything = async () => sql<{ n: string }>`select jsonb_build_array((select count(*) from events),
  (select jsonb_agg(m order by m.remote_id) from mappings m), (select jsonb_agg(d order by d.arrival) from deliveries d),
  (select count(*) from review_items), (select jsonb_agg(breaker) from connection_access))::text as n`.execute(t.store.internals.database.system);

/** Hints whose source stays silent until each has used up its attempts. */
async function deadLetters(remoteIds: readonly string[]): Promise<void> {
  const before = source;
  source = () => 'silent';
  await line.stop();
  for (const remoteId of remoteIds) await add(meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId }] }));
  await t.store.internals.database.system.updateTable('deliveries').set({ attempts: MAX_ATTEMPTS - 1 }).where('state', '=', 'received').execute();
  line = startLine();
  await until(async () => {
    await line.idle();
    await sql`update connection_access set breaker = '{}'`.execute(t.store.internals.database.system);
    await sql`update deliveries set next_attempt_at = null where state = 'waiting' and not in_hand`.execute(t.store.internals.database.system);
    return Object.values(await states());
  }, (all) => all.every((state) => state === 'dead' || state === 'processed'));
  source = before;
  asked = [];
}

test('a hundred dead letters: the dry run writes nothing, what is done is what was shown, and doing it again changes nothing', async () => {
  await add(changes(entry('e0', { title: 'As it was' }), entry('e1', { title: 'e1 as the source has it' })));
  await line.idle();
  // Eighty objects, twenty of them told of twice; one of them is gone over there.
  await deadLetters(Array.from({ length: 100 }, (_, n) => `e${n % 80}`));
  source = (remoteId) => (remoteId === 'e7' ? 'gone' : `${remoteId} as the source has it`);
  const before = await everything();
  const seq = await mark();

  const { run, lines } = await calls.dryRun(since('dead'));
  expect(run).toMatchObject({ state: 'done', total: 100, done: 100, read: 100, rows: 78, outcomes: { changes: 78, nothing: 20, refused: 2 }, reasons: ['normalise.reread_refused'], replayId: null });
  expect(lines).toHaveLength(100);
  expect(asked.toSorted()).toEqual(Array.from({ length: 80 }, (_, n) => `e${n}`).toSorted());
  expect(await everything()).toEqual(before);
  expect(lines.find((one) => one.rows[0]?.title === 'e0 as the source has it')?.rows[0]?.fields).toEqual([{ field: 'title', before: 'As it was', after: 'e0 as the source has it' }]);
  expect((await calls.allLines(run.id, 'only=changing')).map((one) => one.deliveryId)).toEqual(lines.filter((one) => one.rows.length > 0).map((one) => one.deliveryId));

  // Whatever the source says by now: what was shown counts.
  asked = [];
  source = (remoteId) => (remoteId === 'e7' ? 'gone' : 'Something else by now');
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', total: 100, done: 100, differs: 0, outcomes: { processed: 98, quarantined: 2 } });
  expect(await factsSince(t, seq)).toEqual(shownFacts(lines));
  expect(new Set(asked)).toEqual(new Set(['e7']));
  expect(await calls.refusedWith({ dryRun: run.id })).toBe('replay.dry_run_over');

  source = (remoteId) => (remoteId === 'e7' ? 'gone' : `${remoteId} as the source has it`);
  const done = await mark();
  const second = await calls.dryRun(since());
  expect(second.run).toMatchObject({ total: 101, rows: 0, fields: 0 });
  expect(second.lines.filter((one) => one.rows.length > 0)).toEqual([]);
  expect((await calls.carryOut({ dryRun: second.run.id })).differs).toBe(0);
  expect(await factsSince(t, done)).toEqual({});
  await calls.carryOut(since());
  expect(await factsSince(t, done)).toEqual({});
});

test('what would change something else by then is left as it was, and told', async () => {
  await deadLetters(['e1', 'e2', 'e3']);
  const { run, lines } = await calls.dryRun(since('dead'));
  expect(run.outcomes).toEqual({ changes: 3 });
  await add(changes(entry('e2', { title: 'Told meanwhile' })));
  await line.idle();
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ done: 3, differs: 1, outcomes: { processed: 2, dead: 1 } });
  expect((await rows()).calendarEvents.map((row) => row.title).sort()).toEqual(['Told meanwhile', 'e1 as the source has it', 'e3 as the source has it']);
  const [left] = await calls.allLines(run.id, 'only=differing');
  expect(left).toEqual({ ...lines[1], differs: true });
  expect((await states())[left?.deliveryId ?? '']).toBe('dead');
  expect((await rows()).reviewItems.filter((row) => row.state === 'open').map((row) => row.deliveryId)).toEqual([left?.deliveryId]);
  expect((await calls.dryRun(since('dead'))).run).toMatchObject({ total: 1, outcomes: { changes: 1 } });
});

test('later pages follow the earlier ones, and are done as they were shown', async () => {
  vendor = { ...vendor, webhook: { ...vendor.webhook, normalise: () => ok({ kind: 'ignored', why: 'not yet' }) } as NonNullable<VendorModule['webhook']> };
  for (let n = 0; n < 230; n += 1) await add(changes(entry(n % 2 === 0 ? 'even' : 'odd', { title: `Step ${n}` })));
  await line.idle();
  vendor = scriptedVendor('stripe', { reread });
  const seq = await mark();
  const { run, lines } = await calls.dryRun(since());
  expect(run).toMatchObject({ total: 230, rows: 2, outcomes: { changes: 230 } });
  expect(lines.slice(2).map((one) => one.rows[0]?.fields)).toEqual(lines.slice(2).map((_, n) => [{ field: 'title', before: `Step ${n}`, after: `Step ${n + 2}` }]));
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ done: 230, differs: 0, outcomes: { processed: 230 } });
  expect(await factsSince(t, seq)).toEqual(shownFacts(lines));
});

test('a source that does not answer is left alone after a few calls; it is read when the work is done', async () => {
  await deadLetters(Array.from({ length: 30 }, (_, n) => `e${n}`));
  source = () => 'silent';
  const before = await everything();
  const { run, lines } = await calls.dryRun(since('dead'));
  expect(run).toMatchObject({ read: 0, outcomes: { reads_source: 30 } });
  expect(new Set(lines.map((one) => one.reason))).toEqual(new Set(['normalise.reread_failed']));
  expect(asked.length).toBeLessThan(10);
  expect(await everything()).toEqual(before);
  source = (remoteId) => `${remoteId} is back`;
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ differs: 0, outcomes: { processed: 30 } });
  expect((await rows()).calendarEvents.map((row) => row.title).sort()).toEqual(Array.from({ length: 30 }, (_, n) => `e${n} is back`).sort());
});

test('it can be stopped, is taken over when its process ends, and stands only whole', async () => {
  await deadLetters(['e1', 'e2']);
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => { open = resolve; });
  const stopped = await calls.begin(since('dead'));
  await until(async () => asked.length, (count) => count > 0);
  expect(await calls.refusedWith({ dryRun: stopped.id })).toBe('replay.dry_run_over');
  expect(DryRun.parse((await calls.ask('POST', `/api/dry-runs/${stopped.id}/cancel`, {})).json())).toMatchObject({ state: 'cancelled', done: 0 });
  expect(await calls.refusedWith({ dryRun: stopped.id })).toBe('replay.dry_run_over');

  const again = await calls.begin(since('dead'));
  expect((await calls.ask('GET', `/api/dry-runs/${stopped.id}`)).statusCode).toBe(404);
  const ending = runner.stop();
  open();
  await ending;
  expect((await calls.page(again.id)).state).toBe('running');
  runner = startDryRunner({ ...outside(), ...IN_A_HURRY });
  expect(await until(() => calls.page(again.id), ({ state }) => state !== 'running')).toMatchObject({ state: 'done', done: 2, outcomes: { changes: 2 } });
});
