import { sql } from 'kysely';
import { needsOf, type Needs } from '../../core/domain/record/plan.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Tx } from '../store/database.ts';
import { emptyDeliveries } from '../store/deliveryBodies.ts';
import { erasedRemoteId } from '../store/erasedMappings.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { readRowsOf, type RowKey } from '../store/reads.ts';
import type { Share } from '../store/record.ts';
import { understand, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';
import { healthAfter, settle, type HealthAfter, type HealthBefore, type SettleContext, type Settled } from './settle.ts';
import { loadViews } from './view.ts';

export interface BatchOptions {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly random: () => number;
  /**
   * Whose deliveries are worked on. One: waits for its turn with that record. Several: those that somebody writes to are
   * left out and have to be asked for again.
   */
  readonly organisationIds: readonly string[];
  /** Re-reads of these organisations that have come back since. */
  readonly finished: readonly Work[];
  /** Deliveries to take from the queue, at most, of each organisation. */
  readonly limit: number;
  readonly mayFetch: SettleContext['mayFetch'];
  /** Told which deliveries are in this batch before anything is decided. */
  readonly claimed?: (deliveries: readonly DeliveryInHand[]) => void;
  /** Replaces the understanding of a body, for setting aside what made a batch fail. */
  readonly decide?: (delivery: DeliveryInHand) => Outcome;
}

export interface BatchResult {
  readonly works: readonly Work[];
  /** In the order of `works`. */
  readonly settled: readonly Settled[];
  readonly events: number;
  /** Of those asked for, the organisations whose record was free. */
  readonly organisationIds: readonly string[];
}

/** One organisation's part of a batch. */
interface Part {
  readonly organisationId: string;
  readonly works: readonly Work[];
  readonly settled: readonly Settled[];
  readonly health: readonly HealthAfter[];
}

/**
 * One batch in one transaction: what is due is taken in order of arrival, understood, planned against the record and
 * written with its events, mappings and its own new state. All of it or nothing. Many organisations with a delivery each
 * cost hardly more queries than one organisation with as many.
 */
export async function workBatch(options: BatchOptions): Promise<BatchResult> {
  const { store, organisationIds } = options;
  const [only] = organisationIds;
  if (organisationIds.length === 1 && only !== undefined) {
    return store.writer.write(only, ({ tx, record }) => work(tx, options, organisationIds, async (shares) => (await record(shares.flatMap((share) => share.drafts))).length));
  }
  return store.writer.writeFree(organisationIds, ({ tx, organisationIds: free, record }) =>
    work(tx, options, free, async (shares) => (await record(shares)).reduce((sum, one) => sum + one.events.length, 0)),
  );
}

async function work(tx: Tx, options: BatchOptions, organisationIds: readonly string[], record: (shares: readonly Share[]) => Promise<number>): Promise<BatchResult> {
  const { store, vendors } = options;
  const now = instant(store.clock);
  const fresh = await claim(tx, organisationIds, options.limit, now);
  const back = await stillWaiting(tx, options.finished.filter(({ delivery }) => organisationIds.includes(delivery.organisationId)));
  options.claimed?.([...back.map(({ delivery }) => delivery), ...fresh]);
  const decide = options.decide ?? ((delivery: DeliveryInHand) => understand(delivery, vendors));
  const works = [...back, ...fresh.map((delivery) => ({ delivery, outcome: decide(delivery) }))].sort((a, b) => a.delivery.arrival - b.delivery.arrival);
  if (works.length === 0) return { works, settled: [], events: 0, organisationIds };

  const shares = new Map<string, Work[]>();
  for (const one of works) shares.set(one.delivery.organisationId, [...(shares.get(one.delivery.organisationId) ?? []), one]);
  const connectionsOf = (all: readonly Work[]) => [...new Set(all.map(({ delivery }) => delivery.connectionId))];
  const views = await loadViews(tx, [...shares].map(([organisationId, all]) => ({ organisationId, needs: needsByConnection(all), connectionIds: connectionsOf(all) })));
  const before = await healthBefore(tx, [...shares].flatMap(([organisationId, all]) => connectionsOf(all).map((id) => ({ organisationId, id }))));

  const parts = [...shares].map(([organisationId, all]): Part => {
    const view = views.get(organisationId);
    if (!view) throw new Error(`no view of ${organisationId} was read`);
    const context: SettleContext = { view, vendors, now: store.clock.now(), newId: () => store.ids.next(), random: options.random, mayFetch: options.mayFetch };
    const settled = all.map((one) => settle(one, context));
    return { organisationId, works: all, settled, health: healthOf(before.get(organisationId) ?? [], all, settled, context) };
  });
  const events = await record(parts.map(({ organisationId, settled, health }) => ({ organisationId, drafts: [...settled.flatMap((one) => one.drafts), ...health.flatMap((one) => one.drafts)] })));
  const settled = new Map(parts.flatMap((part) => part.settled.map((one) => [one.delivery.id, one])));
  const all = works.flatMap(({ delivery }) => settled.get(delivery.id) ?? []);
  await writeMappings(tx, all, now);
  await writeStates(tx, all, now);
  await emptyDeliveries(tx, all.filter((one) => one.forget).map((one) => one.delivery.id), now);
  await writeFailures(tx, parts.flatMap((part) => part.health));
  return { works, settled: all, events, organisationIds };
}

/** Of each organisation in order of arrival, so that one that is flooded leaves room for the others. */
async function claim(tx: Tx, organisationIds: readonly string[], limit: number, now: string): Promise<DeliveryInHand[]> {
  if (limit <= 0 || organisationIds.length === 0) return [];
  const { rows } = await sql<DeliveryInHand>`
    select d.id, d.organisation_id, d.arrival, d.connection_id, d.system, d.vendor_event, d.media_type, d.body, d.received_at, d.attempts + 1 as attempts
    from unnest(${organisationIds}::uuid[]) as o(id)
    cross join lateral (
      select * from deliveries where organisation_id = o.id and state in ('received', 'waiting') and (next_attempt_at is null or next_attempt_at <= ${now}::timestamptz)
      order by arrival limit ${limit} for update skip locked
    ) as d
  `.execute(tx);
  return rows;
}

/** A re-read counts only if nobody else has finished the delivery in the meantime. */
async function stillWaiting(tx: Tx, finished: readonly Work[]): Promise<Work[]> {
  if (finished.length === 0) return [];
  const rows = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('id', 'in', finished.map((work) => work.delivery.id))
    .where('state', '=', 'waiting')
    .where('inHand', '=', true)
    .forUpdate()
    .skipLocked()
    .execute();
  const ids = new Set(rows.map((row) => row.id));
  return finished.filter((work) => ids.has(work.delivery.id));
}

function needsByConnection(works: readonly Work[]): Map<string, Needs[]> {
  const needs = new Map<string, Needs[]>();
  for (const { delivery, outcome } of works) {
    if (outcome.kind !== 'changes') continue;
    const list = needs.get(delivery.connectionId) ?? [];
    list.push(needsOf(outcome.changes));
    needs.set(delivery.connectionId, list);
  }
  return needs;
}

async function healthBefore(tx: Tx, connections: readonly RowKey[]): Promise<Map<string, HealthBefore[]>> {
  const rows = await readRowsOf(tx, 'connections', connections);
  const failures = await tx.selectFrom('connectionAccess').select(['id', 'failures']).where('id', 'in', connections.map((one) => one.id)).execute();
  const failed = new Map(failures.map((one) => [one.id, one.failures]));
  return new Map([...rows].map(([organisationId, own]) => [organisationId, own.map((row) => ({ row, failures: failed.get(row.id) ?? 0 }))]));
}

function healthOf(all: readonly HealthBefore[], works: readonly Work[], settled: readonly Settled[], context: SettleContext): HealthAfter[] {
  return all.flatMap((before) => {
    const own = (id: string) => id === before.row.id;
    const after = healthAfter(before, works.filter((work) => own(work.delivery.connectionId)), settled.filter((one) => own(one.delivery.connectionId)), context);
    return after.drafts.length > 0 || after.failures !== before.failures ? [after] : [];
  });
}

async function writeMappings(tx: Tx, settled: readonly Settled[], now: string): Promise<void> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const { delivery, mappings, forget } of settled) {
    for (const { remoteType, remoteId: told, collection, id, remoteVersion } of mappings) {
      // Some systems give an address in place of an id.
      const remoteId = forget === true && told.includes('@') ? erasedRemoteId(delivery.connectionId, remoteType, told) : told;
      const row = { organisation_id: delivery.organisationId, connection_id: delivery.connectionId, remote_type: remoteType, remote_id: remoteId, collection, local_id: id, remote_version: remoteVersion };
      rows.set(JSON.stringify([delivery.connectionId, remoteType, remoteId]), row);
    }
  }
  if (rows.size === 0) return;
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, last_written_by, updated_at)
    select organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, 'vendor', ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb)
      as m(organisation_id uuid, connection_id uuid, remote_type text, remote_id text, collection text, local_id uuid, remote_version text)
    on conflict (organisation_id, connection_id, remote_type, remote_id) do update
      set collection = excluded.collection, local_id = excluded.local_id, remote_version = coalesce(excluded.remote_version, mappings.remote_version),
        last_written_by = excluded.last_written_by, updated_at = excluded.updated_at
  `.execute(tx);
}

async function writeStates(tx: Tx, settled: readonly Settled[], now: string): Promise<void> {
  const rows = settled.map((one) => ({ id: one.delivery.id, state: one.state, reason: one.reason, attempts: one.attempts, next_attempt_at: one.nextAttemptAt, in_hand: one.inHand }));
  await sql`
    update deliveries d set state = s.state, reason = s.reason, attempts = s.attempts, next_attempt_at = s.next_attempt_at, in_hand = s.in_hand,
      done_at = case when s.state = 'waiting' then null else ${now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s(id uuid, state text, reason text, attempts bigint, next_attempt_at timestamptz, in_hand boolean)
    where d.id = s.id
  `.execute(tx);
}

async function writeFailures(tx: Tx, health: readonly HealthAfter[]): Promise<void> {
  if (health.length === 0) return;
  const rows = health.map((one) => ({ id: one.connectionId, failures: one.failures }));
  await sql`
    update connection_access c set failures = h.failures from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as h(id uuid, failures bigint) where c.id = h.id
  `.execute(tx);
}
