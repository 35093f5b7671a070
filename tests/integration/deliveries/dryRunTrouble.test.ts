import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { readTables } from '../../../server/store/backup/tables.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { actorOf } from '../../../server/store/store.ts';
import { startDryRunner, type DryRunner } from '../../../server/workers/dryRuns.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startReplayer, type Replayer } from '../../../server/workers/replays.ts';
import { delivery, IN_A_HURRY } from '../../support/deliveries.ts';
import { dryRunCalls, factsSince, shownFacts, since, until, type DryRunCalls } from '../../support/dryRuns.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, TEST_SYSTEMS, type TestStore, type TestSystem } from '../../support/store.ts';

/** What may come between a dry run and its carrying out: other people, other facts, an end of the process, of a connection, of what is known of a person. */

let t: TestStore;
let app: TestApp;
let house: House;
let headers: { authorization: string };
let calls: DryRunCalls;
let line: Normaliser | null;
let replayer: Replayer | null;
let runner: DryRunner | null;
let vendors: (system: string) => VendorModule | null;
let scripted: Map<string, VendorModule>;
let asked: string[];
/** What a source says of an object now; null = no answer. */
let source: (remoteId: string) => string | null;
let gate: Promise<void>;

const reread: NonNullable<VendorModule['reread']> = async ({ remoteId }) => {
  asked.push(remoteId);
  await gate;
  const title = source(remoteId);
  return title === null ? err({ code: 'normalise.reread_failed', message: 'no answer', retryable: true, retryAfterMs: null }) : ok([entry(remoteId, { title })]);
};
const outside = () => ({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, log: t.log });
const startLine = () => (line = startNormaliser({ ...outside(), ids: createIds(), random: () => 1 }));
const startRunner = () => (runner = startDryRunner({ ...outside(), ...IN_A_HURRY }));

beforeEach(async () => {
  t = await openTestStore();
  asked = [];
  source = (remoteId) => `${remoteId} as the source has it`;
  gate = Promise.resolve();
  // Two whose source has to be asked, one that says everything itself.
  scripted = new Map<string, VendorModule>([['stripe', scriptedVendor('stripe', { reread })], ['vsco-workspace', scriptedVendor('vsco-workspace', { reread })], ['honeybook', scriptedVendor('honeybook')]]);
  vendors = (system) => scripted.get(system) ?? vendorModule(system);
  app = testApp(t.store, { config: { apiPerMinute: 100_000, managingPerMinute: 100_000 }, vendors });
  house = await furnish(t.store, t.organisation.id);
  ({ headers } = await letIn(t.store, t.organisation.id, house.access('owner')));
  calls = dryRunCalls(app, headers);
  [line, replayer] = [null, startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY })];
  startRunner();
});
afterEach(async () => {
  await runner?.stop();
  await replayer?.stop();
  await line?.stop();
  await app.app.close();
  await t.cleanup();
});

const db = () => t.store.internals.database.system;
const hint = (remoteId: string) => meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId }] });
/** As it stands after its attempts were used up. */
async function dead(system: TestSystem, body: unknown): Promise<string> {
  const { deliveryId } = await t.store.addDelivery(delivery(t, system, body));
  await db().updateTable('deliveries').set({ state: 'dead', reason: 'normalise.reread_failed', attempts: 12, doneAt: new Date().toISOString() }).where('id', '=', deliveryId).execute();
  return deliveryId;
}
const stateOf = (id: string) => db().selectFrom('deliveries').select(['state', 'reason', 'attempts']).where('id', '=', id).executeTakeFirstOrThrow();
const titles = async () => (await t.store.snapshot(t.organisation.id)).rows.calendarEvents.map((row) => row.title).sort();
const linesKept = async () => (await sql<{ n: number }>`select count(*) as n from dry_run_lines`.execute(db())).rows[0]?.n;
const remove = async (system: TestSystem) => {
  const answer = await app.app.inject({ method: 'DELETE', url: `${HTTP.removeConnection.path.replace(':id', t.connections[system].connectionId)}?unfinished=throw_away`, headers });
  expect(answer.statusCode).toBe(200);
};
const erase = () => createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId: house.florist, reason: 'asked_by_person', actor: actorOf(t.device), confirm: 'fern' });
function closedGate(): () => void {
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => { open = resolve; });
  return () => open();
}

