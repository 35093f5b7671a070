import { DESK_ANSWER_BYTES, DeskAnswer, type DeskTurn } from '../../../core/contract/desk.ts';
import type { Timers } from '../../../core/link/link.ts';
import type { Log } from '../../../core/ports/ports.ts';
import { addressesOf, movedAddress } from '../../../core/vendors/keeping.ts';
import { triedTooLong, TRY_MS, tryFailed, tryVendor, type Entered } from '../../../core/vendors/trying.ts';
import type { CallPorts, ConnectionAccess, RereadError, VendorModule } from '../../../core/vendors/vendor.ts';
import type { TryAnswer } from '../../../core/contract/systems.ts';
import { followRedirects } from '../../../egress/follow.ts';
import { callCalendar, isCalendarAsk } from './calendarTurn.ts';
import type { KeptKey, KeptKeys } from './keys.ts';

/** One call for the server, with a key of this desktop's keychain. */

/** Shorter than the server's patience, so that a vendor that hangs is told as one. Milliseconds. */
const CALL_MS = 60_000;
/** Room for what is around the answer. */
const MOST_BYTES = DESK_ANSWER_BYTES - 4_096;
/** A shorter secret may be part of any text. */
const SHORTEST_SECRET = 6;

export interface TurnPorts extends CallPorts {
  readonly vendors: (system: string) => VendorModule | null;
  readonly keys: Pick<KeptKeys, 'get'>;
  readonly timers: Timers;
  readonly log: Log;
}

export const originOf = (address: string): string => URL.parse(address)?.origin ?? address;
const refused = (code: Extract<DeskAnswer, { outcome: 'refused' }>['code']): DeskAnswer => ({ outcome: 'refused', code });
type Failed = Extract<DeskAnswer, { outcome: 'failed' }>;
const failed = (message: string, more: Partial<Omit<Failed, 'message' | 'outcome'>> = {}): DeskAnswer => {
  return { outcome: 'failed', code: 'normalise.reread_failed', retryable: true, retryAfterMs: null, ...more, message: message.slice(0, 500) };
};

/** Looks and trials go where they are sent on to, as on the server. */
const following = ({ http, clock }: CallPorts): CallPorts => ({ http: followRedirects(http), clock });

/**
 * Once the time is over nobody is called any more: somebody else may have taken over. By the wall clock, since a computer that was put to
 * sleep wakes up later.
 */
function inTime({ http, clock }: CallPorts, until: number): CallPorts['http'] {
  return { send: (request) => (clock.now() < until ? http.send(request) : Promise.reject(new Error('The time for this call is over.'))) };
}

/** Never rejects. What it gives holds no secret and fits the contract. */
export async function runTurn(turn: DeskTurn, given: TurnPorts): Promise<DeskAnswer> {
  const ports = { ...given, http: inTime(given, given.clock.now() + Math.min(CALL_MS, turn.leftMs ?? CALL_MS)) };
  const { vendors, keys, log } = ports;
  const vendor = vendors(turn.system);
  if (!vendor) return refused('desk.system_unknown');
  let key: KeptKey | null;
  try {
    key = await keys.get(turn.connectionId);
  } catch (error) {
    log.warn({ error, connectionId: turn.connectionId }, 'the keychain refused to give a key');
    return refused('secrets.unavailable');
  }
  if (!key || key.fence !== turn.fence || key.system !== turn.system) return refused('desk.key_missing');
  // Whoever can change the settings on the server must not be able to have the key sent to an address of his own.
  if (movedAddress(key.addresses, addressesOf(vendor.manifest, 'native', turn.settings, originOf)) !== null) return refused('desk.address_changed');
  const secrets = Object.fromEntries(Object.entries(key.secrets).filter(([name]) => turn.keys.includes(name)));
  const access: ConnectionAccess = { connectionId: turn.connectionId, settings: turn.settings, secrets };
  const answer = await within(ports.timers, CALL_MS, call(turn, vendor, access, ports), failed(`The call was not done within ${CALL_MS} ms.`));
  return presentable(answer, Object.values(key.secrets));
}

