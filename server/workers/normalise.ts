import { setTimeout as pause } from 'node:timers/promises';
import { byPriority } from '../../core/domain/intake/priority.ts';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Calls } from '../calls/calls.ts';
import type { Desk } from '../desk/desk.ts';
import type { Counting } from '../figures/counting.ts';
import { countWorked } from '../figures/worked.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { createStatistics } from '../store/statistics.ts';
import { createUpkeep } from '../store/upkeep.ts';
import { workBatch, type BatchResult } from './batch.ts';
import { createBatches } from './batches.ts';
import type { Outcome } from './outcome.ts';
import { createRereads } from './reread.ts';
import { LEASE_MS } from './settle.ts';
import { createTurns } from './turns.ts';
import { waitingHouses, type Waiting } from './waiting.ts';

/** Batches of one organisation in a row before the others have their turn. */
const TURN = 8;
/** While turns go on by themselves, from the beginning of one look for others to the next at least. */
const BESIDE_MS = 50;
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
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'>;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Where what becomes of deliveries is counted; left out = nowhere. */
  readonly figures?: Counting;
  /** Told how a re-read has ended. */
  readonly reread?: (system: string, outcome: Outcome['kind']) => void;
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
  let turnEnded: () => void = () => undefined;
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
    desk: options.desk,
    calls: options.calls,
    clock,
    reread: options.reread,
    ...(options.readLimitMs === undefined ? {} : { readLimitMs: options.readLimitMs }),
    cameBack() {
      unfinished -= 1;
      wake();
    },
  });
  const quiet = new Set<() => void>();
  const statistics = createStatistics({ database: store.database, log });
  const upkeep = createUpkeep({ database: store.database, clock, log });
  const forget = store.onDeliveries(wake);

  function begin(result: BatchResult): void {
    const { works, settled, looks, events: recorded } = result;
    if (options.figures) countWorked(options.figures, result, clock.now());
    if (looks.length > 0) options.lookNow?.();
    statistics.grew(recorded);
    upkeep.look(false);
    settled.forEach((one, index) => {
      const outcome = works[index]?.outcome;
      if (!one.inHand || outcome?.kind !== 'reread') return;
      unfinished += 1;
      rereads.take(one.delivery, outcome.hints);
    });
  }

  async function due(): Promise<Waiting[]> {
    const { rows } = await waitingHouses(instant(clock)).execute(store.database.system);
    const back = rereads.organisations().map((organisationId): Waiting => ({ organisationId, priority: 'normal' }));
    // Of several about one house the last counts.
    return [...new Map([...back, ...rows].map((one) => [one.organisationId, one])).values()].filter(({ organisationId }) => !turns.has(organisationId));
  }

  async function ownTurn(organisationId: string): Promise<number> {
    let moved = 0;
    for (let turn = 0; turn < TURN && !stopped; turn += 1) {
      const done = await batches.own(organisationId);
      moved += done.moved;
      if (!done.more) break;
    }
    return moved;
  }
  const batches = createBatches({ store, vendors, random, clock, log, rereads, done: begin });
  const turns = createTurns({ work: ownTurn, wentOn() { turnEnded(); wake(); }, log });

  async function pass(): Promise<number> {
    let moved = 0;
    const waiting = await due();
    // Several workers begin at different places, so that they do not wait for each other's locks all the way.
    const from = Math.floor(random() * waiting.length);
    const turned = byPriority([...waiting.slice(from), ...waiting.slice(0, from)]).map((one) => one.organisationId);
    const more: string[] = [];
    let at = 0;
    while (turned.length - at > 1 && !stopped) {
      await renewLeases();
      const done = await batches.together(turned.slice(at));
      at += done.taken;
      moved += done.moved;
      more.push(...done.more);
    }
    more.push(...turned.slice(at));
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

  /**
   * While turns go on by themselves every commit of the intake wakes us, mostly for what they will see to anyway: what is of
   * other organisations waits for a moment. A turn that ends is heard at once.
   */
  async function beside(sinceMs: number): Promise<void> {
    const restMs = BESIDE_MS - sinceMs;
    if (restMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        turnEnded = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (turns.count() > 0) await sleep(longestSleepMs);
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
        const beganAt = performance.now();
        const moved = await pass();
        troubles = 0;
        if (moved > 0) await pause(batches.rest(performance.now() - beganAt));
        else if (turns.count() > 0) {
          await beside(performance.now() - beganAt);
          continue;
        }
        if (moved > 0 || woken || stopped) continue;
        const ms = await sleepMs();
        if (!woken && unfinished === 0 && turns.count() === 0 && rereads.organisations().length === 0) {
          for (const tell of quiet) tell();
          quiet.clear();
          upkeep.look(true);
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
      await statistics.idle();
      await upkeep.idle();
      await rereads.stop();
      for (const organisationId of rereads.organisations()) {
        const finished = rereads.collect(organisationId, Number.MAX_SAFE_INTEGER);
        try {
          const result = await workBatch({ store, vendors, random, organisationIds: [organisationId], finished, limit: 0, mayFetch: () => false });
          if (options.figures) countWorked(options.figures, result, clock.now());
        } catch (error) {
          // They stay in the database as waiting and are read again at the next start.
          log.error({ err: error, deliveries: finished.length }, 're-reads could not be written at the end');
        }
      }
      for (const tell of quiet) tell();
    },
  };
}
