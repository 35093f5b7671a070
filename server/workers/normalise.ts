import { sql } from 'kysely';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { workBatch, type BatchResult } from './batch.ts';
import { messageOf, quarantined, understand, type DeliveryInHand, type Work } from './outcome.ts';
import { createRereads } from './reread.ts';
import { LEASE_MS } from './settle.ts';
import { createTurns } from './turns.ts';

const BATCH = 64;
/** Organisations that are worked on in one transaction, and deliveries of each. */
const TOGETHER = 64;
const EACH = 8;
/** Batches of one organisation in a row before the others have their turn. */
const TURN = 8;
/** The queue is looked at after this long even if nobody called; more often where the call comes from another process and may be lost. */
const LONGEST_SLEEP_MS = { embedded: 5_000, postgresql: 1_000 } as const;

export interface NormaliserOptions {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Told when a webhook says that its source should be looked at. */
  readonly lookNow?: () => void;
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
  const longestSleepMs = LONGEST_SLEEP_MS[store.database.kind];
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

  function begin({ works, settled, looks }: BatchResult): void {
    if (looks.length > 0) options.lookNow?.();
    settled.forEach((one, index) => {
      const outcome = works[index]?.outcome;
      if (!one.inHand || outcome?.kind !== 'reread') return;
      unfinished += 1;
      rereads.take(one.delivery, outcome.hints);
    });
  }

  function report(result: BatchResult, startedAt: number): void {
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

  /** Returns how many deliveries were moved on. */
  async function batch(organisationId: string): Promise<number> {
    const startedAt = clock.now();
    const finished = rereads.collect(organisationId, BATCH);
    const claimed: DeliveryInHand[] = [];
    try {
      const limit = BATCH - finished.length;
      const result = await workBatch({ store, vendors, random, organisationIds: [organisationId], finished, limit, mayFetch: rereads.gate(), claimed: (all) => claimed.push(...all) });
      begin(result);
      report(result, startedAt);
      return result.works.length;
    } catch (error) {
      const answers = await databaseAnswers();
      if (!answers || claimed.length === 0) {
        rereads.giveBack(finished);
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
    const shared = { store, vendors, random, organisationIds: [organisationId], limit, mayFetch: rereads.gate() };
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
    begin(result);
    report(result, startedAt);
    return result.works.length;
  }

  /**
   * A little of each of many organisations in one transaction; answers how many were moved on, and of whom there may be
   * more. Whatever fails is left for the organisations' own turns, where the one at fault is found.
   */
  async function together(organisationIds: readonly string[]): Promise<{ moved: number; more: string[] }> {
    const startedAt = clock.now();
    const finished = organisationIds.flatMap((id) => rereads.collect(id, EACH));
    try {
      const result = await workBatch({ store, vendors, random, organisationIds, finished, limit: EACH, mayFetch: rereads.gate() });
      const free = new Set(result.organisationIds);
      rereads.giveBack(finished.filter(({ delivery }) => !free.has(delivery.organisationId)));
      begin(result);
      report(result, startedAt);
      const counts = new Map<string, number>();
      for (const { delivery } of result.works) counts.set(delivery.organisationId, (counts.get(delivery.organisationId) ?? 0) + 1);
      return { moved: result.works.length, more: organisationIds.filter((id) => !free.has(id) || (counts.get(id) ?? 0) >= EACH) };
    } catch (error) {
      rereads.giveBack(finished);
      if (!(await databaseAnswers())) throw error;
      log.warn({ organisations: organisationIds.length, err: error }, 'a batch of several organisations failed; each has its own turn');
      return { moved: 0, more: [...organisationIds] };
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

  async function due(): Promise<string[]> {
    const rows = await store.database.system
      .selectFrom('deliveries')
      .select('organisationId')
      .distinct()
      .where('state', 'in', ['received', 'waiting'])
      .where((eb) => eb.or([eb('nextAttemptAt', 'is', null), eb('nextAttemptAt', '<=', instant(clock))]))
      .execute();
    return [...new Set([...rereads.organisations(), ...rows.map((row) => row.organisationId)])].filter((id) => !turns.has(id));
  }

  async function ownTurn(organisationId: string): Promise<number> {
    let moved = 0;
    for (let turn = 0; turn < TURN && !stopped; turn += 1) {
      const count = await batch(organisationId);
      moved += count;
      if (count < BATCH) break;
    }
    return moved;
  }
  const turns = createTurns({ work: ownTurn, wentOn: wake, log });

  async function pass(): Promise<number> {
    let moved = 0;
    const waiting = await due();
    // Several workers begin at different places, so that they do not wait for each other's locks all the way.
    const from = Math.floor(random() * waiting.length);
    const turned = [...waiting.slice(from), ...waiting.slice(0, from)];
    const more: string[] = [];
    for (let at = 0; at < turned.length && !stopped; at += TOGETHER) {
      const some = turned.slice(at, at + TOGETHER);
      await renewLeases();
      if (some.length < 2) more.push(...some);
      else {
        const done = await together(some);
        moved += done.moved;
        more.push(...done.more);
      }
    }
    for (const organisationId of more) {
      do await renewLeases();
      while (!(await turns.room()));
      moved += await turns.take(organisationId);
    }
    return moved;
  }

  async function sleepMs(): Promise<number> {
    const row = await store.database.system
      .selectFrom('deliveries')
      .select((eb) => eb.fn.min('nextAttemptAt').as('at'))
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    const at = row?.at ? Date.parse(row.at) - clock.now() : longestSleepMs;
    return Math.min(Math.max(at, 10), longestSleepMs);
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
        if (!woken && unfinished === 0 && turns.count() === 0 && rereads.organisations().length === 0) {
          for (const tell of quiet) tell();
          quiet.clear();
        }
        await sleep(ms);
      } catch (error) {
        troubles += 1;
        log.error({ err: error, troubles }, 'the normaliser could not work');
        woken = false;
        await sleep(Math.min(200 * 2 ** troubles, LONGEST_SLEEP_MS.embedded));
      }
    }
  }

  /**
   * What a former run held in its hands when it ended is free again. Other workers' hands are left alone: if one of
   * them ended, its leases run out by themselves.
   */
  async function release(): Promise<void> {
    let alone = await store.peers.worksAlone();
    // After a crash the database takes a moment to see that the former run is gone.
    for (let tries = 0; !alone && tries < 5; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      alone = await store.peers.worksAlone();
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
      await turns.ended();
      await rereads.stop();
      for (const organisationId of rereads.organisations()) {
        const finished = rereads.collect(organisationId, Number.MAX_SAFE_INTEGER);
        try {
          await workBatch({ store, vendors, random, organisationIds: [organisationId], finished, limit: 0, mayFetch: () => false });
        } catch (error) {
          // They stay in the database as waiting and are read again at the next start.
          log.error({ err: error, deliveries: finished.length }, 're-reads could not be written at the end');
        }
      }
      for (const tell of quiet) tell();
    },
  };
}
