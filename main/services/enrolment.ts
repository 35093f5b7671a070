import { codedError, type CodedError, type Refused } from '../../core/contract/errors.ts';
import { FOUNDING_HTTP, type HouseFields } from '../../core/contract/founding.ts';
import { HTTP } from '../../core/contract/http.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Log, Secrets } from '../../core/ports/ports.ts';
import { ask, type Fetch } from './http.ts';

export interface Device {
  readonly token: string;
  /** `stored` was read from the keychain and may have been revoked since; `fresh` was given out a moment ago. */
  readonly origin: 'stored' | 'fresh';
}

export interface EnrolmentTarget {
  /** Name of the server in the keychain; stable where its address is not. */
  readonly key: string;
  /** Origin of the server. */
  readonly server: string;
  /** A one-use ticket, or null when there is none to be had. */
  readonly ticket: () => Promise<string | null>;
}

export interface EnrolmentOptions {
  readonly secrets: Promise<Secrets>;
  readonly fetch: Fetch;
  readonly deviceName: string;
  readonly log: Log;
  /** The token could not be kept for the next start; said to the person once. */
  readonly onMemoryOnly: () => void;
}

export interface Enrolment {
  /** This device's token: from memory, else the keychain, else a ticket's exchange. */
  token(target: EnrolmentTarget): Promise<Result<Device, Refused>>;
  /** Exchanges the ticket whatever is stored. */
  enrol(target: EnrolmentTarget): Promise<Result<Device, Refused>>;
  /** Makes the server's first organisation by its founding token; this device is its owner's, and the token is kept. */
  found(target: Pick<EnrolmentTarget, 'key' | 'server'>, founding: string, house: HouseFields): Promise<Result<true, CodedError>>;
  /** Keeps a token that this device was given in another way than by a ticket. */
  keep(key: string, token: string): Promise<void>;
  /** The server refused it: forget it everywhere. */
  discard(key: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const entry = (key: string): string => `device-token ${key}`;

/** How this device comes to its token. Tokens are held in memory and in the keychain, never in a file of ours. */
export function createEnrolment(options: EnrolmentOptions): Enrolment {
  const { log } = options;
  const held = new Map<string, string>();
  let told = false;
  const memoryOnly = () => {
    if (!told) options.onMemoryOnly();
    told = true;
  };

  const stored = async (key: string): Promise<string | null> => {
    const secrets = await options.secrets;
    try {
      return await secrets.get(entry(key));
    } catch (error) {
      log.warn({ error, key }, 'the keychain refused to give the device token');
      return null;
    }
  };
  const keep = async (key: string, token: string): Promise<void> => {
    held.set(key, token);
    const secrets = await options.secrets;
    if (!secrets.available) return memoryOnly();
    try {
      await secrets.set(entry(key), token);
    } catch (error) {
      log.warn({ error, key }, 'the keychain refused to keep the device token');
      memoryOnly();
    }
  };

  const enrol: Enrolment['enrol'] = async (target) => {
    const ticket = await target.ticket();
    if (ticket === null) return err(codedError('auth.missing', 'this device is not paired with the server; a ticket is needed'));
    if (ticket.length < 20 || ticket.length > 200) return err(codedError('auth.ticket_invalid', 'this is not a ticket'));
    const answer = await ask(options.fetch, {
      method: 'POST',
      server: target.server,
      path: HTTP.enrol.path,
      body: { ticket, device: { name: options.deviceName.slice(0, 120) || 'desktop', kind: 'desktop' } },
      answer: HTTP.enrol.success,
      timeoutMs: TIMEOUT_MS,
    });
    if (!answer.ok) return answer;
    if (answer.value.token === null) return err(codedError('internal', 'the server gave no token'));
    await keep(target.key, answer.value.token);
    log.info({ deviceId: answer.value.deviceId, server: target.server }, 'device enrolled');
    return ok({ token: answer.value.token, origin: 'fresh' });
  };

  return {
    enrol,
    keep,
    async found(target, founding, house) {
      const { found } = FOUNDING_HTTP;
      const answer = await ask(options.fetch, {
        method: 'POST',
        server: target.server,
        path: found.path,
        body: { ...house, token: founding, device: { name: options.deviceName.slice(0, 120) || 'desktop', kind: 'desktop' } },
        answer: found.success,
        timeoutMs: TIMEOUT_MS,
      });
      if (!answer.ok) return answer;
      if (answer.value.token === null) return err(codedError('internal', 'the server gave no token'));
      await keep(target.key, answer.value.token);
      log.info({ deviceId: answer.value.deviceId, organisationId: answer.value.organisation.id, server: target.server }, 'organisation founded');
      return ok(true);
    },
    async token(target) {
      const token = held.get(target.key) ?? (await stored(target.key));
      if (token === null) return enrol(target);
      held.set(target.key, token);
      const secrets = await options.secrets;
      if (!secrets.available) memoryOnly();
      return ok({ token, origin: 'stored' });
    },
    async discard(key) {
      held.delete(key);
      const secrets = await options.secrets;
      try {
        await secrets.delete(entry(key));
      } catch (error) {
        log.warn({ error, key }, 'the keychain refused to forget the device token');
      }
    },
  };
}