test('three hundred dead letters of several systems, some of a source that is silent: what was shown is what is done', async () => {
  // Every object is told of by one system only, some of them more than once.
  for (let n = 0; n < 300; n += 1) {
    const system = TEST_SYSTEMS[n % 3] ?? 'stripe';
    await dead(system, system === 'honeybook' ? changes(entry(`h${n % 50}`, { title: `h told ${n}` })) : hint(`${system === 'stripe' ? 's' : 'v'}${n % 80}`));
  }
  source = (remoteId) => (remoteId.startsWith('v') ? null : `${remoteId} as the source has it`);
  const { run, lines } = await calls.dryRun(since('dead'));
  expect(run).toMatchObject({ state: 'done', total: 300, done: 300, read: 100, outcomes: { reads_source: 100 } });
  expect(run.unread).toEqual([{ connectionId: t.connections['vsco-workspace'].connectionId, reason: 'normalise.reread_failed', count: 100 }]);
  expect(lines.filter((one) => one.outcome === 'changes' && one.rows.length === 0)).toEqual([]);
  // Three calls without an answer, and what was under way then.
  expect(asked.filter((id) => id.startsWith('v')).length).toBeLessThan(10);
  expect(new Set(asked.filter((id) => id.startsWith('s'))).size).toBe(asked.filter((id) => id.startsWith('s')).length);

  const seq = await t.store.headSeq(t.organisation.id);
  source = (remoteId) => (remoteId.startsWith('v') ? `${remoteId} is back` : 'Something else by now');
  startLine();
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', total: 300, done: 300, differs: 0, outcomes: { processed: 300 } });
  const own = new Set(lines.filter((one) => one.outcome === 'changes').map((one) => one.deliveryId));
  expect(Object.fromEntries(Object.entries(await factsSince(t, seq)).filter(([id]) => own.has(id)))).toEqual(shownFacts(lines));
  expect((await titles()).filter((title) => title.startsWith('v') && !title.endsWith('is back'))).toEqual([]);
});

test('whoever has it in hand is overtaken while it hangs, and what it does late counts for nothing', async () => {
  for (let n = 0; n < 5; n += 1) await dead('stripe', hint(`e${n}`));
  const open = closedGate();
  const { id } = await calls.begin(since('dead'));
  await until(async () => asked.length, (count) => count > 0);
  // As if its process had been killed: nobody renews the hold any more.
  const hanging = runner;
  await sql`update dry_runs set held_until = '2020-01-01'`.execute(db());
  gate = Promise.resolve();
  startRunner();
  const done = await until(() => calls.page(id), ({ state }) => state !== 'running');
  expect(done).toMatchObject({ state: 'done', done: 5, outcomes: { changes: 5 } });
  open();
  await hanging?.stop();
  expect(await calls.allLines(id)).toEqual(done.lines);
  startLine();
  expect(await calls.carryOut({ dryRun: id })).toMatchObject({ done: 5, differs: 0, outcomes: { processed: 5 } });
});

