import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection, type CreatedConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { workBatch } from '../../../server/workers/batch.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Whatever order deliveries come in, however often, and wherever the worker dies: the same record at the end. */

const OBJECTS = 3;
const VERSIONS = 4;
const STATUSES = ['lead', 'hold', 'definite', 'completed'] as const;
const clock = settableClock('2026-11-20T12:00:00.000Z');
const vendor = scriptedVendor('stripe');
const ids = createIds();
let t: TestStore;
let runs = 0;
let cuts = 0;

beforeAll(async () => {
  t = await openTestStore({ clock });
});
afterAll(async () => {
  console.log(`any order: ${runs} orders, ${cuts} batches that died before their commit`);
  await t.cleanup();
});

/** The state of an object at a version; every version tells the whole of it. */
const told = (object: number, version: number): Change => ({
  kind: 'booking', remote: { type: 'job', id: `j${object}`, version: String(version) }, wedding: {}, occurredAt: null,
  fields: { title: `Job ${object} as of ${version}`, trade: 'florist', status: STATUSES[version % STATUSES.length] ?? 'lead', amountMinor: version * 100, currency: 'GBP', place: version % 2 === 0 ? null : `Place ${version}` },
});

interface Sent {
  readonly object: number;
  readonly version: number;
}

async function play(sent: readonly Sent[], batches: readonly { readonly limit: number; readonly dies: boolean }[]) {
  runs += 1;
  const { store } = t;
  const organisation = await createOrganisation(store.internals, { name: `Run ${runs}`, zone: 'UTC', currency: 'GBP', demo: false });
  const made: CreatedConnection = await createConnection(store.internals, { organisationId: organisation.id, system: 'stripe', name: 'Jobs', path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } });
  for (const [n, { object, version }] of sent.entries()) {
    await store.addDelivery({
      organisationId: organisation.id, connectionId: made.connectionId, system: 'stripe', vendorEvent: null, mediaType: 'application/json', headers: {},
      // Every third comes again under a key of its own, as from a vendor that does not number its events.
      deliveryKey: n % 3 === 0 ? `n${n}` : `${object}@${version}`, bodyText: JSON.stringify(changes(told(object, version))), receivedAt: '2026-11-20T12:00:00.000Z',
    });
  }
  const internals = { ...store.internals, clock, ids };
  const shared = { store: internals, vendors: () => vendor, random: () => 1, organisationIds: [organisation.id], finished: [], mayFetch: () => true };
  for (let n = 0; ; n += 1) {
    const { limit, dies } = batches[n] ?? { limit: 64, dies: false };
    if (dies) {
      cuts += 1;
      const dead = {
        ...internals,
        writer: {
          ...internals.writer,
          write: <T>(organisationId: string, work: Parameters<typeof internals.writer.write<T>>[1]) =>
            internals.writer.write<T>(organisationId, async (writing) => {
              await work(writing);
              throw new Error('the worker died before its commit');
            }),
        },
      };
      await expect(workBatch({ ...shared, store: dead, limit })).rejects.toThrow('died');
      continue;
    }
    const { works } = await workBatch({ ...shared, limit });
    if (works.length === 0 && n >= batches.length) break;
  }
  const { rows } = await store.snapshot(organisation.id);
  const waiting = await store.internals.database.system.selectFrom('deliveries').select('id').where('organisationId', '=', organisation.id).where('state', 'not in', ['processed', 'parked']).execute();
  expect(waiting).toEqual([]);
  return rows.bookings.map(({ title, status, amountMinor, place }) => ({ title, status, amountMinor, place })).sort((a, b) => a.title.localeCompare(b.title));
}

test('any order, any repetition and any crash point give the same projections', async () => {
  const all: Sent[] = Array.from({ length: OBJECTS * VERSIONS }, (_, n) => ({ object: n % OBJECTS, version: Math.floor(n / OBJECTS) + 1 }));
  const inOrder = await play(all, []);
  expect(inOrder.map((row) => row.title)).toEqual(Array.from({ length: OBJECTS }, (_, n) => `Job ${n} as of ${VERSIONS}`));
  const order = fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length, maxLength: 2 * all.length });
  const batches = fc.array(fc.record({ limit: fc.integer({ min: 1, max: 8 }), dies: fc.boolean() }), { maxLength: 8 });
  const same = fc.asyncProperty(order, batches, async (sent, cut) => {
    expect(await play(sent, cut)).toEqual(inOrder);
  });
  await fc.assert(same, { numRuns: 25 });
}, 120_000);
