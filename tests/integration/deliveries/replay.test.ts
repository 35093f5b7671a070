import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { DELIVERIES_HTTP, Replay, ReplayPreview, ReplaysAnswer, type Lot } from '../../../core/contract/deliveries.ts';
import { ErrorBody } from '../../../core/contract/http.ts';
import { ok } from '../../../core/contract/result.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { openStore } from '../../../server/store/open.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startReplayer, type Replayer } from '../../../server/workers/replays.ts';
import { delivery, IN_A_HURRY, stripeIntent } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** Working on deliveries again. `stripe` is a scripted vendor here unless a test takes the real one. */

let t: TestStore;
let app: TestApp;
let house: House;
let headers: { authorization: string };
let line: Normaliser;
let replayer: Replayer | null;
let vendor: VendorModule;
let asked: string[];

const vendors = (system: string) => (system === 'stripe' ? vendor : vendorModule(system));
const startLine = () => startNormaliser({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });

beforeEach(async () => {
  t = await openTestStore();
  asked = [];
  vendor = scriptedVendor('stripe', {
    reread: async ({ remoteId }) => {
      asked.push(remoteId);
      return ok([entry(remoteId, { title: 'As the source has it' })]);
    },
  });
  app = testApp(t.store, { config: { apiPerMinute: 100_000, managingPerMinute: 100_000 }, vendors });
  house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers;
  line = startLine();
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
});
afterEach(async () => {
  await replayer?.stop();
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const post = async (path: string, payload: object) => app.app.inject({ method: 'POST', url: path, headers, payload });
const add = async (body: unknown): Promise<string> => (await t.store.addDelivery(delivery(t, 'stripe', body))).deliveryId;
const worked = async (body: unknown): Promise<string> => {
  const id = await add(body);
  await line.idle();
  return id;
};
const preview = async (lot: Lot) => ReplayPreview.parse((await post(DELIVERIES_HTTP.previewReplay.path, lot)).json());
const begin = async (lot: Lot) => Replay.parse((await post(DELIVERIES_HTTP.replay.path, lot)).json());
const state = async (id: string) => Replay.parse((await app.app.inject({ method: 'GET', url: `/api/replays/${id}`, headers })).json());
const codeOf = async (lot: Lot) => ErrorBody.parse((await post(DELIVERIES_HTTP.replay.path, lot)).json()).error.code;
async function ended(id: string): Promise<Replay> {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const now = await state(id);
    if (now.state !== 'running') return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the replay did not end');
}
const again = async (lot: Lot) => ended((await begin(lot)).id);
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const titles = async () => (await rows()).calendarEvents.map((row) => row.title);
const since = () => ({ from: '2020-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z' });
/** Nothing that the reading of a preview could have left. */
const everything = async () => sql<{ n: string }>`select jsonb_build_array((select count(*) from events), (select count(*) from mappings), (select jsonb_agg(d.state || d.attempts order by d.arrival) from deliveries d), (select count(*) from review_items))::text as n`.execute(t.store.internals.database.system);

async function replayEqualsSnapshot(): Promise<void> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 100_000);
  expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
}

test('a delivery that could not be understood is worked on again once it can be: first seen, then done, and nobody has to look any more', async () => {
  const understood = vendor;
  vendor = { ...vendor, webhook: { ...understood.webhook, normalise: () => ({ ok: false, error: { code: 'normalise.shape_unknown', message: 'new shape' } }) } as NonNullable<VendorModule['webhook']> };
  const id = await worked(changes(entry('e1', { title: 'Tasting' })));
  expect((await rows()).reviewItems.map((row) => [row.kind, row.state])).toEqual([['quarantined', 'open']]);
  expect((await preview({ ids: [id] })).changes).toEqual([{ deliveryId: id, outcome: 'refused', reason: 'normalise.shape_unknown', rows: [] }]);
  vendor = understood;
  const before = await everything();
  const shown = await preview({ ids: [id] });
  expect(await everything()).toEqual(before);
  expect(shown).toMatchObject({ deliveries: 1, leftOut: 0, changes: [{ deliveryId: id, outcome: 'changes', rows: [{ type: 'calendar.event.created', title: 'Tasting' }] }] });
  expect(shown.changes[0]?.rows[0]?.fields).toContainEqual({ field: 'title', before: null, after: 'Tasting' });
  expect(await again({ ids: [id] })).toMatchObject({ state: 'done', total: 1, done: 1, outcomes: { processed: 1 } });
  expect(await titles()).toEqual(['Tasting']);
  const after = await rows();
  expect(after.reviewItems.map((row) => row.state)).toEqual(['resolved']);
  expect(after.alerts.filter((row) => row.rule === 'delivery_quarantined').map((row) => row.state)).toEqual(['resolved']);
  await replayEqualsSnapshot();
});

