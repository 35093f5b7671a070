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
import { messageOf, quarantined, storable, type Called, type DeliveryInHand, type Outcome } from './outcome.ts';

/** However many calls a re-read makes and however slowly each is answered, it is given up after this. */
const READ_LIMIT_MS = 90_000;

export interface SourceReaderOptions {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'> | undefined;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Milliseconds for one re-read. */
  readonly readLimitMs?: number | undefined;
}

/** What a delivery's objects are at their source now. Never throws. */
export type SourceReader = (delivery: DeliveryInHand, hints: readonly Hint[]) => Promise<Outcome>;

/** Reads objects with the access of their connection; touches no transaction and no breaker. */
export function createSourceReader({ store, vendors, http, clock, desk, calls, readLimitMs = READ_LIMIT_MS }: SourceReaderOptions): SourceReader {
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
    const took = (status?: number): Called => ({ ms: clock.now() - startedAt, status });
    const unanswered = (code: ErrorCode, message: string, retryAfterMs: number | null, status?: number): Outcome => ({ kind: 'unanswered', code, message, retryAfterMs, ...took(status) });
    const vendor = vendors(delivery.system);
    if (!vendor?.reread) return quarantined('normalise.event_unknown', `No re-read is installed for ${delivery.system}.`);
    try {
      const access = await freshAccess({ internals: store, vendors, http, clock, calls }, delivery.organisationId, delivery.connectionId);
      if (!access.ok && access.error.code === 'connect.leave_ended') return { kind: 'held', noLeave: true };
      if (!access.ok) return unanswered(access.error.code, access.error.message, null);
      const changes: Change[] = [];
      const { connectionId, organisationId } = delivery;
      const hand = access.value.keptBy === null ? null : deskCalls({ internals: store, desk, organisationId, connectionId, system: delivery.system, settings: access.value.settings, mark: access.value.mark });
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
        const { code, message, retryable, retryAfterMs, status } = answer.error;
        if (code === 'normalise.no_access') return { kind: 'noAccess', code, message, ...took(status) };
        return retryable ? unanswered(code, message, retryAfterMs, status) : { kind: 'quarantined', code, message, ...took(status) };
      }
      return { kind: 'changes', changes: storable(changes), readAt: startedAt, ms: clock.now() - startedAt };
    } catch (error) {
      return unanswered('normalise.reread_failed', messageOf(error), null);
    }
  }

  return readInTime;
}
