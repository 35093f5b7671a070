import { sql } from 'kysely';
import { needsOf, type Needs } from '../../core/domain/record/needs.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { noteChannels } from '../store/channels.ts';
import type { Tx } from '../store/database.ts';
import { emptyDeliveries } from '../store/deliveryBodies.ts';
import { erasedRemoteId } from '../store/erasedMappings.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { writeLinks } from '../store/links/write.ts';
import { isWeddingDay } from '../privacy/retention.ts';
import { readRows } from '../store/rows.ts';
import { auditRearmed, type Rearmed } from '../store/rearming.ts';
import type { Share } from '../store/record.ts';
import { together } from '../store/together.ts';
import { claim, type From } from './claim.ts';
import { afterMemories, readMemories, writeMemories, type Memory } from './memories.ts';
import { understand, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';
import { closeReviews, withoutOvertakenFacts } from './replayed.ts';
import { followBatch } from './openLinks.ts';
import { workPart, type Part } from './part.ts';
import { SYSTEM, type Settled } from './settle.ts';
import { markDiffering, readShown, unbind, type ShownBefore } from './shown.ts';
import { writeReturned } from './viewPushes.ts';
import { loadViews, type WorkingView } from './view.ts';

/** Attempts that a delivery remembers. */
const TRIES_KEPT = 20;

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
  /** Only what is next in order, or only what is taken ahead; both unless it says otherwise. */
  readonly from?: From;
  /** Asked once for each re-read that is to be taken on: whether there is room for one more of this connection. */
  readonly mayFetch: (connectionId: string) => boolean;
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
  /** Of those asked for, the organisations whose record was free, and that need no turn of their own. */
  readonly organisationIds: readonly string[];
  /** Connections that were switched off. */
  readonly changed: readonly string[];
  /** Connections whose source wants to be looked at now. */
  readonly looks: readonly string[];
  /** Connections whose source accepts our access again. */
  readonly rearmed: readonly Rearmed[];
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
    return told(options, store.writer.write(only, ({ tx, record }) => work(tx, options, organisationIds, async (shares) => (await record(shares.flatMap((share) => share.drafts))).length)));
  }
  return told(options, store.writer.writeFree(organisationIds, ({ tx, organisationIds: free, record }) =>
    work(tx, options, free, async (shares) => (await record(shares)).reduce((sum, one) => sum + one.events.length, 0)),
  ));
}

async function told({ store }: BatchOptions, writing: Promise<BatchResult>): Promise<BatchResult> {
  const result = await writing;
  for (const connectionId of result.changed) store.intakeCache.forget(connectionId);
  auditRearmed(store, SYSTEM, result.rearmed);
  return result;
}

async function work(tx: Tx, options: BatchOptions, organisationIds: readonly string[], record: (shares: readonly Share[]) => Promise<number>): Promise<BatchResult> {
  const { store, vendors } = options;
  const now = instant(store.clock);
  const back = await stillWaiting(tx, options.finished.filter(({ delivery }) => organisationIds.includes(delivery.organisationId)));
  const returned = new Set(back.map(({ delivery }) => delivery.id));
  // Whoever slept for longer than its lease holds its answer all the same: it is not taken a second time.
  const fresh = (await claim(tx, organisationIds, options.limit, now, options.from)).filter(({ id }) => !returned.has(id));
  options.claimed?.([...back.map(({ delivery }) => delivery), ...fresh]);
  const decide = options.decide ?? ((delivery: DeliveryInHand) => understand(delivery, vendors));
  const shown = await readShown(tx, [...back.map(({ delivery }) => delivery), ...fresh]);
  const works = [...back, ...fresh.map((delivery): Work => ({ delivery, outcome: asRead(decide(delivery), shown.get(delivery.id)) }))].sort((a, b) => a.delivery.arrival - b.delivery.arrival);
  if (works.length === 0) return { works, settled: [], events: 0, organisationIds, changed: [], looks: [], rearmed: [] };

  const shares = Map.groupBy(works, ({ delivery }) => delivery.organisationId);
  const wanted = [...shares].map(([organisationId, all]) => ({ organisationId, needs: needsByConnection(all), connectionIds: connectionsOf(all) }));
  const [views, memories] = await together([loadViews(tx, wanted), readMemories(tx, wanted)]);
  const asked = new Set(back.map((one) => one.delivery.id));
  const fromSource = new Set([...asked, ...[...shown].filter(([, { changes }]) => changes !== null).map(([id]) => id)]);
  const parts: Part[] = [];
  for (const { organisationId, needs, connectionIds } of wanted) {
    const all = await withoutOvertakenFacts(tx, organisationId, shares.get(organisationId) ?? [], fromSource, viewOf(views, organisationId));
    const before = memories.get(organisationId) ?? new Map<string, Memory>();
    const ownBack = all.filter((one) => asked.has(one.delivery.id));
    const mayBeMore = organisationIds.length > 1 && all.length - ownBack.length >= options.limit;
    const part = await workPart({
      organisationId, works: all, back: ownBack, before, mayBeMore, now: store.clock.now(), newId: () => store.ids.next(), vendors, random: options.random, mayFetch: options.mayFetch, shown: ({ id }) => shown.get(id) ?? null,
      weddingDay: ownBack.some(({ outcome }) => outcome.kind === 'unanswered') && (await isWeddingDay(tx, organisationId, now)),
      view: viewOf(views, organisationId),
      viewAgain: async () => viewOf(await loadViews(tx, [{ organisationId, needs, connectionIds }]), organisationId),
      follow: (settled, view) => followBatch(tx, { organisationId, settled, view, now: store.clock.now(), newId: () => store.ids.next() }),
      reviews: (ids) => readRows(tx, organisationId, 'reviewItems', ids),
    });
    if (part) parts.push({ ...part, drafts: [...part.drafts, ...(await closeReviews(tx, organisationId, part.settled, store.clock.now(), () => store.ids.next()))] });
  }
  const worked = new Set(parts.map((part) => part.organisationId));
  const left = new Set(wanted.map((one) => one.organisationId).filter((id) => !worked.has(id)));
  await writeReturned(tx, parts);
  const settled = new Map(parts.flatMap((part) => part.settled.map((one) => [one.delivery.id, one])));
  const done = works.filter(({ delivery }) => settled.has(delivery.id));
  const all = done.flatMap(({ delivery }) => settled.get(delivery.id) ?? []);
  const [events] = await together([
    record(parts.map(({ organisationId, drafts }) => ({ organisationId, drafts }))),
    writeMappings(tx, all, now),
    writeStates(tx, all, now)
      .then(() => emptyDeliveries(tx, all.filter((one) => one.forget).map((one) => one.delivery.id), now))
      .then(() => writeLinks(tx, parts.flatMap(({ links }) => links ?? []), now)),
    markDiffering(tx, all.flatMap(({ delivery, differsFrom }) => (differsFrom === undefined ? [] : [{ dryRunId: differsFrom, delivery }]))).then(() => unbind(tx, shown, all.filter((one) => one.stays !== true))),
    writeMemories(tx, parts.flatMap((part) => part.memories)),
  ]);
  const rearmed = await afterMemories(tx, parts.flatMap((part) => part.memories.map((one) => ({ ...one, organisationId: part.organisationId }))), now);
  const looks = [...new Set(done.flatMap(({ delivery, outcome }) => (outcome.kind === 'poll' ? [delivery.connectionId] : [])))];
  if (looks.length > 0) await sql`update connection_access set next_poll_at = ${now}::timestamptz where id = any(${looks}::uuid[])`.execute(tx);
  await noteChannels(tx, done.flatMap(({ delivery: { connectionId }, outcome }) => (outcome.kind === 'poll' && outcome.channels ? [{ connectionId, channels: outcome.channels }] : [])), now);
  const changed = parts.flatMap((part) => part.memories.filter((one) => one.disabled).map((one) => one.connectionId));
  for (const connectionId of changed) await store.peers.announceConnection(tx, connectionId);
  return { works: done, settled: all, events, organisationIds: organisationIds.filter((id) => !left.has(id)), changed, looks, rearmed };
}

