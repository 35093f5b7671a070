import { createHmac } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { retryAfterMs } from '../../core/contract/retryAfter.ts';
import type { CallPurpose } from '../../core/contract/figures.ts';
import { outcomeOf, type CallOutcome } from '../../core/domain/figures/counts.ts';
import type { Clock, Http, HttpRequest, HttpResponse } from '../../core/ports/ports.ts';
import type { VendorManifest } from '../../core/vendors/manifest.ts';
import { accountText } from '../../core/vendors/account.ts';
import type { AuditLine } from '../store/store.ts';
import { createLane, type Lane } from './lanes.ts';

/**
 * The door of every call that is made with a connection's access: kept to the vendor's limits, quiet while the vendor has
 * asked for it, and counted in the audit trail. Breakers and retries are decided by whoever calls.
 */

/** What a call is for, as the audit trail names it. */
export type Purpose = 'source.look' | 'source.reread' | 'source.test' | 'source.renew' | 'calendar.write' | 'calendar.watch';

export interface Caller {
  readonly manifest: Pick<VendorManifest, 'id' | 'limits' | 'oauth' | 'fields'>;
  /** Null = there is no connection yet. */
  readonly connectionId: string | null;
  readonly secrets: Readonly<Record<string, string>>;
  /** The mark of a key that is not here ({@link Calls.turn}); left out or null = `secrets` say whose account it is. */
  readonly mark?: string | null;
  /** Null = of nobody's house. */
  readonly organisationId: string | null;
  readonly purpose: Purpose;
}

/** What became of one call, for whoever counts. */
export interface MeasuredCall {
  readonly system: string;
  /** Null = there is no connection yet. */
  readonly connectionId: string | null;
  readonly purpose: CallPurpose;
  readonly outcome: CallOutcome;
  /** Milliseconds until the answer, or until there was none; waiting for its turn is not in it. */
  readonly tookMs: number;
}

/** A call that somebody else makes for us, with a key that is not here. */
export interface Turn {
  /** For so many milliseconds the account has asked to be left alone; 0 = it may be called. */
  readonly quietMs: number;
  /** To be told in any case, once; null = nobody was called. */
  over(made: Made | null): void;
}

export interface Made {
  /** Who called, as the audit trail names them: a device's id. */
  readonly by: string;
  /** What the audit trail says of it. */
  readonly said: string;
  readonly outcome: CallOutcome;
  /** Milliseconds for which the source has asked to be left alone; null = it has not. */
  readonly retryAfterMs: number | null;
}

export interface Calls {
  of(caller: Caller): Http;
  /** Settles when it is this call's turn, as one of the account's own. */
  turn(caller: Caller): Promise<Turn>;
}

export interface CallsOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly audit?: (line: AuditLine) => void;
  /** Told of each call, also of one that was spared. */
  readonly measured?: (call: MeasuredCall) => void;
  /** What marks of keys of an organisation are hashed with; the same as its desktops are given. */
  readonly salt?: (organisationId: string) => string;
  /** Processes that call for the same accounts; 1 where it is left out. */
  readonly sharers?: () => number;
  /** See `LaneOptions`; the machine's own unless a test says otherwise. */
  readonly now?: () => number;
}

interface Account {
  readonly key: string;
  readonly lane: Lane;
  /** Left alone until then because it has asked for it; milliseconds since the epoch. */
  quietUntil: number;
}

/** Accounts that are remembered; idle ones are forgotten beyond it. */
const MOST = 5_000;
/** What it has asked for stays its answer: nobody is called to hear it again. */
const asBefore = (waitMs: number): HttpResponse => ({ status: 429, headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) }, body: '' });

/**
 * The same key twice in one house is one account, wherever it is kept; leave is given to one connection, and its tokens change. Houses
 * never share one. Kept in memory only.
 */
function accountOf({ manifest, connectionId, organisationId, secrets, mark = null }: Caller, salt: (organisationId: string) => string): string {
  const text = mark === null ? accountText(manifest, secrets) : null;
  const marked = text === null ? mark : createHmac('sha256', organisationId === null ? '' : salt(organisationId)).update(text).digest('base64url');
  return JSON.stringify([organisationId, manifest.id, marked === null ? { connectionId } : { marked }]);
}

const PURPOSES: Readonly<Record<Purpose, CallPurpose>> = { 'source.look': 'look', 'source.reread': 'reread', 'source.test': 'test', 'source.renew': 'renew', 'calendar.write': 'write', 'calendar.watch': 'write' };

export function createCalls({ http, clock, audit, measured, salt = () => '', sharers = () => 1, now = () => performance.now() }: CallsOptions): Calls {
  const accounts = new Map<string, Account>();

  function account(caller: Caller): Account {
    const key = accountOf(caller, salt);
    const known = accounts.get(key);
    if (known) return known;
    if (accounts.size >= MOST) for (const [name, { lane, quietUntil }] of accounts) if (lane.idle() && quietUntil <= clock.now()) accounts.delete(name);
    const made: Account = { key, lane: createLane({ limits: caller.manifest.limits, sharers, now }), quietUntil: 0 };
    accounts.set(key, made);
    return made;
  }

  function note(caller: Caller, actor: string, said: string, outcome: CallOutcome, tookMs: number): void {
    const { manifest, connectionId, organisationId, purpose } = caller;
    measured?.({ system: manifest.id, connectionId, purpose: PURPOSES[purpose], outcome, tookMs });
    audit?.({ organisationId, at: new Date(clock.now()).toISOString(), action: purpose, actor, subject: connectionId ?? manifest.id, outcome: said });
  }

  return {
    async turn(caller) {
      const own = account(caller);
      await own.lane.enter();
      const begun = now();
      const quietMs = Math.max(0, own.quietUntil - clock.now());
      return {
        quietMs,
        over(made) {
          own.lane.leave();
          if (made === null && quietMs === 0) return;
          if (made?.retryAfterMs) own.quietUntil = Math.max(own.quietUntil, clock.now() + made.retryAfterMs);
          note(caller, made?.by ?? 'system', made?.said ?? 'spared', made?.outcome ?? 'spared', made === null ? 0 : now() - begun);
        },
      };
    },

    of(caller) {
      const told = (said: string, outcome: CallOutcome, tookMs: number) => note(caller, 'system', said, outcome, tookMs);

      async function send(own: Account, request: HttpRequest): Promise<HttpResponse> {
        const waitMs = own.quietUntil - clock.now();
        if (waitMs > 0) {
          told('spared', 'spared', 0);
          return asBefore(waitMs);
        }
        const begun = now();
        try {
          // Its connections are its own. What is only tried keeps none.
          const response = await http.send(caller.connectionId === null ? request : { ...request, keptFor: own.key });
          const { status, headers } = response;
          const asked = status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], clock.now()) : null;
          if (asked !== null) own.quietUntil = Math.max(own.quietUntil, clock.now() + asked);
          told(String(status), outcomeOf(status), now() - begun);
          return response;
        } catch (error) {
          told('no_answer', 'no_answer', now() - begun);
          throw error;
        }
      }

      return {
        async send(request) {
          const own = account(caller);
          await own.lane.enter();
          try {
            return await send(own, request);
          } finally {
            own.lane.leave();
          }
        },
      };
    },
  };
}
