import { sql } from 'kysely';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { StoreInternals } from '../store/internals.ts';
import { workBatch, type BatchResult } from './batch.ts';
import { createBatchPace } from './batchPace.ts';
import type { From } from './claim.ts';
import { messageOf, quarantined, understand, type DeliveryInHand, type Work } from './outcome.ts';
import type { Rereads } from './reread.ts';

/** Organisations that are worked on in one transaction, and deliveries of each. */
const TOGETHER = 64;
const EACH = 8;

export interface Moved {
  /** Deliveries that were moved on. */
  readonly moved: number;
}

export interface Batches {
  /** One batch of one organisation; the one delivery that cannot be written is found and set aside. `more`: there may be more. */
  own(organisationId: string): Promise<Moved & { readonly more: boolean }>;
  /**
   * A little of each of many organisations in one transaction, as many of them from the front as may be at once; `more`:
   * those that need a turn of their own. Whatever fails is left for these turns, where the one at fault is found.
   */
  together(organisationIds: readonly string[]): Promise<Moved & { readonly taken: number; readonly more: readonly string[] }>;
  /** Milliseconds until the next pass, when the last one began that long ago. */
  rest(sinceMs: number): number;
}

export interface BatchesOptions {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly rereads: Rereads;
  /** Told of each batch that is in the record. */
  readonly done: (result: BatchResult) => void;
}

