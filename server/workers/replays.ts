import { ReplayOrder } from '../../core/contract/deliveries.ts';
import type { Log } from '../../core/ports/ports.ts';
import { endReplay, handOut, outstanding } from '../deliveries/replays.ts';
import { instant, type OpenedStore } from '../store/internals.ts';

/** Handed out together; the next ones once nearly all of these are begun, so that what comes new is never behind a long lot. */
const HANDED_AT_ONCE = 100;
const NEARLY_BEGUN = 10;
/** Re-reads that may be waiting for their source. */
const WAITING_AT_MOST = 500;
const WHILE_RUNNING_MS = 100;
const IDLE_MS = 1_000;

export interface Replayer {
  /** Ends after the turn in hand; what is not handed out yet goes on at the next start. */
  stop(): Promise<void>;
}

export interface ReplayerOptions {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly log: Log;
  /** Milliseconds between looks while one runs, and while none does; the standard unless a test is in a hurry. */
  readonly pace?: { readonly runningMs: number; readonly idleMs: number };
}

/** Works through running replays, a little of each organisation's at a time. Any number of processes may do so. */
export function startReplayer({ store, log, pace = { runningMs: WHILE_RUNNING_MS, idleMs: IDLE_MS } }: ReplayerOptions): Replayer {
  const { internals } = store;
  let stopped = false;
  let rouse: () => void = () => undefined;

  async function turn(organisationId: string, id: string): Promise<void> {
    const handed = await internals.writer.write(organisationId, async ({ tx }) => {
      const row = await tx.selectFrom('replays').select(['lot', 'placeAt', 'placeArrival', 'handedAll']).where('id', '=', id).where('state', '=', 'running').forUpdate().executeTakeFirst();
      if (!row) return false;
      const lot = ReplayOrder.safeParse(row.lot);
      if (!lot.success) {
        await endReplay(tx, id, 'failed', instant(internals.clock));
        return false;
      }
      const left = await outstanding(tx, id);
      if (row.handedAll) {
        if (left.received + left.waiting === 0) await endReplay(tx, id, 'done', instant(internals.clock));
        return false;
      }
      if (left.received > NEARLY_BEGUN || left.waiting > WAITING_AT_MOST) return false;
      const place = row.placeAt === null || row.placeArrival === null ? null : { at: row.placeAt, arrival: row.placeArrival };
      await handOut(tx, organisationId, { id, lot: lot.data, place }, HANDED_AT_ONCE);
      return true;
    });
    if (handed) internals.callWorkers();
  }

  async function pass(): Promise<number> {
    const running = await internals.database.system.selectFrom('replays').select(['id', 'organisationId']).where('state', '=', 'running').execute();
    for (const { id, organisationId } of running) {
      if (stopped) break;
      try {
        await turn(organisationId, id);
      } catch (error) {
        log.error({ err: error, organisationId, replayId: id }, 'a turn of a replay failed');
      }
    }
    return running.length;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      let running = 0;
      try {
        running = await pass();
      } catch (error) {
        log.error({ err: error }, 'replays could not be looked for');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, running > 0 ? pace.runningMs : pace.idleMs);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) rouse();
      });
    }
  }

  const ended = run();
  return {
    async stop() {
      stopped = true;
      rouse();
      await ended;
    },
  };
}