test('one that still cannot be understood is told anew, once', async () => {
  vendor = { ...vendor, webhook: { ...vendor.webhook, normalise: () => ({ ok: false, error: { code: 'normalise.shape_unknown', message: 'new shape' } }) } as NonNullable<VendorModule['webhook']> };
  const id = await worked({});
  expect(await again({ ids: [id] })).toMatchObject({ outcomes: { quarantined: 1 } });
  expect((await rows()).reviewItems.map((row) => row.state).sort()).toEqual(['open', 'resolved']);
});

test('an older delivery never overwrites what was told since: by version', async () => {
  const old = await worked(changes(entry('e1', { title: 'Old', version: '1' })));
  const newer = await worked(changes(entry('e1', { title: 'New', version: '2' })));
  expect((await preview({ ids: [old] })).changes[0]).toMatchObject({ outcome: 'nothing', rows: [] });
  await again({ ids: [old] });
  await again({ ids: [newer, old] });
  expect(await titles()).toEqual(['New']);
});

test('an older delivery never overwrites what was told since: where there is no version', async () => {
  const first = await worked(changes(entry('e1', { title: 'Old' }), { ...entry('e2', { title: 'Second' }) }));
  await worked(changes({ ...entry('e1'), fields: { title: 'New' } } as Change));
  const shown = await preview({ ids: [first] });
  expect(shown.changes[0]).toMatchObject({ outcome: 'nothing', rows: [] });
  await again({ ids: [first] });
  expect((await titles()).sort()).toEqual(['New', 'Second']);
});

test('what was taken away since does not come back', async () => {
  const made = await worked(changes(entry('e1')));
  await worked(changes(entry('e1', { deleted: true })));
  expect(await titles()).toEqual([]);
  expect((await preview({ ids: [made] })).changes[0]?.outcome).toBe('nothing');
  await again({ ids: [made] });
  expect(await titles()).toEqual([]);
});

test('an old deletion does not take away what was told since', async () => {
  await worked(changes(entry('e1')));
  const deleted = await worked(changes(entry('e1', { deleted: true })));
  await worked(changes(entry('e1', { title: 'Here again' })));
  expect(await titles()).toEqual(['Here again']);
  await again({ ids: [deleted] });
  expect(await titles()).toEqual(['Here again']);
});

test('what only the source can say is said so, and read there', async () => {
  const id = await worked(meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: 'e1' }] }));
  expect((await preview({ ids: [id] })).changes).toEqual([{ deliveryId: id, outcome: 'reads_source', reason: null, rows: [] }]);
  asked = [];
  expect(await again({ ids: [id] })).toMatchObject({ done: 1, outcomes: { processed: 1 } });
  expect(asked).toEqual(['e1']);
});

test('later ones of a lot are shown as they follow the earlier ones, and what is left out is counted', async () => {
  const ids: string[] = [];
  vendor = { ...vendor, webhook: { ...vendor.webhook, normalise: () => ok({ kind: 'ignored', why: 'not yet' }) } as NonNullable<VendorModule['webhook']> };
  for (let n = 0; n < 60; n += 1) ids.push(await add(changes(entry('e1', { title: `Step ${n}` }))));
  await line.idle();
  vendor = scriptedVendor('stripe');
  const shown = await preview(since());
  expect([shown.deliveries, shown.changes.length, shown.leftOut]).toEqual([60, 50, 10]);
  expect(shown.changes.map((one) => one.deliveryId)).toEqual(ids.slice(0, 50));
  expect(shown.changes[0]?.rows[0]?.type).toBe('calendar.event.created');
  expect(shown.changes[1]?.rows[0]?.fields).toEqual([{ field: 'title', before: 'Step 0', after: 'Step 1' }]);
});

