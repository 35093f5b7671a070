import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { readEventsOf } from '../../../server/store/reads.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** Many organisations in one transaction: as safe for each of them as a transaction of its own. */

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const HOUSES = 30;

interface House {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly weddingId: string;
}

let t: TestStore;
let houses: House[];
let worker: Normaliser | null;

beforeEach(async () => {
  worker = null;
  t = await openTestStore();
  houses = [];
  for (let n = 0; n < HOUSES; n += 1) {
    const { id: organisationId } = await createOrganisation(t.store.internals, { name: `House ${n}`, zone: 'Europe/London', currency: 'GBP', demo: false });
    const weddingId = randomUUID();
    await t.store.internals.writer.write(organisationId, ({ record }) =>
      record([draftCreated('wedding.created', 'weddings', weddingId, { id: weddingId, title: `Wedding ${n}`, date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context)]),
    );
    const { connectionId } = await createConnection(t.store.internals, { organisationId, system: 'stripe', name: 'Stripe', path: 'native', settings: {}, secrets: {}, actor: context.actor });
    houses.push({ organisationId, connectionId, weddingId });
  }
});

afterEach(async () => {
  await worker?.stop();
  await t.cleanup();
});

const ids = () => houses.map((house) => house.organisationId);
const start = (vendors: (system: string) => VendorModule | null = vendorModule) =>
  (worker = startNormaliser({ store: t.store, vendors, http: createEgressHttp({ allow: [], log: t.log }), clock: t.options.clock, ids: createIds(), log: t.log }));

async function deliver(house: House, fields: Parameters<typeof stripeIntent>[0] = {}): Promise<void> {
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId: house.weddingId, ...fields }), { organisationId: house.organisationId, connectionId: house.connectionId }));
}

const paymentsOf = async (house: House) => (await t.store.snapshot(house.organisationId)).rows.payments;

test('a delivery each of thirty houses: one batch, each in its own log without a gap, nobody sees another one\'s', async () => {
  for (const house of houses) await deliver(house, { description: house.organisationId });
  start();
  await worker?.idle();
  for (const house of houses) {
    expect((await paymentsOf(house)).map((row) => row.description)).toEqual([house.organisationId]);
    const seqs = (await t.store.readEvents(house.organisationId, 0, 100)).map((event) => event.seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
  }
  const batches = t.log.lines.filter((line) => line.message === 'deliveries normalised');
  expect(batches.map((line) => [line.fields['organisations'], line.fields['deliveries']])).toEqual([[HOUSES, HOUSES]]);
});

test('a remote id and a wedding of another house mean nothing here, also in the same batch', async () => {
  const [first, second] = houses;
  if (!first || !second) throw new Error('no houses');
  await deliver(first, { id: 'pi_same', description: 'of the first' });
  await deliver(second, { id: 'pi_same', description: 'of the second' });
  await deliver(second, { weddingId: first.weddingId, description: 'for a wedding elsewhere' });
  start();
  await worker?.idle();
  expect((await paymentsOf(first)).map((row) => row.description)).toEqual(['of the first']);
  expect((await paymentsOf(second)).filter((row) => row.weddingId !== null).map((row) => [row.description, row.weddingId])).toEqual([['of the second', second.weddingId]]);
});

test('what cannot be written of one house is set aside there, and the others have theirs', async () => {
  const stripe = vendorModule('stripe');
  const [odd, ...others] = houses;
  const webhook = stripe?.webhook;
  if (!stripe || !webhook || !odd) throw new Error('no vendor');
  // Fits every shape, and breaks in the database: no index takes a name as long and as random as this.
  const breaking: VendorModule = {
    ...stripe,
    webhook: {
      ...webhook,
      normalise(input) {
        const meaning = webhook.normalise(input);
        if (!meaning.ok || meaning.value.kind !== 'changes' || !input.bodyText.includes('breaks')) return meaning;
        const changes = meaning.value.changes.map((change) => ({ ...change, remote: { ...change.remote, id: randomBytes(6_000).toString('hex') } }));
        return { ok: true, value: { kind: 'changes', changes } };
      },
    },
  };
  await deliver(odd, { description: 'breaks' });
  for (const house of others) await deliver(house);
  start((system) => (system === 'stripe' ? breaking : vendorModule(system)));
  await worker?.idle();
  for (const house of others) expect(await paymentsOf(house)).toHaveLength(1);
  expect(t.log.lines.some((line) => line.message === 'a batch of several organisations failed; each has its own turn')).toBe(true);
  const [left] = await t.store.deliveries(odd.organisationId, odd.connectionId);
  expect(left?.state).toBe('quarantined');
});

test('a house that somebody writes to is left out and has its turn later', async () => {
  const [busy, ...others] = houses;
  if (!busy) throw new Error('no houses');
  for (const house of houses) await deliver(house);
  const { writer } = t.store.internals;
  let free: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  if (t.options.databaseUrl === null) {
    // One connection: nobody can write while this transaction lasts, so only the lane is looked at.
    const asked = writer.write(busy.organisationId, () => Promise.resolve());
    expect(await writer.writeFree(ids(), ({ organisationIds }) => Promise.resolve(organisationIds))).toEqual(others.map((house) => house.organisationId).sort());
    await asked;
  } else {
    const writing = writer.write(busy.organisationId, () => held);
    start();
    await expect.poll(async () => (await Promise.all(others.map(paymentsOf))).every((rows) => rows.length === 1), { timeout: 20_000 }).toBe(true);
    expect(await paymentsOf(busy)).toEqual([]);
    free();
    await writing;
  }
  if (!worker) start();
  await worker?.idle();
  expect(await paymentsOf(busy)).toHaveLength(1);
});

test('a transaction of several houses sees those only, and no table that is not of the record', async () => {
  const { withOrganisations } = t.store.internals.database;
  const [a, b, c] = ids() as [string, string, string];
  await withOrganisations([a, b], async (tx) => {
    const seen = await tx.selectFrom('events').select('organisationId').distinct().execute();
    expect(seen.map((row) => row.organisationId).sort()).toEqual([a, b].sort());
    expect((await tx.updateTable('weddings').set({ title: 'Taken over' }).where('organisationId', '=', c).executeTakeFirst()).numUpdatedRows).toBe(0n);
  });
  await expect(withOrganisations([a, b], (tx) => tx.selectFrom('devices').selectAll().execute())).rejects.toThrow(/uuid/);
  await withOrganisations([], async (tx) => expect(await tx.selectFrom('events').selectAll().execute()).toEqual([]));
  await expect(withOrganisations([a, b], (tx) => sql`insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at) values (${c}, ${randomUUID()}, 'x', 'x', 'payments', ${randomUUID()}, 'vendor', now())`.execute(tx))).rejects.toThrow(/row-level security/);
});

test('events of many organisations in one read, each from its own position', async () => {
  const wanted = houses.map((house, n) => ({ organisationId: house.organisationId, afterSeq: n % 2 }));
  const found = await readEventsOf(t.store.internals, wanted, 1);
  for (const { organisationId, afterSeq } of wanted) expect(found.get(organisationId)).toEqual(await t.store.readEvents(organisationId, afterSeq, 1));
});
