import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, entry, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** A source that takes away, moves or multiplies more than it usually does. */

const ENTRIES = 40;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let line: Normaliser | null;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  line = null;
});
afterEach(async () => {
  await line?.stop();
  await t.cleanup();
});

const vendor = scriptedVendor('stripe');
async function work(): Promise<void> {
  line ??= startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
  await line.idle();
}
/** All in one insert, as a poll stores them. */
const addAll = (bodies: readonly unknown[]) => Promise.all(bodies.map((body) => t.store.addDelivery(delivery(t, 'stripe', body))));
const ids = Array.from({ length: ENTRIES }, (_, n) => `e${n}`);
const times = (id: string) => `2026-12-${String((Number(id.slice(1)) % 28) + 1).padStart(2, '0')}T10:00:00.000Z`;
const calendar = async () => (await t.store.snapshot(t.organisation.id)).rows.calendarEvents;
const cards = async () => (await t.store.snapshot(t.organisation.id)).rows.reviewItems.filter((row) => row.kind === 'held');
const heldAlerts = async () => (await t.store.snapshot(t.organisation.id)).rows.alerts.filter((row) => row.rule === 'delivery_held');
const counted = async () => {
  const rows = await t.store.internals.database.system.selectFrom('deliveries').select(['state', 'reason']).execute();
  const counts: Record<string, number> = {};
  for (const { state, reason } of rows) counts[reason ? `${state} ${reason}` : state] = (counts[reason ? `${state} ${reason}` : state] ?? 0) + 1;
  return counts;
};
const decide = async (type: 'review.release' | 'review.discard') => {
  const [card] = await cards();
  if (!card) throw new Error('no card');
  return t.store.command(t.organisation.id, t.device, { type, commandId: randomUUID(), reviewId: card.id, basedOnVersion: card.version } satisfies Command);
};
async function full(): Promise<void> {
  await addAll(ids.map((id) => changes(entry(id, { startsAt: times(id), version: '1' }))));
  await work();
  expect(await calendar()).toHaveLength(ENTRIES);
  clock.advance(3_600_000);
}
async function replayEqualsSnapshot(): Promise<RecordedEvent[]> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
  return all;
}

test('a source that returns nothing of forty entries: none is taken away, one card, and letting it through applies all', async () => {
  await full();
  await addAll(ids.map((id) => changes(entry(id, { deleted: true, version: '2' }))));
  await work();
  expect(await calendar()).toHaveLength(ENTRIES);
  expect(await counted()).toEqual({ processed: ENTRIES, 'held held.deletes': ENTRIES });
  expect(await cards()).toMatchObject([{ kind: 'held', state: 'open', reason: 'held.deletes', connectionId: t.connections.stripe.connectionId, title: 'Stripe: 40 deletions (Entry e0, Entry e1, Entry e2, ...)', subject: '40 deletions', lot: { kinds: [{ kind: 'deletes', count: 40, usualPerHour: 0, applied: 0 }], rows: [{ collection: 'calendarEvents', count: 40 }], deliveries: 40, weddingIds: [], moreWeddings: false } }]);
  expect(await heldAlerts()).toMatchObject([{ state: 'open', severity: 'warning' }]);

  expect(await decide('review.release')).toMatchObject({ outcome: 'accepted' });
  await work();
  expect(await calendar()).toEqual([]);
  expect(await counted()).toEqual({ processed: 2 * ENTRIES });
  expect(await cards()).toMatchObject([{ state: 'resolved' }]);
  expect(await heldAlerts()).toMatchObject([{ state: 'resolved' }]);
  const all = await replayEqualsSnapshot();
  expect(all.filter((event) => event.type === 'review.resolved')).toMatchObject([{ actor: { kind: 'person', id: t.device.id } }]);
});

