import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRIORITIES, type Priority } from '../../../core/contract/deliveries.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { workBatch } from '../../../server/workers/batch.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What goes first when many wait: sooner, and never something else. */

const NOW = '2026-11-20T12:00:00.000Z';
const clock = settableClock(NOW);
const ids = createIds();
const SYSTEMS = ['stripe', 'vsco-workspace', 'honeybook'] as const;
type System = (typeof SYSTEMS)[number];
const vendors = new Map(SYSTEMS.map((system) => [system, scriptedVendor(system)]));
let t: TestStore;
let runs = 0;
const seen = { ahead: 0, stayed: 0, died: 0 };

beforeAll(async () => {
  t = await openTestStore({ clock });
});
afterAll(async () => {
  console.log(`priorities: ${runs} queues, ${seen.ahead} deliveries went before others, ${seen.stayed} had to wait for their place, ${seen.died} batches died`);
  await t.cleanup();
});

const nobody = { version: null } as const;
const wedding = (n: number, fields: object = {}): Change => ({
  kind: 'wedding', remote: { type: 'wedding', id: `w${n}`, ...nobody }, wedding: {}, occurredAt: null,
  fields: { title: `Wedding ${n}`, date: `2026-11-2${n}`, zone: 'UTC', startsAt: `2026-11-2${n}T12:00:00.000Z`, endsAt: `2026-11-2${n}T22:00:00.000Z`, status: 'confirmed', ...fields },
});
const person = (n: number, from: string, fields: object): Change => ({ kind: 'contact', remote: { type: 'person', id: `p${n}`, ...nobody }, wedding: { ...(from === 'vsco' ? { remote: { type: 'wedding', id: `w${n}` } } : { email: `p${n}@example.org` }) }, occurredAt: null, fields: { email: `p${n}@example.org`, ...fields } });
const booking = (n: number, fields: object): Change => ({ kind: 'booking', remote: { type: 'job', id: `b${n}`, ...nobody }, wedding: { remote: { type: 'wedding', id: `w${n}` } }, occurredAt: null, fields: { title: `Job ${n}`, trade: 'florist', ...fields } });
const payment = (n: number, fields: object, id = `m${n}`): Change => ({ kind: 'payment', remote: { type: 'payment', id, ...nobody }, wedding: { email: `p${n}@example.org` }, occurredAt: null, fields: { description: `Rate of ${id}`, amountMinor: 1_000 * n, currency: 'GBP', ...fields } });
const message = (n: number, id: string, fields: object): Change => ({ kind: 'message', remote: { type: 'message', id, ...nobody }, wedding: { phone: `+44 7700 90000${n}` }, occurredAt: null, fields: { channel: 'sms', direction: 'in', text: `Text ${id}`, ...fields } });

/** What each connection tells, in its order. Two of them tell of the same people; nobody has a version. */
const LINES: Readonly<Record<System, readonly Change[][]>> = {
  'vsco-workspace': [
    [wedding(1)], [person(1, 'vsco', { name: 'One of the first', phone: '+44 7700 900001' })], [booking(1, { status: 'definite' })], [wedding(2)], [booking(1, { place: 'Barn' })],
    [person(2, 'vsco', { name: 'One of the second', phone: '+44 7700 900002' })], [wedding(1, { guestCount: 80 })], [booking(1, { status: 'cancelled' })], [wedding(2, { status: 'cancelled' })], [person(1, 'vsco', { name: 'Renamed there' })],
  ],
  stripe: [
    [payment(1, { status: 'pending' })], [person(1, 'stripe', { name: 'Somebody who pays', company: 'Payer Ltd' })], [payment(1, { status: 'failed', failureReason: 'Declined' })], [payment(2, { status: 'failed' })],
    [person(1, 'stripe', { company: 'Payer & Sons' })], [payment(1, { status: 'completed' })], [payment(2, { status: 'failed', amountMinor: 5 }, 'm3')],
  ],
  honeybook: [
    [message(1, 'a', {})], [message(2, 'b', { direction: 'out', status: 'sent' })], [message(2, 'b', { direction: 'out', status: 'failed', failureReason: 'No such number' })], [message(1, 'c', {})], [message(3, 'd', {})], [message(2, 'e', {})],
  ],
};

interface Waiting {
  readonly system: System;
  readonly priority: Priority;
}
interface Cut {
  readonly limit: number;
  readonly dies: boolean;
}