/** Batches of deliveries: how large, beside the intake, and what to do when one fails. */
export function createBatches({ store, vendors, random, clock, log, rereads, done }: BatchesOptions): Batches {
  const pace = createBatchPace();

  /**
   * The intake has the right of way: on the embedded database, where all share one connection, always; elsewhere while it
   * is behind, since both need the processor. `work` is told how much one transaction may hold.
   */
  async function inTurn<T extends Moved>(work: (most: number) => Promise<T>): Promise<T> {
    const turn = await store.rightOfWay.turn();
    let moved = 0;
    try {
      const value = await work(store.database.kind === 'embedded' || turn.behind ? turn.most : Number.POSITIVE_INFINITY);
      moved = value.moved;
      return value;
    } finally {
      turn.done(moved);
      store.rightOfWay.worked(moved);
    }
  }

  function report(result: BatchResult, startedAt: number): void {
    done(result);
    if (result.works.length === 0) return;
    const states: Record<string, number> = {};
    for (const one of result.settled) states[one.state] = (states[one.state] ?? 0) + 1;
    const problems = result.works.flatMap(({ delivery, outcome }) => {
      if (!('message' in outcome)) return [];
      return [{ organisationId: delivery.organisationId, deliveryId: delivery.id, system: delivery.system, code: outcome.code, message: outcome.message }];
    });
    const oldest = Math.min(...result.works.map((work) => Date.parse(work.delivery.receivedAt)));
    const now = clock.now();
    const organisations = [...new Set(result.works.map(({ delivery }) => delivery.organisationId))];
    const whose = organisations.length === 1 ? { organisationId: organisations[0] } : { organisations: organisations.length };
    const fields = { ...whose, deliveries: result.works.length, states, events: result.events, durationMs: now - startedAt, oldestWaitedMs: now - oldest };
    log.info(problems.length > 0 ? { ...fields, problems } : fields, 'deliveries normalised');
  }

  /** One batch of one organisation; what fails rejects. */
  async function attempt(organisationId: string, finished: readonly Work[], limit: number, claimed: (all: readonly DeliveryInHand[]) => void, from?: From): Promise<number> {
    const startedAt = clock.now();
    const result = await workBatch({ store, vendors, random, organisationIds: [organisationId], finished, limit, mayFetch: rereads.gate(), claimed, ...(from ? { from } : {}) });
    report(result, startedAt);
    return result.works.length;
  }

  async function own(organisationId: string, most: number): Promise<{ moved: number; more: boolean }> {
    const size = Math.min(pace.size(), most);
    const finished = rereads.collect(organisationId, size);
    let claimed = 0;
    const startedAt = performance.now();
    try {
      const moved = await attempt(organisationId, finished, size - finished.length, (all) => (claimed = all.length));
      pace.went(size, moved, performance.now() - startedAt);
      return { moved, more: moved >= size };
    } catch (error) {
      const answers = await databaseAnswers();
      if (!answers || claimed === 0) {
        rereads.giveBack(finished);
        throw error;
      }
      log.warn({ organisationId, deliveries: claimed, err: error }, 'a batch failed; the one at fault is looked for');
      let moved = 0;
      for (const work of finished) moved += await single(organisationId, [work], 0);
      for (const from of ['ahead', 'line'] as const) moved += await narrowed(organisationId, claimed - finished.length, from);
      return { moved, more: moved >= size };
    }
  }

  /** Something among the next so many cannot be written: looked for by halves, so that the others are hardly kept waiting, and set aside for a person. */
  async function narrowed(organisationId: string, count: number, from: From): Promise<number> {
    if (count <= 0) return 0;
    if (count === 1) return single(organisationId, [], 1, from);
    const half = Math.ceil(count / 2);
    let moved = 0;
    for (const part of [half, count - half]) {
      try {
        moved += await attempt(organisationId, [], part, () => undefined, from);
      } catch (error) {
        if (!(await databaseAnswers())) throw error;
        moved += await narrowed(organisationId, part, from);
      }
    }
    return moved;
  }

  async function single(organisationId: string, finished: readonly Work[], limit: number, from?: From): Promise<number> {
    const startedAt = clock.now();
    const shared = { store, vendors, random, organisationIds: [organisationId], limit, mayFetch: rereads.gate(), ...(from ? { from } : {}) };
    let culprit: DeliveryInHand | undefined;
    let result: BatchResult;
    try {
      result = await workBatch({ ...shared, finished, claimed: ([one]) => (culprit = one) });
    } catch (error) {
      if (!(await databaseAnswers())) {
        rereads.giveBack(finished);
        throw error;
      }
      const aside = quarantined('normalise.shape_unknown', messageOf(error));
      // Another process may take it first; then whatever comes instead is understood as usual.
      const decide = (delivery: DeliveryInHand) => (delivery.id === culprit?.id ? aside : understand(delivery, vendors));
      result = await workBatch({ ...shared, finished: finished.map(({ delivery }) => ({ delivery, outcome: aside })), decide });
    }
    report(result, startedAt);
    return result.works.length;
  }

  async function together(wanted: readonly string[], most: number): Promise<{ moved: number; taken: number; more: string[] }> {
    const startedAt = clock.now();
    const each = Math.min(EACH, most);
    const organisationIds = wanted.slice(0, Math.min(TOGETHER, Math.max(2, Math.floor(most / each))));
    const taken = organisationIds.length;
    const finished = organisationIds.flatMap((id) => rereads.collect(id, each));
    try {
      const result = await workBatch({ store, vendors, random, organisationIds, finished, limit: each, mayFetch: rereads.gate() });
      const free = new Set(result.organisationIds);
      rereads.giveBack(finished.filter(({ delivery }) => !free.has(delivery.organisationId)));
      report(result, startedAt);
      const counts = new Map<string, number>();
      for (const { delivery } of result.works) counts.set(delivery.organisationId, (counts.get(delivery.organisationId) ?? 0) + 1);
      return { moved: result.works.length, taken, more: organisationIds.filter((id) => !free.has(id) || (counts.get(id) ?? 0) >= each) };
    } catch (error) {
      rereads.giveBack(finished);
      if (!(await databaseAnswers())) throw error;
      log.warn({ organisations: taken, err: error }, 'a batch of several organisations failed; each has its own turn');
      return { moved: 0, taken, more: [...organisationIds] };
    }
  }

  async function databaseAnswers(): Promise<boolean> {
    try {
      await sql`select 1`.execute(store.database.system);
      return true;
    } catch {
      // Whatever the reason: then the fault is not in the delivery, and the line waits.
      return false;
    }
  }

  return {
    own: (organisationId) => inTurn((most) => own(organisationId, most)),
    together: (organisationIds) => inTurn((most) => together(organisationIds, most)),
    rest: (sinceMs) => pace.rest(sinceMs),
  };
}