test('one over which the process ends each time is named as untried after three times; the rest goes on, and it is left as it is', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.push(await dead('stripe', hint(`e${n}`)));
  const bad = ids[2] ?? '';
  let end: () => void = () => undefined;
  const forever = new Promise<void>((resolve) => { end = resolve; });
  scripted.set('stripe', scriptedVendor('stripe', { reread: async (wanted, access, ports) => {
    if (wanted.remoteId !== 'e2') return reread(wanted, access, ports);
    asked.push('e2');
    await forever;
    return ok([]);
  } }));
  const { id } = await calls.begin(since('dead'));
  const begun = () => asked.filter((one) => one === 'e2').length;
  const tries = async () => (await db().selectFrom('dryRuns').select('tries').where('id', '=', id).executeTakeFirstOrThrow()).tries;
  for (let time = 1; time <= 3; time += 1) {
    await until(async () => begun(), (count) => count === time);
    // Written before the work: whatever kills the process now, it is known.
    expect((await tries())[bad]).toBe(time);
    await sql`update dry_runs set held_until = '2020-01-01' where state = 'running'`.execute(db());
  }
  const done = await until(() => calls.page(id), ({ state }) => state !== 'running');
  expect(done).toMatchObject({ state: 'done', done: 5, outcomes: { changes: 4, untried: 1 } });
  expect(begun()).toBe(3);
  expect((await calls.allLines(id)).filter((one) => one.outcome === 'untried')).toMatchObject([{ deliveryId: bad, reason: 'replay.untried', rows: [] }]);
  expect(await tries()).toEqual({});
  startLine();
  expect(await calls.carryOut({ dryRun: id })).toMatchObject({ state: 'done', total: 4, done: 4, differs: 0, outcomes: { processed: 4 } });
  expect(await stateOf(bad)).toEqual({ state: 'dead', reason: 'normalise.reread_failed', attempts: 12 });
  end();
});

test('an end in good order counts as no attempt', async () => {
  for (let n = 0; n < 3; n += 1) await dead('stripe', hint(`e${n}`));
  const open = closedGate();
  const { id } = await calls.begin(since('dead'));
  await until(async () => asked.length, (count) => count > 0);
  const stopped = runner?.stop();
  open();
  await stopped;
  expect(await db().selectFrom('dryRuns').select(['tries', 'state']).where('id', '=', id).executeTakeFirstOrThrow()).toEqual({ tries: {}, state: 'running' });
  startRunner();
  expect(await until(() => calls.page(id), ({ state }) => state !== 'running')).toMatchObject({ state: 'done', done: 3, outcomes: { changes: 3 } });
});

test('of two people who carry the same one out, one does', async () => {
  for (let n = 0; n < 5; n += 1) await dead('stripe', hint(`e${n}`));
  const { run } = await calls.dryRun(since('dead'));
  const other = dryRunCalls(app, (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers);
  const seq = await t.store.headSeq(t.organisation.id);
  const answers = await Promise.all([calls, other].map((one) => one.ask('POST', '/api/deliveries/replay', { dryRun: run.id })));
  expect(answers.map((one) => one.statusCode).sort()).toEqual([200, 409]);
  startLine();
  await until(async () => Object.keys(await factsSince(t, seq)).length, (count) => count === 5);
  expect(await titles()).toHaveLength(5);
});

test('what somebody else has worked on meanwhile is not done a second time', async () => {
  const ids = [await dead('stripe', hint('e0')), await dead('stripe', hint('e1'))];
  const { run, lines } = await calls.dryRun(since('dead'));
  startLine();
  await calls.carryOut({ ids: ids.slice(0, 1) });
  const seq = await t.store.headSeq(t.organisation.id);
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ total: 2, done: 2, differs: 1, outcomes: { processed: 2 } });
  expect(Object.keys(await factsSince(t, seq))).toEqual(ids.slice(1));
  expect((await calls.allLines(run.id, 'only=differing')).map((one) => one.deliveryId)).toEqual([lines[0]?.deliveryId]);
});

test('what a connection has brought that is removed meanwhile is left out, and told', async () => {
  await dead('stripe', hint('e0'));
  const gone = await dead('honeybook', changes(entry('h0')));
  const { run } = await calls.dryRun(since('dead'));
  expect(run.outcomes).toEqual({ changes: 2 });
  await remove('honeybook');
  startLine();
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', total: 1, done: 1, differs: 1, outcomes: { processed: 1 } });
  expect((await calls.allLines(run.id, 'only=differing')).map((one) => one.deliveryId)).toEqual([gone]);
  expect(await stateOf(gone)).toMatchObject({ state: 'ignored', reason: 'connect.removed' });
});