async function play(queue: readonly Waiting[], cuts: readonly Cut[]) {
  runs += 1;
  const { store } = t;
  const { id: organisationId } = await createOrganisation(store.internals, { name: `Run ${runs}`, zone: 'UTC', currency: 'GBP', demo: false });
  const of = new Map<System, string>();
  for (const system of SYSTEMS) of.set(system, (await createConnection(store.internals, { organisationId, system, name: system, path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } })).connectionId);
  const next = new Map<System, number>();
  for (const { system, priority } of queue) {
    const n = next.get(system) ?? 0;
    next.set(system, n + 1);
    await store.addDelivery({
      organisationId, connectionId: of.get(system) ?? '', system, deliveryKey: `k${n}`, vendorEvent: null, mediaType: 'application/json', headers: {}, receivedAt: NOW, priority,
      bodyText: JSON.stringify(changes(...(LINES[system][n] ?? []))),
    });
  }
  const internals = { ...store.internals, clock, ids };
  const shared = { store: internals, vendors: (system: string) => vendors.get(system as System) ?? null, random: () => 1, organisationIds: [organisationId], finished: [], mayFetch: () => true };
  for (let n = 0; ; n += 1) {
    const { limit, dies } = cuts[n % Math.max(1, cuts.length)] ?? { limit: 64, dies: false };
    if (dies && n < cuts.length) {
      seen.died += 1;
      const { writer } = internals;
      const dead: typeof writer = {
        ...writer,
        write: (id, work) =>
          writer.write(id, async (writing) => {
            await work(writing);
            throw new Error('the worker died before its commit');
          }),
      };
      await expect(workBatch({ ...shared, store: { ...internals, writer: dead }, limit })).rejects.toThrow('died');
      continue;
    }
    const { works, settled } = await workBatch({ ...shared, limit });
    seen.ahead += settled.filter(({ delivery, stays }) => delivery.ahead && stays !== true).length;
    seen.stayed += settled.filter(({ stays }) => stays).length;
    if (works.length === 0) break;
  }
  const { rows } = await store.snapshot(organisationId);
  const left = await store.internals.database.system.selectFrom('deliveries').select('id').where('organisationId', '=', organisationId).where('state', 'in', ['received', 'waiting']).execute();
  expect(left).toEqual([]);
  const events = await store.internals.database.system.selectFrom('events').innerJoin('deliveries', 'deliveries.id', 'events.deliveryId').select(['deliveries.connectionId as connectionId', 'deliveries.arrival as arrival'])
    .where('events.organisationId', '=', organisationId).orderBy('events.seq').execute();
  for (const own of Map.groupBy(events, (one) => one.connectionId).values()) expect(own.map((one) => one.arrival)).toEqual(own.map((one) => one.arrival).sort((a, b) => a - b));
  const title = new Map(rows.weddings.map((one) => [one.id, one.title]));
  const name = new Map(rows.contacts.map((one) => [one.id, one.name]));
  const plain = <T extends object>(all: readonly T[], keys: readonly (keyof T)[]) => all.map((row) => ({ ...Object.fromEntries(keys.map((key) => [key, row[key]])), ...('weddingId' in row ? { wedding: title.get(String(row.weddingId)) ?? null } : {}), ...('contactId' in row ? { contact: name.get(String(row.contactId)) ?? null } : {}) })).map((row) => JSON.stringify(row)).sort();
  return {
    weddings: plain(rows.weddings, ['title', 'status', 'guestCount', 'version']),
    contacts: plain(rows.contacts, ['name', 'email', 'phone', 'company', 'version']),
    bookings: plain(rows.bookings, ['title', 'status', 'place', 'version']),
    payments: plain(rows.payments, ['description', 'status', 'amountMinor', 'failureReason', 'version']),
    messages: plain(rows.messages, ['text', 'status', 'direction', 'failureReason', 'version']),
    reviews: plain(rows.reviewItems, ['kind', 'reason', 'title', 'state']),
    alerts: plain(rows.alerts, ['rule', 'severity', 'title', 'detail', 'state']),
  };
}

/** Any interleaving of the lines, each in its own order. */
const interleavings = fc.shuffledSubarray(SYSTEMS.flatMap((system) => LINES[system].map(() => system)), { minLength: Object.values(LINES).flat().length });
const priorities = fc.array(fc.constantFrom(...PRIORITIES), { minLength: Object.values(LINES).flat().length, maxLength: Object.values(LINES).flat().length });
const cutting = fc.array(fc.record({ limit: fc.integer({ min: 1, max: 6 }), dies: fc.boolean() }), { minLength: 1, maxLength: 6 });

test('any mix of priorities gives the same record as the order of arrival', async () => {
  const same = fc.asyncProperty(interleavings, priorities, cutting, async (systems, given, cuts) => {
    const queue = systems.map((system, n) => ({ system, priority: given[n] ?? 'normal' }));
    const inOrder = await play(queue.map((one) => ({ ...one, priority: 'normal' })), []);
    expect(await play(queue, cuts)).toEqual(inOrder);
  });
  await fc.assert(same, { numRuns: Number(process.env['WEDSYNC_PROPERTY_RUNS'] ?? 20) });
  expect(seen.ahead).toBeGreaterThan(0);
  expect(seen.stayed).toBeGreaterThan(0);
}, 240_000);
