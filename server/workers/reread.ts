import type { Hint } from '../../core/vendors/vendor.ts';
import type { Outcome, Work, DeliveryInHand } from './outcome.ts';
import { createSourceReader, type SourceReaderOptions } from './readSource.ts';

/** Re-reads at the same time, and how many of them one connection may have: a source that hangs must not stop the others. */
const AT_ONCE = 24;
const AT_ONCE_PER_CONNECTION = 4;
/** Re-reads that may wait for their turn, of all and of one connection. */
const MAX_WAITING = 1_024;
const MAX_WAITING_PER_CONNECTION = 64;

export interface Rereads {
  /** A counter for one batch: true as long as one more re-read of that connection can be taken on. */
  gate(): (connectionId: string) => boolean;
  /** Deliveries that are being read, wait for it, or have come back and are not written yet. */
  inHand(): string[];
  take(delivery: DeliveryInHand, hints: readonly Hint[]): void;
  /** Takes what has come back for an organisation, at most `limit`. */
  collect(organisationId: string, limit: number): Work[];
  /** Gives back what could not be written yet. */
  giveBack(works: readonly Work[]): void;
  organisations(): string[];
  /** No new calls; settles when those under way have come back. What was not begun is released at the next start. */
  stop(): Promise<void>;
}

/** Reads objects from their source, outside of any transaction, a few at a time. */
export function createRereads({ cameBack, reread, ...options }: SourceReaderOptions & { readonly cameBack: () => void; /** Told how a re-read has ended. */ readonly reread?: ((system: string, outcome: Outcome['kind']) => void) | undefined }): Rereads {
  const read = createSourceReader(options);
  const queue: { delivery: DeliveryInHand; hints: readonly Hint[] }[] = [];
  const running = new Map<Promise<void>, DeliveryInHand>();
  const busy = (connectionId: string) => [...running.values()].filter((delivery) => delivery.connectionId === connectionId).length;
  const finished = new Map<string, Work[]>();
  let stopped = false;

  function next(): void {
    while (!stopped && running.size < AT_ONCE) {
      const place = queue.findIndex((job) => busy(job.delivery.connectionId) < AT_ONCE_PER_CONNECTION);
      const [job] = place < 0 ? [] : queue.splice(place, 1);
      if (!job) return;
      const { delivery, hints } = job;
      const one: Promise<void> = read(delivery, hints).then((outcome) => {
        running.delete(one);
        reread?.(delivery.system, outcome.kind);
        giveBack([{ delivery, outcome }]);
        cameBack();
        next();
      });
      running.set(one, delivery);
    }
  }

  function giveBack(works: readonly Work[]): void {
    for (const work of works) {
      const { organisationId } = work.delivery;
      const own = finished.get(organisationId) ?? [];
      finished.set(organisationId, own);
      own.push(work);
    }
  }

  return {
    gate() {
      const taken = new Map<string, number>();
      for (const { delivery } of queue) taken.set(delivery.connectionId, (taken.get(delivery.connectionId) ?? 0) + 1);
      let all = queue.length;
      return (connectionId) => {
        const own = taken.get(connectionId) ?? 0;
        if (all >= MAX_WAITING || own >= MAX_WAITING_PER_CONNECTION) return false;
        taken.set(connectionId, own + 1);
        all += 1;
        return true;
      };
    },
    inHand: () => [...queue.map((job) => job.delivery.id), ...[...running.values()].map((delivery) => delivery.id), ...[...finished.values()].flat().map((work) => work.delivery.id)],
    take(delivery, hints) {
      queue.push({ delivery, hints });
      next();
    },
    collect(organisationId, limit) {
      const all = finished.get(organisationId) ?? [];
      const taken = all.slice(0, limit);
      const rest = all.slice(limit);
      if (rest.length > 0) finished.set(organisationId, rest);
      else finished.delete(organisationId);
      return taken;
    },
    giveBack,
    organisations: () => [...finished.keys()],
    async stop() {
      stopped = true;
      queue.length = 0;
      await Promise.all(running.keys());
    },
  };
}
