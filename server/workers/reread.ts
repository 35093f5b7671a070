import type { Clock, Http } from '../../core/ports/ports.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Hint, VendorModule } from '../../core/vendors/vendor.ts';
import { readConnectionAccess } from '../store/connections.ts';
import type { StoreInternals } from '../store/internals.ts';
import { messageOf, quarantined, storable, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';

/** Calls to vendors at the same time, and those that may wait for their turn. */
const AT_ONCE = 8;
const MAX_WAITING = 256;

export interface Rereads {
  readonly full: () => boolean;
  take(organisationId: string, delivery: DeliveryInHand, hints: readonly Hint[]): void;
  /** Takes what has come back for an organisation, at most `limit`. */
  collect(organisationId: string, limit: number): Work[];
  /** Gives back what could not be written yet. */
  giveBack(organisationId: string, works: readonly Work[]): void;
  organisations(): string[];
  /** No new calls; settles when those under way have come back. What was not begun is released at the next start. */
  stop(): Promise<void>;
}

/** Reads objects from their source, outside of any transaction, a few at a time. */
export function createRereads(options: {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly cameBack: () => void;
}): Rereads {
  const { store, vendors, http, clock, cameBack } = options;
  const queue: { organisationId: string; delivery: DeliveryInHand; hints: readonly Hint[] }[] = [];
  const running = new Set<Promise<void>>();
  const finished = new Map<string, Work[]>();
  let stopped = false;

  async function read(organisationId: string, delivery: DeliveryInHand, hints: readonly Hint[]): Promise<Outcome> {
    const vendor = vendors(delivery.system);
    if (!vendor?.reread) return quarantined('normalise.event_unknown', `No re-read is installed for ${delivery.system}.`);
    try {
      const access = await readConnectionAccess(store, organisationId, delivery.connectionId);
      if (!access.ok) return { kind: 'unanswered', code: access.error.code, message: access.error.message, retryAfterMs: null };
      const changes: Change[] = [];
      for (const hint of hints) {
        const answer = await vendor.reread(hint, access.value, { http, clock });
        if (answer.ok) {
          changes.push(...answer.value);
          continue;
        }
        const { code, message, retryable, retryAfterMs } = answer.error;
        return retryable ? { kind: 'unanswered', code, message, retryAfterMs } : quarantined(code, message);
      }
      return { kind: 'changes', changes: storable(changes) };
    } catch (error) {
      return { kind: 'unanswered', code: 'normalise.reread_failed', message: messageOf(error), retryAfterMs: null };
    }
  }

  function next(): void {
    while (!stopped && running.size < AT_ONCE) {
      const job = queue.shift();
      if (!job) return;
      const { organisationId, delivery, hints } = job;
      const one: Promise<void> = read(organisationId, delivery, hints).then((outcome) => {
        running.delete(one);
        giveBack(organisationId, [{ delivery, outcome }]);
        cameBack();
        next();
      });
      running.add(one);
    }
  }

  function giveBack(organisationId: string, works: readonly Work[]): void {
    finished.set(organisationId, [...(finished.get(organisationId) ?? []), ...works]);
  }

  return {
    full: () => queue.length >= MAX_WAITING,
    take(organisationId, delivery, hints) {
      queue.push({ organisationId, delivery, hints });
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
      await Promise.all(running);
    },
  };
}
