import { sql } from 'kysely';
import { needsOf, type Needs } from '../../core/domain/record/plan.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/reads.ts';
import { understand, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';
import { healthAfter, settle, type HealthAfter, type SettleContext, type Settled } from './settle.ts';
import { loadView } from './view.ts';

export interface BatchOptions {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly random: () => number;
  readonly organisationId: string;
  /** Re-reads that have come back since. */
  readonly finished: readonly Work[];
  /** Deliveries to take from the queue, at most. */
  readonly limit: number;
  readonly mayFetch: SettleContext['mayFetch'];
  /** Told which deliveries are in this batch before anything is decided. */
  readonly claimed?: (deliveries: readonly DeliveryInHand[]) => void;
  /** Replaces the understanding of a body, for setting aside what made a batch fail. */
  readonly decide?: (delivery: DeliveryInHand) => Outcome;
}

export interface BatchResult {
  readonly works: readonly Work[];
  readonly settled: readonly Settled[];
  readonly events: number;
}

/**
 * One batch of one organisation in one transaction: what is due is taken in order of arrival, understood, planned
 * against the record and written with its events, mappings and its own new state. All of it or nothing.
 */
export async function workBatch(options: BatchOptions): Promise<BatchResult> {
  const { store, vendors, organisationId } = options;
  return store.writer.write(organisationId, async ({ tx, record }) => {
    const fresh = await claim(tx, organisationId, options.limit, instant(store.clock));
    const back = await stillWaiting(tx, options.finished);
    options.claimed?.([...back.map((work) => work.delivery), ...fresh]);
    const decide = options.decide ?? ((delivery: DeliveryInHand) => understand(delivery, vendors));
    const works = [...back, ...fresh.map((delivery) => ({ delivery, outcome: decide(delivery) }))].sort((a, b) => a.delivery.arrival - b.delivery.arrival);
    if (works.length === 0) return { works, settled: [], events: 0 };

    const view = await loadView(tx, organisationId, needsByConnection(works), [...new Set(works.map((work) => work.delivery.connectionId))]);
    const context: SettleContext = { view, vendors, now: store.clock.now(), newId: () => store.ids.next(), random: options.random, mayFetch: options.mayFetch };
    const settled = works.map((work) => settle(work, context));
    const health = await healthOf(tx, organisationId, works, settled, context);

    const events = await record([...settled.flatMap((one) => one.drafts), ...health.flatMap((one) => one.drafts)]);
    await writeMappings(tx, organisationId, settled, instant(store.clock));
    await writeStates(tx, settled, instant(store.clock));
    await writeFailures(tx, health);
    return { works, settled, events: events.length };
  });
}

async function claim(tx: Tx, organisationId: string, limit: number, now: string): Promise<DeliveryInHand[]> {
  const rows = await tx
    .selectFrom('deliveries')
    .select(['id', 'arrival', 'connectionId', 'system', 'vendorEvent', 'mediaType', 'body', 'receivedAt', 'attempts'])
    .where('organisationId', '=', organisationId)
    .where('state', 'in', ['received', 'waiting'])
    .where((eb) => eb.or([eb('nextAttemptAt', 'is', null), eb('nextAttemptAt', '<=', now)]))
    .orderBy('arrival')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map((row) => ({ ...row, attempts: row.attempts + 1 }));
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

async function healthOf(tx: Tx, organisationId: string, works: readonly Work[], settled: readonly Settled[], context: SettleContext): Promise<HealthAfter[]> {
  const ids = [...new Set(works.map((work) => work.delivery.connectionId))];
  const rows = await readRows(tx, organisationId, 'connections', ids);
  const failures = await tx.selectFrom('connectionAccess').select(['id', 'failures']).where('organisationId', '=', organisationId).where('id', 'in', ids).execute();
  return rows.flatMap((row) => {
    const before = { row, failures: failures.find((one) => one.id === row.id)?.failures ?? 0 };
    const own = (id: string) => id === row.id;
    const after = healthAfter(before, works.filter((work) => own(work.delivery.connectionId)), settled.filter((one) => own(one.delivery.connectionId)), context);
    return after.drafts.length > 0 || after.failures !== before.failures ? [after] : [];
  });
}

async function writeMappings(tx: Tx, organisationId: string, settled: readonly Settled[], now: string): Promise<void> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const { delivery, mappings } of settled) {
    for (const { remoteType, remoteId, collection, id, remoteVersion } of mappings) {
      const row = { connection_id: delivery.connectionId, remote_type: remoteType, remote_id: remoteId, collection, local_id: id, remote_version: remoteVersion };
      rows.set(JSON.stringify([delivery.connectionId, remoteType, remoteId]), row);
    }
  }
  if (rows.size === 0) return;
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, last_written_by, updated_at)
    select ${organisationId}::uuid, connection_id, remote_type, remote_id, collection, local_id, remote_version, 'vendor', ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb)
      as m(connection_id uuid, remote_type text, remote_id text, collection text, local_id uuid, remote_version text)
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
