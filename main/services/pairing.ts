import { HTTP } from '../../core/contract/http.ts';
import { codedError, type CodedError, type Refused } from '../../core/contract/errors.ts';
import { NotLetIn, type PairingState, type PairingStep } from '../../core/contract/pairing.ts';
import { ok, type Result } from '../../core/contract/result.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Companion } from './companion.ts';
import { ask, type Fetch } from './http.ts';
import { checkServerUrl } from './serverUrl.ts';
import { waitAfter } from './waits.ts';

export interface PairingOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly fetch: Fetch;
  readonly deviceName: string;
  readonly log: Log;
  readonly companion: () => Pick<Companion, 'adopt' | 'mayFound' | 'server' | 'status'>;
  readonly onChange: (state: PairingState) => void;
}

/** Pairing by a code (RFC 8628): the server gives a code, a person who is let in approves it, this desktop fetches its token. */
export interface Pairing {
  state(): PairingState;
  /** Errors come as the step `failed`, but an address that is none comes as an answer. A code for the same server that is still good is kept. */
  start(url: string): Promise<Result<PairingState, CodedError>>;
  cancel(): PairingState;
  /** The line's state has changed: this desktop may be let in again, or not any more. */
  linkChanged(): void;
}

const TIMEOUT_MS = 10_000;
/** RFC 8628: who is told that it asks too often waits five seconds longer from then on. */
const SLOWER_MS = 5_000;

export function createPairing(options: PairingOptions): Pairing {
  const { clock, timers, fetch, log } = options;
  let run = 0;
  let step: PairingStep = { step: 'idle' };
  let cancelPoll: (() => void) | null = null;
  let told = '';

  const needed = (): NotLetIn | null => {
    const { state, reason } = options.companion().status();
    const why = NotLetIn.safeParse(reason);
    return options.companion().server().mode === 'client' && state === 'refused' && why.success ? why.data : null;
  };
  const state = (): PairingState => ({ server: options.companion().server(), needed: needed(), mayFound: options.companion().mayFound(), pairing: step });
  const tell = (next: PairingStep = step) => {
    step = next;
    const now = state();
    const text = JSON.stringify(now);
    if (text !== told) options.onChange(now);
    told = text;
  };
  const stop = () => {
    run += 1;
    cancelPoll?.();
    cancelPoll = null;
  };
  const fail = (server: string, error: CodedError) => {
    stop();
    log.warn({ server, code: error.code }, 'pairing by a code came to nothing');
    tell({ step: 'failed', server, code: error.code });
  };

  const poll = (mine: number, server: string, secret: { readonly deviceCode: string; readonly until: number }, waitMs: number, refused?: Refused) => {
    cancelPoll = timers.after(refused ? waitAfter(refused, waitMs) : waitMs, () => {
      cancelPoll = null;
      void once();
    });
    const once = async (): Promise<void> => {
      if (clock.now() >= secret.until) return fail(server, codedError('auth.pairing_invalid', 'nobody approved it in time'));
      const answer = await ask(fetch, { method: 'POST', server, path: HTTP.redeemPairing.path, body: { deviceCode: secret.deviceCode }, answer: HTTP.redeemPairing.success, timeoutMs: TIMEOUT_MS });
      if (mine !== run) return;
      // The code may well outlive a hole in the line.
      if (!answer.ok) return answer.error.retryable ? poll(mine, server, secret, waitMs, answer.error) : fail(server, answer.error);
      if (answer.value.status === 'pending') return poll(mine, server, secret, waitMs);
      if (answer.value.status === 'slow_down') return poll(mine, server, secret, waitMs + SLOWER_MS);
      tell({ step: 'joining', server });
      const adopted = await options.companion().adopt(server, answer.value.token);
      if (mine !== run) return;
      if (!adopted.ok) return fail(server, adopted.error);
      log.info({ server, deviceId: answer.value.deviceId }, 'device paired by a code');
      stop();
      tell({ step: 'idle' });
    };
  };

  return {
    state,
    async start(url) {
      const checked = checkServerUrl(url);
      if (!checked.ok) return checked;
      const server = checked.value;
      if ((step.step === 'asking' || step.step === 'waiting' || step.step === 'joining') && step.server === server) return ok(state());
      stop();
      const mine = run;
      tell({ step: 'asking', server });
      const device = { name: options.deviceName.slice(0, 120) || 'desktop', kind: 'desktop' } as const;
      const answer = await ask(fetch, { method: 'POST', server, path: HTTP.startPairing.path, body: { device }, answer: HTTP.startPairing.success, timeoutMs: TIMEOUT_MS });
      if (mine !== run) return ok(state());
      if (!answer.ok) {
        fail(server, answer.error);
        return ok(state());
      }
      const { deviceCode, userCode, url: page, urlComplete, expiresAt, intervalSeconds } = answer.value;
      tell({ step: 'waiting', server, userCode, url: page, urlComplete, expiresAt });
      poll(mine, server, { deviceCode, until: Date.parse(expiresAt) }, intervalSeconds * 1000);
      return ok(state());
    },
    cancel() {
      stop();
      tell({ step: 'idle' });
      return state();
    },
    linkChanged() {
      tell();
    },
  };
}