test('a paused connection keeps them held until it is resumed, and says so beforehand', async () => {
  const id = await worked(changes(entry('e1')));
  await t.store.internals.database.system.updateTable('deliveries').set({ state: 'ignored' }).where('id', '=', id).execute();
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  await setPaused(t.store.internals, t.organisation.id, t.connections.stripe.connectionId, { paused: true, actor, reason: 'moving' });
  expect((await preview({ ids: [id] })).changes[0]).toMatchObject({ outcome: 'nothing' });
  expect(await again({ ids: [id] })).toMatchObject({ done: 1, outcomes: { held: 1 } });
  await setPaused(t.store.internals, t.organisation.id, t.connections.stripe.connectionId, { paused: false, actor, reason: null });
  await line.idle();
  const [row] = await t.store.deliveries(t.organisation.id, t.connections.stripe.connectionId);
  expect(row?.state).toBe('processed');
});

test('what is gone, too much, nothing or unknown is refused with a code, and one runs at a time', async () => {
  const id = await worked(changes(entry('e1')));
  const gone = await worked(changes(entry('e2')));
  await t.store.internals.database.system.updateTable('deliveries').set({ body: '', emptiedAt: new Date().toISOString() }).where('id', '=', gone).execute();
  expect(await codeOf({ ids: [gone] })).toBe('replay.body_gone');
  expect((await preview({ ids: [gone] })).changes[0]?.outcome).toBe('body_gone');
  expect(await codeOf({ ids: [randomUUID()] })).toBe('request.not_found');
  expect(await codeOf({ ...since(), system: 'nobody' })).toBe('replay.nothing');
  expect(await codeOf({ from: since().to, to: since().from })).toBe('request.invalid');
  expect(await codeOf({ ...since(), state: 'odd' })).toBe('request.invalid');
  expect(await again({ ids: [gone, id] })).toMatchObject({ total: 1, done: 1 });
  await replayer?.stop();
  replayer = null;
  const running = await begin({ ids: [id] });
  expect(await codeOf({ ids: [id] })).toBe('replay.running');
  const listed = ReplaysAnswer.parse((await app.app.inject({ method: 'GET', url: '/api/replays', headers })).json()).replays;
  expect(listed.map((one) => one.state)).toEqual(['running', 'done']);
  const cancelled = Replay.parse((await post(`/api/replays/${running.id}/cancel`, {})).json());
  expect(cancelled).toMatchObject({ state: 'cancelled', total: 1, done: 0 });
  expect(Replay.parse((await post(`/api/replays/${running.id}/cancel`, {})).json())).toEqual(cancelled);
  await t.store.internals.flushAudit();
  const audit = await t.store.internals.database.system.selectFrom('audit').select(['action', 'outcome', 'actor']).where('action', 'like', 'replay.%').execute();
  expect(audit.map((one) => `${one.action} ${one.outcome}`)).toEqual(expect.arrayContaining(['replay.started ok', 'replay.started replay.body_gone', 'replay.cancelled ok']));
});

test('a long one goes on after the process ended in the middle, each delivery once more and no more', async () => {
  const COUNT = 450;
  const all: Promise<unknown>[] = [];
  for (let n = 0; n < COUNT; n += 1) all.push(t.store.addDelivery(delivery(t, 'stripe', changes(entry(`e${n}`, { startsAt: new Date(Date.parse('2026-12-01T10:00:00.000Z') + n * 3_600_000).toISOString() })))));
  await Promise.all(all);
  await line.idle();
  await replayer?.stop();
  replayer = null;
  const { id } = await begin(since());
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
  while ((await state(id)).done < 100) await new Promise((resolve) => setTimeout(resolve, 5));
  await replayer.stop();
  await line.stop();
  const half = await state(id);
  expect(half.state).toBe('running');
  expect(half.done).toBeLessThan(COUNT);
  await app.app.close();
  await t.store.close();
  const opened = await openStore(t.options);
  if (!opened.ok) throw new Error(opened.error.message);
  Object.assign(t, { store: opened.value });
  app = testApp(t.store, { config: { apiPerMinute: 100_000 }, vendors });
  line = startLine();
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
  const fresh = add(stripeIntent());
  expect(await ended(id)).toMatchObject({ state: 'done', total: COUNT, done: COUNT, outcomes: { processed: COUNT } });
  await fresh;
  // Worked on as well, so that nothing is recorded between what is read below.
  await line.idle();
  expect((await rows()).calendarEvents).toHaveLength(COUNT);
  await replayEqualsSnapshot();
});