test('thrown away, the record stays as it was; the deliveries stay too, and the next single change passes untouched', async () => {
  await full();
  await addAll(ids.map((id) => changes(entry(id, { deleted: true, version: '2' }))));
  await work();
  expect(await decide('review.discard')).toMatchObject({ outcome: 'accepted' });
  await work();
  expect(await calendar()).toHaveLength(ENTRIES);
  expect(await counted()).toEqual({ processed: ENTRIES, 'ignored held.discarded': ENTRIES });
  await addAll([changes(entry('e0', { deleted: true, version: '3' }))]);
  await work();
  expect(await calendar()).toHaveLength(ENTRIES - 1);
  expect(await cards()).toMatchObject([{ state: 'resolved' }]);
});

test('a normal single deletion passes; more of them join the open card, and so does what is told later about the same thing', async () => {
  await full();
  await addAll([changes(entry('e0', { deleted: true, version: '2' }))]);
  await work();
  expect(await calendar()).toHaveLength(ENTRIES - 1);
  await addAll(ids.slice(1, 20).map((id) => changes(entry(id, { deleted: true, version: '2' }))));
  await work();
  await addAll([changes(entry('e1', { title: 'Back again', startsAt: times('e1'), version: '3' })), changes(entry('e30', { title: 'Of others', startsAt: times('e30'), version: '2' })), changes(entry('e25', { deleted: true, version: '2' }))]);
  await work();
  expect(await calendar()).toHaveLength(ENTRIES - 1);
  expect((await calendar()).map((row) => row.title)).toContain('Of others');
  const [card, ...more] = await cards();
  expect(more).toEqual([]);
  expect(card?.lot).toMatchObject({ kinds: [{ kind: 'deletes', count: 20, applied: 1 }], deliveries: 21 });
  expect(card).toMatchObject({ state: 'open', title: 'Stripe: 20 deletions (Entry e1, Entry e2, Entry e3, ...)' });
  // Based on what the person saw before more joined: shown again first.
  expect(await t.store.command(t.organisation.id, t.device, { type: 'review.release', commandId: randomUUID(), reviewId: card?.id ?? '', basedOnVersion: 1 })).toMatchObject({ outcome: 'rebase' });
  await decide('review.release');
  await work();
  expect((await calendar()).map((row) => row.title).filter((title) => title === 'Back again')).toHaveLength(1);
  expect(await calendar()).toHaveLength(ENTRIES - 1 - 20 + 1);
  await replayEqualsSnapshot();
});

test('entries moved to other days, and the same entry under ever new ids, are held too', async () => {
  await full();
  await addAll(ids.slice(0, 15).map((id) => changes(entry(id, { startsAt: '2027-01-15T10:00:00.000Z', version: '2' }))));
  await work();
  expect((await calendar()).filter((row) => row.startsAt.startsWith('2027'))).toEqual([]);
  expect(await cards()).toMatchObject([{ reason: 'held.moves', title: expect.stringContaining('15 moves to another day') as string }]);
  await decide('review.discard');
  await addAll(Array.from({ length: 15 }, (_, n) => changes(entry(`copy${n}`, { title: 'Tasting', startsAt: '2027-02-01T10:00:00.000Z' }))));
  await work();
  // Without its copies the first of them is an entry like any other.
  expect((await calendar()).filter((row) => row.title === 'Tasting')).toHaveLength(1);
  expect((await cards()).filter((row) => row.state === 'open')).toMatchObject([{ reason: 'held.copies', title: expect.stringContaining('14 copies') as string }]);
});

test('with other organisations beside it nothing slips through first', async () => {
  await full();
  await line?.stop();
  line = null;
  const other = await createOrganisation(t.store.internals, { name: 'Other', zone: 'UTC', currency: 'GBP', demo: false });
  const theirs = await createConnection(t.store.internals, { organisationId: other.id, system: 'stripe', name: 'Theirs', path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } });
  await addAll(ids.map((id) => changes(entry(id, { deleted: true, version: '2' }))));
  for (let n = 0; n < 20; n += 1) await t.store.addDelivery(delivery(t, 'stripe', changes(entry(`t${n}`, { startsAt: times(`e${n}`) })), { organisationId: other.id, connectionId: theirs.connectionId }));
  await work();
  expect(await calendar()).toHaveLength(ENTRIES);
  expect((await t.store.snapshot(other.id)).rows.calendarEvents).toHaveLength(20);
  expect(await cards()).toHaveLength(1);
});
