import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Clock, Http } from '../../core/ports/ports.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Hint, VendorModule } from '../../core/vendors/vendor.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Calls } from '../calls/calls.ts';
import { freshAccess, type FreshAccess } from '../systems/freshAccess.ts';
import { insist } from '../systems/insist.ts';
import type { Desk } from '../desk/desk.ts';
import { deskCalls } from './byDesk.ts';
import { messageOf, quarantined, storable, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';

/** Re-reads at the same time, and how many of them one connection may have: a source that hangs must not stop the others. */
const AT_ONCE = 24;
const AT_ONCE_PER_CONNECTION = 4;
/** Re-reads that may wait for their turn, of all and of one connection. */
const MAX_WAITING = 1_024;
const MAX_WAITING_PER_CONNECTION = 64;
/** However many calls a re-read makes and however slowly each is answered, it is given up after this. */
const READ_LIMIT_MS = 90_000;

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
export function createRereads(options: {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly cameBack: () => void;
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'> | undefined;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Milliseconds for one re-read. */
  readonly readLimitMs?: number;
}): Rereads {
  const { store, vendors, http, clock, cameBack, desk, calls, readLimitMs = READ_LIMIT_MS } = options;
  const queue: { delivery: DeliveryInHand; hints: readonly Hint[] }[] = [];
  const running = new Map<Promise<void>, DeliveryInHand>();
  const busy = (connectionId: string) => [...running.values()].filter((delivery) => delivery.connectionId === connectionId).length;
  const finished = new Map<string, Work[]>();
  let stopped = false;

  /** The vendor's folder has its own limits for each call; this one holds whatever it does. */
  async function readInTime(delivery: DeliveryInHand, hints: readonly Hint[]): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      const message = `The re-read was not done within ${readLimitMs} ms.`;
      timer = setTimeout(() => resolve({ kind: 'unanswered', code: 'normalise.reread_failed', message, retryAfterMs: null, ms: readLimitMs }), readLimitMs);
    });
    try {
      return await Promise.race([read(delivery, hints), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function read(delivery: DeliveryInHand, hints: readonly Hint[]): Promise<Outcome> {
    const startedAt = clock.now();
    const unanswered = (code: ErrorCode, message: string, retryAfterMs: number | null): Outcome => ({ kind: 'unanswered', code, message, retryAfterMs, ms: clock.now() - startedAt });
    const vendor = vendors(delivery.system);
    if (!vendor?.reread) return quarantined('normalise.event_unknown', `No re-read is installed for ${delivery.system}.`);
    try {
      const access = await freshAccess({ internals: store, vendors, http, clock, calls }, delivery.organisationId, delivery.connectionId);
      if (!access.ok && access.error.code === 'connect.leave_ended') return { kind: 'held', noLeave: true };
      if (!access.ok) return unanswered(access.error.code, access.error.message, null);
      const changes: Change[] = [];
      const { connectionId, organisationId } = delivery;
      const hand = access.value.keptBy === null ? null : deskCalls({ internals: store, desk, organisationId, connectionId, settings: access.value.settings });
      const insisting = insist({ internals: store, vendors, http, clock, calls }, organisationId, access.value);
      const { manifest } = vendor;
      const by = (secrets: FreshAccess['secrets']) => calls?.of({ manifest, organisationId, connectionId, secrets, purpose: 'source.reread' }) ?? http;
      const ask = vendor.reread;
      for (const hint of hints) {
        const called = await hand?.reread(hint);
        if (called?.kind === 'stopped') return called.stopped.moved ? await read(delivery, hints) : { kind: 'held', why: called.stopped.code };
        const answer = called?.read ?? (await insisting.call((with_) => ask(hint, with_, { http: by(with_.secrets), clock })));
        const over = insisting.over();
        if (over?.code === 'connect.leave_ended') return { kind: 'held', noLeave: true };
        if (over) return unanswered(over.code, over.message, null);
        if (answer.ok) {
          changes.push(...answer.value);
          continue;
        }
        const { code, message, retryable, retryAfterMs } = answer.error;
        if (code === 'normalise.no_access') return { kind: 'noAccess', code, message, ms: clock.now() - startedAt };
        return retryable ? unanswered(code, message, retryAfterMs) : quarantined(code, message);
      }
      return { kind: 'changes', changes: storable(changes) };
    } catch (error) {
      return unanswered('normalise.reread_failed', messageOf(error), null);
    }
  }

  function next(): void {
    while (!stopped && running.size < AT_ONCE) {
      const place = queue.findIndex((job) => busy(job.delivery.connectionId) < AT_ONCE_PER_CONNECTION);
      const [job] = place < 0 ? [] : queue.splice(place, 1);
      if (!job) return;
      const { delivery, hints } = job;
      const one: Promise<void> = readInTime(delivery, hints).then((outcome) => {
        running.delete(one);
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