/** What the source has said to the dry run stands in for asking it once more: it was read when it was read then. */
function asRead(outcome: Outcome, shown: ShownBefore | undefined): Outcome {
  if (outcome.kind !== 'reread' || !shown?.changes) return outcome;
  return { kind: 'changes', changes: shown.changes, ...(shown.readAt === null ? {} : { readAt: Date.parse(shown.readAt) }) };
}

const connectionsOf = (all: readonly Work[]) => [...new Set(all.map(({ delivery }) => delivery.connectionId))];

function viewOf(views: ReadonlyMap<string, WorkingView>, organisationId: string): WorkingView {
  const view = views.get(organisationId);
  if (!view) throw new Error(`no view of ${organisationId} was read`);
  return view;
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

async function writeMappings(tx: Tx, settled: readonly Settled[], now: string): Promise<void> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const { delivery, mappings, forget } of settled) {
    for (const { remoteType, remoteId: named, collection, id, remoteVersion, told = null } of mappings) {
      // Some systems give an address in place of an id.
      const remoteId = forget === true && named.includes('@') ? erasedRemoteId(delivery.connectionId, remoteType, named) : named;
      const row = { organisation_id: delivery.organisationId, connection_id: delivery.connectionId, remote_type: remoteType, remote_id: remoteId, collection, local_id: id, remote_version: remoteVersion, told };
      rows.set(JSON.stringify([delivery.connectionId, remoteType, remoteId]), row);
    }
  }
  if (rows.size === 0) return;
  await sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, told, last_written_by, updated_at)
    select organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, told, 'vendor', ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb)
      as m(organisation_id uuid, connection_id uuid, remote_type text, remote_id text, collection text, local_id uuid, remote_version text, told jsonb)
    on conflict (organisation_id, connection_id, remote_type, remote_id) do update
      set collection = excluded.collection, local_id = excluded.local_id, remote_version = coalesce(excluded.remote_version, mappings.remote_version), told = excluded.told,
        last_written_by = excluded.last_written_by, updated_at = excluded.updated_at
  `.execute(tx);
}

async function writeStates(tx: Tx, settled: readonly Settled[], now: string): Promise<void> {
  const rows = settled.map((one) => ({ id: one.delivery.id, state: one.state, reason: one.reason, attempts: one.attempts, next_attempt_at: one.nextAttemptAt, in_hand: one.inHand, in_line: one.stays === true, tried: one.tried ? { at: now, ...one.tried } : null }));
  await sql`
    update deliveries d set state = s.state, reason = s.reason, attempts = s.attempts, next_attempt_at = s.next_attempt_at, in_hand = s.in_hand, in_line = s.in_line,
      done_at = case when s.state in ('received', 'waiting', 'held') then null else ${now}::timestamptz end,
      tries = case when s.tried is null then d.tries else (
        select jsonb_agg(one order by place) from (
          select one, place from jsonb_array_elements(d.tries || s.tried) with ordinality as t(one, place) order by place desc limit ${TRIES_KEPT}
        ) as last
      ) end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s(id uuid, state text, reason text, attempts bigint, next_attempt_at timestamptz, in_hand boolean, in_line boolean, tried jsonb)
    where d.id = s.id
  `.execute(tx);
}