async function call({ ask }: DeskTurn, vendor: VendorModule, access: ConnectionAccess, ports: TurnPorts): Promise<DeskAnswer> {
  const told = ({ code, message, retryable, retryAfterMs }: RereadError): DeskAnswer => failed(message, { code, retryable, retryAfterMs });
  try {
    if (isCalendarAsk(ask)) return vendor.calendar ? await callCalendar(ask, vendor.calendar, access, ports) : refused('desk.system_unknown');
    switch (ask.kind) {
      case 'poll': {
        if (!vendor.poll) return refused('desk.system_unknown');
        const { listened, written } = ask;
        const page = await vendor.poll.read(ask.cursor, { ...access, ...(listened ? { listened } : {}), ...(written ? { written } : {}) }, following(ports));
        if (!page.ok) return told(page.error);
        const { items, cursor, more, unread = [] } = page.value;
        const passed = unread.map(({ calendarRef, code }) => ({ calendarRef, code }));
        const over = listened && passed.length > 0 ? { unread: passed } : {};
        return { outcome: 'page', items: items.map(({ key, event, body }) => ({ key, event, body })), cursor, more, ...over };
      }
      case 'reread': {
        if (!vendor.reread) return refused('desk.system_unknown');
        const read = await vendor.reread({ remoteType: ask.remoteType, remoteId: ask.remoteId }, access, ports);
        // Ours says that fields may be left out, the contract's that they may be undefined: in JSON the same.
        return read.ok ? { outcome: 'changes', changes: read.value as Extract<DeskAnswer, { outcome: 'changes' }>['changes'] } : told(read.error);
      }
      case 'test':
        return { outcome: 'tried', tried: await tryHere(vendor, access, access.connectionId, ports) };
    }
  } catch (error) {
    ports.log.warn({ error, system: vendor.manifest.id }, 'a call with a key of this keychain failed');
    return failed('The call failed on the desktop.');
  }
}

/** Tries out what was entered, from here. Never rejects. */
export async function tryHere(vendor: VendorModule, entered: Entered, connectionId: string, { timers, log, ...ports }: CallPorts & Pick<TurnPorts, 'timers' | 'log'>): Promise<TryAnswer> {
  const tried = tryVendor(vendor, 'native', entered, following(ports), connectionId).catch((error: unknown) => {
    log.warn({ error, system: vendor.manifest.id }, 'trying out a key failed');
    return tryFailed('It could not be tried out.', true);
  });
  return within(timers, TRY_MS, tried, triedTooLong(vendor));
}

async function within<T>(timers: Timers, ms: number, work: Promise<T>, late: T): Promise<T> {
  let cancel: () => void = () => undefined;
  try {
    return await Promise.race([work, new Promise<T>((resolve) => (cancel = timers.after(ms, () => resolve(late))))]);
  } finally {
    cancel();
  }
}

/** A source that repeats the key in what it says must not make us carry it to the server; nor more than the server takes. */
export function presentable(answer: DeskAnswer, secrets: readonly string[]): DeskAnswer {
  // No column of the record holds these characters.
  const text = JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value));
  if (Buffer.byteLength(text) > MOST_BYTES) return failed('The source gave more than can be passed on at once.', { code: 'normalise.shape_unknown', retryable: false });
  const inJson = (secret: string) => JSON.stringify(secret).slice(1, -1);
  const inBase64 = (secret: string) => Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const formsOf = (secret: string) => [inJson(secret), inJson(inJson(secret)), inJson(encodeURIComponent(secret)), inBase64(secret)];
  const forms = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(formsOf);
  if (forms.some((form) => text.includes(form))) return failed('The source has repeated the key in its answer, which is not passed on.', { code: 'normalise.shape_unknown', retryable: false });
  // What the contract has no room for the server would refuse whole, and would know nothing of the call.
  const fits = DeskAnswer.safeParse(JSON.parse(text));
  if (fits.success) return fits.data;
  return failed('The source gave something that cannot be passed on.', { code: 'normalise.shape_unknown', retryable: false });
}
