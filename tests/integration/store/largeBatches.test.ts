import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { createStatistics } from '../../../server/store/statistics.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { mappingsOf } from '../../../server/workers/viewMappings.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const weddingId = randomUUID();
let t: TestStore;
let line: Normaliser | null;

beforeEach(async () => {
  line = null;
  t = await openTestStore({ clock: systemClock });
  const wedding = { id: weddingId, title: 'Amara & Tom', date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 } as const;
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([draftCreated('wedding.created', 'weddings', weddingId, wedding, null, context)]));
});

afterEach(async () => {
  await line?.stop();
  await t.cleanup();
});

async function work(vendors: (system: string) => VendorModule | null = vendorModule): Promise<void> {
  const http = { send: () => Promise.reject(new Error('nobody is called here')) };
  line = startNormaliser({ store: t.store, vendors, http, clock: systemClock, ids: createIds(), log: t.log });
  await line.idle();
}

const add = (descriptions: readonly string[]) => Promise.all(descriptions.map((description, n) => t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId, description, amount: 100 + n })))));
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `no ${n}`);
const batches = () => t.log.lines.filter((one) => one.message === 'deliveries normalised').map(({ fields }) => fields['deliveries'] as number);

/** Fits every shape, and breaks in the database: no index takes a name as long and as random as this. */
function breakingOn(word: string): (system: string) => VendorModule | null {
  const stripe = vendorModule('stripe');
  const webhook = stripe?.webhook;
  if (!stripe || !webhook) throw new Error('no stripe');
  const breaking: VendorModule = {
    ...stripe,
    webhook: {
      ...webhook,
      normalise(input) {
        const meaning = webhook.normalise(input);
        if (!meaning.ok || meaning.value.kind !== 'changes' || !input.bodyText.includes(word)) return meaning;
        return { ok: true, value: { kind: 'changes', changes: meaning.value.changes.map((change) => ({ ...change, remote: { ...change.remote, id: randomBytes(6_000).toString('hex') } })) } };
      },
    },
  };
  return (system) => (system === 'stripe' ? breaking : vendorModule(system));
}

test('two that cannot be written among sixty: both set aside, the others in the record in order, in far fewer steps than one by one', async () => {
  const all = numbered(60).map((text, n) => (n === 17 || n === 41 ? `poison ${n}` : text));
  await add(all);
  await work(breakingOn('poison'));
  const { rows } = await t.store.snapshot(t.organisation.id);
  expect(rows.payments.map((row) => row.description)).toEqual(all.filter((text) => !text.startsWith('poison')));
  const { rows: states } = await sql<{ state: string; count: number }>`select state, count(*) as count from deliveries group by state order by state`.execute(t.store.internals.database.system);
  expect(states).toEqual([{ state: 'processed', count: 58 }, { state: 'quarantined', count: 2 }]);
  expect(batches().length).toBeLessThan(30);
  const events = await t.store.readEvents(t.organisation.id, 0, 1_000);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
});

test('a backlog is worked off in batches that grow', async () => {
  await add(numbered(600));
  // Nothing has come in for a while: the work need not make way for the intake.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await work();
  expect(batches().reduce((sum, one) => sum + one, 0)).toBe(600);
  expect(batches().length).toBeLessThan(12);
  expect((await t.store.gauges()).deliveriesWaiting).toBe(0);
});

test('an object of a source is found by one look into the index, however many mappings the house has and before the table was ever analysed', async () => {
  const { database } = t.store.internals;
  const { connectionId } = t.connections.stripe;
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
    select ${t.organisation.id}::uuid, ${connectionId}::uuid, 'payment', 'pi_' || n, 'payments', gen_random_uuid(), 'vendor', now() from generate_series(1, 3000) as n
  `.execute(database.system);
  const keys = Array.from({ length: 40 }, (_, n) => ({ organisationId: t.organisation.id, connectionId, type: 'payment', id: `pi_${n * 50 + 1}` }));
  const found = await database.withOrganisation(t.organisation.id, async (tx) => {
    const { rows } = await mappingsOf(keys).execute(tx);
    const { rows: plan } = await sql<Record<string, string>>`explain (analyze, timing off) ${mappingsOf(keys)}`.execute(tx);
    return { rows, plan: plan.map((row) => Object.values(row)[0]).join('\n') };
  });
  expect(found.rows).toHaveLength(40);
  expect(found.plan).toContain('mappings_pkey');
  expect(found.plan).not.toContain('Rows Removed by Filter');
});

test('a record that grows is made known to the planner', async () => {
  const { database } = t.store.internals;
  const known = async () => (await sql<{ rows: number }>`select reltuples as rows from pg_class where relname = 'mappings'`.execute(database.system)).rows[0]?.rows ?? 0;
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
    select ${t.organisation.id}::uuid, ${t.connections.stripe.connectionId}::uuid, 'payment', 'pi_' || n, 'payments', gen_random_uuid(), 'vendor', now() from generate_series(1, 700) as n
  `.execute(database.system);
  const statistics = createStatistics({ database, log: t.log });
  statistics.grew(10);
  await statistics.idle();
  expect(await known()).toBeLessThan(700);
  statistics.grew(700);
  await statistics.idle();
  expect(await known()).toBeGreaterThanOrEqual(700);
});