test('a connection that is removed while it is worked out', async () => {
  for (let n = 0; n < 3; n += 1) await dead('stripe', hint(`e${n}`));
  await dead('honeybook', changes(entry('h0')));
  const open = closedGate();
  const { id } = await calls.begin(since('dead'));
  await until(async () => asked.length, (count) => count > 0);
  await remove('stripe');
  await remove('honeybook');
  open();
  const run = await until(() => calls.page(id), ({ state }) => state !== 'running');
  expect(run.done).toBe(run.total);
  expect(await calls.refusedWith({ dryRun: id })).toBe('replay.nothing');
  // Begun before they were removed, worked out after it.
  await runner?.stop();
  await dead('vsco-workspace', hint('v0'));
  const late = await calls.begin(since('dead'));
  await remove('vsco-workspace');
  startRunner();
  expect(await until(() => calls.page(late.id), ({ state }) => state !== 'running')).toMatchObject({ state: 'done', total: 0, done: 0 });
});

test('what was held until its replay was over goes on in its own turn, by what is true then', async () => {
  const { connectionId } = t.connections.stripe;
  const id = await dead('stripe', changes(entry('e0', { title: 'As it was told' })));
  const { run } = await calls.dryRun(since('dead'));
  startLine();
  await t.store.addDelivery(delivery(t, 'stripe', changes(entry('e0', { title: 'Told meanwhile' }))));
  await line?.idle();
  const pause = (paused: boolean) => setPaused(t.store.internals, t.organisation.id, connectionId, { paused, actor: actorOf(t.device), reason: null });
  await pause(true);
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', differs: 0, outcomes: { held: 1 } });
  await pause(false);
  await until(() => stateOf(id), ({ state }) => state !== 'held' && state !== 'received');
  expect(await stateOf(id)).toMatchObject({ state: 'processed' });
  expect(await titles()).toEqual(['Told meanwhile']);
});

test('what it has left as it was is free again: nothing that is done with it later is held against what was shown', async () => {
  const id = await dead('stripe', hint('e0'));
  const { run } = await calls.dryRun(since('dead'));
  startLine();
  await t.store.addDelivery(delivery(t, 'stripe', changes(entry('e0', { title: 'Told meanwhile' }))));
  await line?.idle();
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ differs: 1, outcomes: { dead: 1 } });
  expect(await stateOf(id)).toEqual({ state: 'dead', reason: 'normalise.reread_failed', attempts: 12 });
  // What its source has said is not kept once it is over.
  expect((await sql`select 1 from dry_run_lines where changes is not null or was_state is not null`.execute(db())).rows).toEqual([]);
  expect(await calls.carryOut({ ids: [id] })).toMatchObject({ outcomes: { processed: 1 } });
  expect(await titles()).toEqual(['e0 as the source has it']);
});

test('its rows go when it is over; of one that is being carried out stays what waits, and that tells of nobody', async () => {
  await dead('stripe', hint('e0'));
  const { run } = await calls.dryRun(since('dead'));
  await runner?.stop();
  await sql`update dry_runs set expires_at = '2020-01-01'`.execute(db());
  expect(await calls.refusedWith({ dryRun: run.id })).toBe('replay.dry_run_over');
  startRunner();
  await until(async () => linesKept(), (count) => count === 0);
  expect((await calls.ask('GET', `/api/dry-runs/${run.id}`)).statusCode).toBe(404);

  await dead('honeybook', changes(entry('h0', { title: 'Somebody' })));
  source = () => null;
  const waiting = await calls.dryRun(since('dead'));
  startLine();
  const { id } = await calls.start({ dryRun: waiting.run.id });
  await until(() => calls.replay(id), ({ done }) => done === 1);
  await until(async () => sql<{ all: boolean }>`select handed_all as all from replays where id = ${id}`.execute(db()), ({ rows }) => rows[0]?.all === true);
  await runner?.stop();
  await sql`update dry_runs set expires_at = '2020-01-01'`.execute(db());
  startRunner();
  await until(async () => linesKept(), (count) => count === 1);
  expect((await sql<{ rows: unknown; changes: unknown }>`select rows, changes from dry_run_lines`.execute(db())).rows).toEqual([{ rows: [], changes: null }]);
  expect((await calls.replay(id)).state).toBe('running');
});

