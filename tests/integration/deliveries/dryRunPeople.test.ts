import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok } from '../../../core/contract/result.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createIds } from '../../../server/ports.ts';
import { startDryRunner, type DryRunner } from '../../../server/workers/dryRuns.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startReplayer, type Replayer } from '../../../server/workers/replays.ts';
import { delivery, IN_A_HURRY } from '../../support/deliveries.ts';
import { dryRunCalls, since, type DryRunCalls } from '../../support/dryRuns.ts';
import { furnish, letIn } from '../../support/house.ts';
import { changes, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Several systems tell of one person: what a dry run reads is told when it was read, both as it is shown and as it is done. */

const EMAIL = 'rosa@example.org';
let t: TestStore;
let app: TestApp;
let calls: DryRunCalls;
let line: Normaliser;
let replayer: Replayer;
let runner: DryRunner;
let source: string;
const clock = settableClock('2026-11-20T12:00:00.000Z');

const told = (id: string, phone: string, occurredAt: string | null): Change => ({ kind: 'contact', remote: { type: 'person', id, version: null }, wedding: {}, occurredAt, fields: { name: 'Rosa', email: EMAIL, phone, role: 'couple' } });
const vendor = scriptedVendor('stripe', { reread: async () => ok([told('read', source, null)]) });
const now = () => new Date(clock.now()).toISOString();

beforeEach(async () => {
  t = await openTestStore({ clock });
  const vendors = (system: string) => (system === 'stripe' ? vendor : vendorModule(system));
  const outside = { store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock, log: t.log };
  app = testApp(t.store, { config: { apiPerMinute: 100_000, managingPerMinute: 100_000 }, vendors });
  const house = await furnish(t.store, t.organisation.id);
  calls = dryRunCalls(app, (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers);
  line = startNormaliser({ ...outside, ids: createIds(), random: () => 1 });
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
  runner = startDryRunner({ ...outside, ...IN_A_HURRY });
});
afterEach(async () => {
  await runner.stop();
  await replayer.stop();
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const add = async (body: unknown): Promise<string> => {
  const { deliveryId } = await t.store.addDelivery(delivery(t, 'stripe', body, { receivedAt: now() }));
  await line.idle();
  return deliveryId;
};
const phone = async () => (await t.store.snapshot(t.organisation.id)).rows.contacts.find((row) => row.email === EMAIL)?.phone;
const saidAt = async () => {
  const mapping = await t.store.internals.database.system.selectFrom('mappings').select('told').where('remoteId', '=', 'read').executeTakeFirstOrThrow();
  return mapping.told?.says?.phone?.[0];
};

test('an old hint, read by a dry run, has the word over what was told in between, and is done as it was shown', async () => {
  source = '1';
  const hint = await add(meaning({ kind: 'reread', hints: [{ remoteType: 'person', remoteId: 'read' }] }));
  clock.advance(60_000);
  await add(changes(told('told', '2', now())));
  expect(await phone()).toBe('2');

  clock.advance(60_000);
  source = '3';
  const readAt = clock.now();
  const { run, lines } = await calls.dryRun(since());
  expect(lines.find((one) => one.deliveryId === hint)?.rows).toMatchObject([{ fields: [{ field: 'phone', before: '2', after: '3' }] }]);
  clock.advance(60_000);
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', differs: 0 });
  expect(await phone()).toBe('3');
  // It was read when the dry run was worked out, not when that was carried out.
  expect(await saidAt()).toBe(readAt);
});

test('a word that comes between the two is newer than what was read: the delivery is left as it was', async () => {
  source = '1';
  await add(meaning({ kind: 'reread', hints: [{ remoteType: 'person', remoteId: 'read' }] }));
  source = '3';
  clock.advance(60_000);
  const { run } = await calls.dryRun(since());
  clock.advance(60_000);
  await add(changes(told('told', '4', now())));
  expect(await calls.carryOut({ dryRun: run.id })).toMatchObject({ state: 'done', differs: 1 });
  expect(await phone()).toBe('4');
});
