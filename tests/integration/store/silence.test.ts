import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startSilenceWatch, type SilenceWatch } from '../../../server/workers/silence.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** A source that only calls us and falls silent is told once, and so is its return. */

const HOUR_MS = 3_600_000;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let watch: SilenceWatch;
beforeEach(async () => {
  clock = settableClock('2026-08-01T09:00:00.000Z');
  t = await openTestStore({ clock });
  watch = startSilenceWatch({ store: t.store, vendors: vendorModule, clock, ids: t.store.internals.ids, log: t.log });
});
afterEach(async () => {
  await watch.stop();
  await t.cleanup();
});

async function connected(system: string, path: 'native' | 'bridge'): Promise<string> {
  const { connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system, name: 'The source', path, settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } });
  await t.store.internals.writer.write(t.organisation.id, async ({ tx }) => {
    await tx.updateTable('connections').set({ health: 'healthy' }).where('id', '=', connectionId).execute();
  });
  return connectionId;
}
const heard = (connectionId: string, system: string) =>
  t.store.addDelivery({ organisationId: t.organisation.id, connectionId, system, deliveryKey: randomUUID(), vendorEvent: 'x', mediaType: 'application/json', headers: {}, bodyText: '{}', receivedAt: new Date(clock.now()).toISOString() });
async function history(connectionId: string, system: string, days: number): Promise<void> {
  for (let n = 0; n < days * 2; n += 1) {
    clock.advance(12 * HOUR_MS);
    await heard(connectionId, system);
  }
}
const row = async (id: string) => (await t.store.snapshot(t.organisation.id)).rows.connections.find((one) => one.id === id);
const alerts = async (id: string) => (await t.store.snapshot(t.organisation.id)).rows.alerts.filter((one) => one.subject?.id === id).map((one) => [one.rule, one.title, one.detail.split('.')[0], one.state]);

test('a bridge that stops is told with what is usual for it, once, and is heard again', async () => {
  const id = await connected('honeybook', 'bridge');
  await history(id, 'honeybook', 15);
  const since = new Date(clock.now()).toISOString();
  clock.advance(24 * HOUR_MS);
  await watch.runNow();
  expect((await row(id))?.quiet ?? null).toBeNull();
  clock.advance(48 * HOUR_MS);
  await watch.runNow();
  await watch.runNow();
  expect(await row(id)).toMatchObject({ health: 'healthy', quiet: { usualMs: 12 * HOUR_MS, since } });
  const told = ['connection_warning', 'The source is quieter than usual', 'It is usually heard every 12 h or so, and has been silent for 3 days'];
  expect(await alerts(id)).toEqual([[...told, 'open']]);
  await heard(id, 'honeybook');
  await watch.runNow();
  expect((await row(id))?.quiet).toBeNull();
  expect(await alerts(id)).toEqual([[...told, 'resolved']]);
  // It is known to rest that long from now on, however much comes after it.
  const kept = await t.store.internals.database.system.selectFrom('connectionAccess').select('longestSilenceMs').where('id', '=', id).executeTakeFirstOrThrow();
  expect(Number(kept.longestSilenceMs)).toBe(72 * HOUR_MS);
  clock.advance(5 * 24 * HOUR_MS);
  await watch.runNow();
  expect((await row(id))?.quiet).toBeNull();
  clock.advance(2 * 24 * HOUR_MS);
  await watch.runNow();
  expect((await row(id))?.quiet).not.toBeNull();
});

test('nothing is said of a young source, of one that is looked at, and of one that is paused', async () => {
  const [young, looked, paused] = [await connected('honeybook', 'bridge'), await connected('vsco-workspace', 'native'), await connected('honeybook', 'bridge')];
  await history(looked, 'vsco-workspace', 15);
  await history(paused, 'honeybook', 15);
  await history(young, 'honeybook', 3);
  await t.store.internals.database.system.updateTable('connectionAccess').set({ paused: true }).where('id', '=', paused).execute();
  clock.advance(40 * 24 * HOUR_MS);
  await watch.runNow();
  for (const id of [young, looked, paused]) expect([(await row(id))?.quiet ?? null, await alerts(id)]).toEqual([null, []]);
});
