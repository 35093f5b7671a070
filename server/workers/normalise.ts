import { sql } from 'kysely';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { workBatch, type BatchResult } from './batch.ts';
import { messageOf, quarantined, understand, type DeliveryInHand, type Work } from './outcome.ts';
import { createRereads } from './reread.ts';
import { LEASE_MS } from './settle.ts';

const BATCH = 64;
/** Batches of one organisation in a row before the others have their turn. */
const TURN = 8;
/** The queue is looked at after this long even if nobody called. */
const LONGEST_SLEEP_MS = 5_000;

export interface NormaliserOptions {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Milliseconds after which a re-read is given up; the standard unless a test is in a hurry. */
  readonly readLimitMs?: number;
}

export interface Normaliser {
  /** Looks at the queue now. */
  wake(): void;
  /** Settles when nothing is due and no re-read is under way. */
  idle(): Promise<void>;
  /** Ends after the batch in hand; re-reads under way are still written. */
  stop(): Promise<void>;
}

/**
 * The line from stored deliveries to the record. Woken by new deliveries and by retries that fall due; begins with
 * whatever a former run has left.
 */
export function startNormaliser(options: NormaliserOptions): Normaliser {
  const { vendors, log, clock } = options;
  const store = { ...options.store.internals, clock, ids: options.ids };
  const random = options.random ?? Math.random;
  let stopped = false;
  let woken = true;
  let rouse: () => void = () => undefined;
  let troubles = 0;
  let unfinished = 0;
  const wake = () => {
    woken = true;
    rouse();
  };
  const rereads = createRereads({
    store,
    vendors,
    http: options.http,
    clock,
    ...(options.readLimitMs === undefined ? {} : { readLimitMs: options.readLimitMs }),
    cameBack() {
      unfinished -= 1;
      wake();
    },
  });
  const quiet = new Set<() => void>();
  const forget = store.onDeliveries(wake);

  function begin(organisationId: string, { works, settled }: BatchResult): void {
    settled.forEach((one, index) => {
      const outcome = works[index]?.outcome;
      if (!one.inHand || outcome?.kind !== 'reread') return;
      unfinished += 1;
      rereads.take(organisationId, one.delivery, outcome.hints);
    });
  }

  function report(organisationId: string, result: BatchResult, startedAt: number): void {
    const states: Record<string, number> = {};
    for (const one of result.settled) states[one.state] = (states[one.state] ?? 0) + 1;
    const problems = result.works.flatMap(({ delivery, outcome }) => {
      if (!('message' in outcome)) return [];
      return [{ deliveryId: delivery.id, system: delivery.system, code: outcome.code, message: outcome.message }];
    });
    const oldest = Math.min(...result.works.map((work) => Date.parse(work.delivery.receivedAt)));
    const now = clock.now();
    const fields = { organisationId, deliveries: result.works.length, states, events: result.events, durationMs: now - startedAt, oldestWaitedMs: now - oldest };
    log.info(problems.length > 0 ? { ...fields, problems } : fields, 'deliveries normalised');
  }

  /** Returns how many deliveries were moved on. */
  async function batch(organisationId: string): Promise<number> {
    const startedAt = clock.now();
    const finished = rereads.collect(organisationId, BATCH);
    const claimed: DeliveryInHand[] = [];
    try {
      const limit = BATCH - finished.length;
      const result = await workBatch({ store, vendors, random, organisationId, finished, limit, mayFetch: rereads.gate(), claimed: (all) => claimed.push(...all) });
      begin(organisationId, result);
      if (result.works.length > 0) report(organisationId, result, startedAt);
      return result.works.length;
    } catch (error) {
      const answers = await databaseAnswers();
      if (!answers || claimed.length === 0) {
        rereads.giveBack(organisationId, finished);
        throw error;
      }
      log.warn({ organisationId, deliveries: claimed.length, err: error }, 'a batch failed and is worked through one by one');
      return oneByOne(organisationId, finished, claimed.length - finished.length);
    }
  }

  /** Something in the batch cannot be written: found by going through it singly, and set aside for a person. */
  async function oneByOne(organisationId: string, finished: readonly Work[], others: number): Promise<number> {
    let moved = 0;
    for (const work of finished) moved += await single(organisationId, [work], 0);
    for (let count = 0; count < others; count += 1) moved += await single(organisationId, [], 1);
    return moved;
  }

  async function single(organisationId: string, finished: readonly Work[], limit: number): Promise<number> {
    const startedAt = clock.now();
    const shared = { store, vendors, random, organisationId, limit, mayFetch: rereads.gate() };
    let culprit: DeliveryInHand | undefined;
    let result: BatchResult;
    try {
      result = await workBatch({ ...shared, finished, claimed: ([one]) => (culprit = one) });
    } catch (error) {
      if (!(await databaseAnswers())) {
        rereads.giveBack(organisationId, finished);
        throw error;
      }
      const aside = quarantined('normalise.shape_unknown', messageOf(error));
      // Another process may take it first; then whatever comes instead is understood as usual.
      const decide = (delivery: DeliveryInHand) => (delivery.id === culprit?.id ? aside : understand(delivery, vendors));
      result = await workBatch({ ...shared, finished: finished.map(({ delivery }) => ({ delivery, outcome: aside })), decide });
    }
    begin(organisationId, result);
    if (result.works.length > 0) report(organisationId, result, startedAt);
    return result.works.length;
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

  async function due(): Promise<string[]> {
    const rows = await store.database.system
      .selectFrom('deliveries')
      .select('organisationId')
      .distinct()
      .where('state', 'in', ['received', 'waiting'])
      .where((eb) => eb.or([eb('nextAttemptAt', 'is', null), eb('nextAttemptAt', '<=', instant(clock))]))
      .execute();
    return [...new Set([...rereads.organisations(), ...rows.map((row) => row.organisationId)])];
  }

  async function pass(): Promise<number> {
    let moved = 0;
    for (const organisationId of await due()) {
      for (let turn = 0; turn < TURN && !stopped; turn += 1) {
        const count = await batch(organisationId);
        moved += count;
        if (count < BATCH) break;
      }
    }
    return moved;
  }

  async function sleepMs(): Promise<number> {
    const row = await store.database.system
      .selectFrom('deliveries')
      .select((eb) => eb.fn.min('nextAttemptAt').as('at'))
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    const at = row?.at ? Date.parse(row.at) - clock.now() : LONGEST_SLEEP_MS;
    return Math.min(Math.max(at, 10), LONGEST_SLEEP_MS);
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken || stopped) rouse();
    });
  }

  let renewedAt = clock.now();
  /** A re-read may wait long for its turn; as long as we live, nobody else should begin it. */
  async function renewLeases(): Promise<void> {
    if (clock.now() - renewedAt < LEASE_MS / 4) return;
    renewedAt = clock.now();
    const ids = rereads.inHand();
    if (ids.length === 0) return;
    const nextAttemptAt = new Date(renewedAt + LEASE_MS).toISOString();
    await store.database.system.updateTable('deliveries').set({ nextAttemptAt }).where('id', 'in', ids).where('state', '=', 'waiting').where('inHand', '=', true).execute();
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      try {
        await renewLeases();
        const moved = await pass();
        troubles = 0;
        if (moved > 0 || woken || stopped) continue;
        const ms = await sleepMs();
        if (!woken && unfinished === 0 && rereads.organisations().length === 0) {
          for (const tell of quiet) tell();
          quiet.clear();
        }
        await sleep(ms);
      } catch (error) {
        troubles += 1;
        log.error({ err: error, troubles }, 'the normaliser could not work');
        woken = false;
        await sleep(Math.min(200 * 2 ** troubles, LONGEST_SLEEP_MS));
      }
    }
  }

  /**
   * What a former run held in its hands when it ended is free again. Other processes' hands are left alone: if one of
   * them ended, its leases run out by themselves.
   */
  async function release(): Promise<void> {
    let alone = await store.peers.alone();
    // After a crash the database takes a moment to see that the former run is gone.
    for (let tries = 0; !alone && tries < 5; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      alone = await store.peers.alone();
    }
    if (!alone) return;
    await store.database.system.updateTable('deliveries').set({ inHand: false, nextAttemptAt: instant(clock) }).where('state', '=', 'waiting').where('inHand', '=', true).execute();
  }

  const running = release()
    .catch((error: unknown) => log.error({ err: error }, 'deliveries left by a former run could not be released'))
    .then(run);

  return {
    wake,
    idle() {
      return new Promise((resolve) => {
        quiet.add(resolve);
        wake();
      });
    },
    async stop() {
      forget();
      stopped = true;
      rouse();
      await running;
      await rereads.stop();
      for (const organisationId of rereads.organisations()) {
        const finished = rereads.collect(organisationId, Number.MAX_SAFE_INTEGER);
        try {
          await workBatch({ store, vendors, random, organisationId, finished, limit: 0, mayFetch: () => false });
        } catch (error) {
          // They stay in the database as waiting and are read again at the next start.
          log.error({ err: error, deliveries: finished.length }, 're-reads could not be written at the end');
        }
      }
      for (const tell of quiet) tell();
    },
  };
}