test('whoever is erased is not kept by a dry run: neither by one that is being worked out nor by one that begins just then', async () => {
  await dead('stripe', hint('e0'));
  const open = closedGate();
  source = () => 'Flowers of fern, fern@example.org';
  const before = await calls.begin(since('dead'));
  await until(async () => asked.length, (count) => count > 0);
  const [erased, begun] = await Promise.all([erase(), calls.ask('POST', '/api/dry-runs', since('dead'))]);
  expect(erased.ok).toBe(true);
  open();
  await runner?.stop();
  expect((await calls.ask('GET', `/api/dry-runs/${before.id}`)).statusCode).toBe(404);
  expect((await sql`select 1 from dry_run_lines where dry_run_id = ${before.id}`.execute(db())).rows).toEqual([]);
  // It waits for the erasure or goes with it; it never reads what goes and stays.
  const left = (await sql<{ id: string }>`select id from dry_runs`.execute(db())).rows;
  expect(left.length).toBeLessThanOrEqual(1);
  expect(begun.statusCode).toBe(200);
});

test('an erasure stops what is being carried out: what was not begun with stands as before', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push(await dead('stripe', hint(`e${n}`)));
  const { run } = await calls.dryRun(since('dead'));
  const { id } = await calls.start({ dryRun: run.id });
  await until(() => stateOf(ids[2] ?? ''), ({ state }) => state === 'received');
  expect((await erase()).ok).toBe(true);
  expect(await calls.replay(id)).toMatchObject({ state: 'cancelled' });
  startLine();
  await line?.idle();
  for (const one of ids) expect(await stateOf(one)).toEqual({ state: 'dead', reason: 'normalise.reread_failed', attempts: 12 });
  expect(await titles()).toEqual([]);
});

test('what a source says of somebody who was erased is not kept', async () => {
  startLine();
  await t.store.addDelivery(delivery(t, 'stripe', changes({ kind: 'contact', remote: { type: 'person', id: 'p1', version: null }, wedding: { weddingId: house.here }, occurredAt: null, fields: { name: 'fern', email: 'fern@example.org', role: 'vendor' } })));
  await line?.idle();
  const contact = (await t.store.snapshot(t.organisation.id)).rows.contacts.find((row) => row.id === house.florist);
  expect(contact?.name).toBe('fern');
  expect((await erase()).ok).toBe(true);
  const scripted = scriptedVendor('stripe', { reread: async () => ok([{ kind: 'contact', remote: { type: 'person', id: 'p1', version: null }, wedding: { weddingId: house.here }, occurredAt: null, fields: { name: 'fern', email: 'fern@example.org', role: 'vendor' } }]) });
  const former = vendors;
  vendors = (system) => (system === 'stripe' ? scripted : former(system));
  await runner?.stop();
  startRunner();
  await dead('stripe', meaning({ kind: 'reread', hints: [{ remoteType: 'person', remoteId: 'p1' }] }));
  const { run } = await calls.dryRun(since('dead'));
  expect(run).toMatchObject({ state: 'done', read: 1 });
  const kept = JSON.stringify((await sql`select * from dry_run_lines`.execute(db())).rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(kept).not.toContain('fern');
});

test('a backup has them, so that what is being carried out goes on as it was shown', async () => {
  const names = (await db().transaction().execute((tx) => readTables(tx))).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['replays', 'dry_runs', 'dry_run_lines']));
});
