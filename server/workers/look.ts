import { sql } from 'kysely';
import type { Priority } from '../../core/contract/deliveries.ts';
import type { CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { gate, NO_ACCESS_MS, type Breakers } from '../../core/domain/intake/breaker.ts';
import { priorityOf } from '../../core/domain/intake/priority.ts';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import { lacksKey } from '../../core/vendors/access.ts';
import type { Standing } from '../../core/vendors/calling.ts';
import type { Brought, Origin, PollPart, RereadError, VendorModule } from '../../core/vendors/vendor.ts';
import { followRedirects } from '../../egress/follow.ts';
import { storeBrought } from '../store/brought.ts';
import { freeDesk, NO_DESK } from '../store/held.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Desk } from '../desk/desk.ts';
import type { Calls } from '../calls/calls.ts';
import { freshAccess, type FreshAccess } from '../systems/freshAccess.ts';
import type { Counting } from '../figures/counting.ts';
import { insist } from '../systems/insist.ts';
import { readFeed } from './feed.ts';
import { deskCalls, type Stopped } from './byDesk.ts';
import { tellMoved } from './moved.ts';
import { listenedOf, passedOver } from './listened.ts';
import { standingIn } from './standing.ts';
import { countPage, lookStopped, type LongLook } from './lookReading.ts';
import { tellUnread } from './unread.ts';
import { messageOf } from './outcome.ts';
import type { Pace } from './lookPace.ts';
import { noteCall } from './signs.ts';

/** A connection whose turn it is to be looked at. */
export interface Due {
  readonly id: string;
  readonly organisationId: string;
  readonly system: string;
  readonly path: string;
  readonly health: string;
  readonly cursor: string | null;
  readonly failures: number;
  readonly breaker: Breakers | null;
  /** How often somebody has asked for a look, and up to which of them one has ended; see `server/asking`. */
  readonly lookAsked: number;
  readonly lookEnded: number;
  /** The last look has left something for this one. */
  readonly lookGoesOn: boolean;
  /** What a long look has counted so far. */
  readonly reading: LongLook | null;
}

/** What is read of a connection, and as what it is stored. */
export interface Source {
  readonly origin: Origin;
  readonly everySeconds: number;
  readonly read: PollPart['read'];
}

export interface LookOptions {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'>;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Where what comes is counted by connection; left out = nowhere. */
  readonly figures?: Counting;
  /** Told how a look has ended. */
  readonly looked?: (system: string, outcome: 'answered' | 'no_access' | 'no_answer') => void;
  /** Told that a long look has begun. */
  readonly reading?: () => void;
}

/** When the connection is looked at again, in milliseconds since the epoch; null = there is nothing to look at. */
export type Next = number | null;

/**
 * `whole`: read to its end. `goes_on`: the rest is for the next look. `lost`: somebody else has gone on with it. `unanswered`: it was
 * not read, for whatever reason.
 */
export interface Looked {
  readonly next: Next;
  readonly end: 'whole' | 'goes_on' | 'lost' | 'unanswered';
}
const unread = (next: Next): Looked => ({ next, end: 'unanswered' });

/** No vendor is asked longer than this for one page. */
const READ_LIMIT_MS = 90_000;
/** Pages of one look; if there are more, the others have their turn first. */
const MOST_PAGES = 5;
/** Many hosts refresh hourly at best; asking more often only annoys them. */
export const FEED_EVERY_SECONDS = 900;
/** There is no key, and none is needed (facts come by webhook), or leave is still to be given: whoever enters it has the source looked at. */
const WITHOUT_KEY_MS = 6 * 3_600_000;
/** The shortest and longest wait after a look without an answer. */
const AGAIN_MS = { first: 30_000, longest: 3_600_000 };

/** Null = there is nothing to look at on this path. */
export function sourceOf(vendor: VendorModule | null, path: string): Source | null {
  if (vendor?.feed && path === 'feed') return { origin: 'feed', everySeconds: FEED_EVERY_SECONDS, read: readFeed };
  if (vendor?.poll && path === 'native') return { origin: 'poll', everySeconds: vendor.poll.everySeconds, read: (...args) => vendor.poll?.read(...args) ?? Promise.reject(new Error('no poll')) };
  return null;
}

/** Looks at one connection's source: reads pages, stores what they bring, each with its cursor in one transaction. */
export async function look(due: Due, options: LookOptions, pace: Pace): Promise<Looked> {
  const { store, clock, random } = options;
  const vendor = options.vendors(due.system);
  const source = sourceOf(vendor, due.path);
  if (!source) return unread(null);
  const verdict = gate(due.breaker ?? {}, 'poll', clock.now());
  // Whoever looks holds the connection's lease, so the one who tries is alone.
  if (verdict.kind === 'wait') return unread(verdict.until);
  const access = await freshAccess({ internals: store, vendors: options.vendors, http: options.http, clock, calls: options.calls }, due.organisationId, due.id);
  // Nobody is called until leave is given again; whoever gives it has the source looked at.
  if (!access.ok && access.error.code === 'connect.leave_ended') return unread(clock.now() + WITHOUT_KEY_MS);
  const hand = access.ok && vendor && access.value.keptBy !== null ? byDesk(due, vendor, source, access.value, options) : null;
  const own = access.ok && vendor && hand === null ? byUs(due, vendor, source, access.value, options) : null;
  const counting = { reading: due.reading };
  const read = access.ok ? await readPages(due, (hand ?? own)?.source ?? source, access.value, options, counting) : unanswered(access.error.message);
  const stopped = hand?.stopped();
  // Nobody was called: neither breaker nor ladder have heard anything.
  if (stopped) {
    if (stopped.waits !== 'quietly') await lookStopped(store, due, counting.reading, stopped.code);
    return unread(stopped.again);
  }
  const over = own?.over() ?? null;
  if (over?.code === 'connect.leave_ended') return unread(clock.now() + WITHOUT_KEY_MS);
  if (read.ok) {
    options.looked?.(due.system, 'answered');
    // What was held just when its key went to another place waits for nobody any more.
    if (access.ok && access.value.fence > 0) await store.database.withOrganisation(due.organisationId, (tx) => freeDesk(tx, [due.id], NO_DESK));
    if (due.failures > 0 || due.breaker?.poll !== undefined || due.health !== 'healthy') await noteCall(store, { ...called(due), sign: { kind: 'came', called: true }, retryAfterMs: null });
    if (own && source.origin === 'feed') await tellMoved(store, { organisationId: due.organisationId, connectionId: due.id }, own.movedTo());
    if (read.value.more) return { next: clock.now() + pace.goesOn(due.id, read.value.news), end: 'goes_on' };
    pace.ended(due.id);
    return { next: clock.now() + source.everySeconds * 1000 * (0.9 + 0.2 * random()), end: read.value.lost ? 'lost' : read.value.passed ? 'unanswered' : 'whole' };
  }
  pace.ended(due.id);
  const { code, message, retryable, retryAfterMs } = read.error;
  await lookStopped(store, due, counting.reading, code);
  // Nobody was called since there is nothing to call with: no fault of the source, and not worth a line.
  if (!retryable && own?.called() === false && access.ok && vendor && lacksKey(vendor.manifest, source.origin === 'feed' ? 'feed' : 'native', access.value.secrets)) {
    return unread(clock.now() + WITHOUT_KEY_MS * (0.9 + 0.2 * random()));
  }
  options.log.warn({ organisationId: due.organisationId, connectionId: due.id, system: due.system, code, message }, 'a look at a source failed');
  // A look reads what is the account's own: where that may not be seen, it is the key that is not enough.
  const denied = over === null && (code === 'normalise.no_access' || code === 'normalise.forbidden');
  options.looked?.(due.system, denied ? 'no_access' : 'no_answer');
  if (denied) return unread((await noteCall(store, { ...called(due), sign: { kind: 'no_access' }, retryAfterMs: null })) ?? clock.now() + NO_ACCESS_MS);
  const openUntil = await noteCall(store, { ...called(due), sign: { kind: 'unanswered', code: over?.code ?? code }, retryAfterMs });
  const backoff = Math.min(AGAIN_MS.first * 2 ** Math.min(due.failures, 10), AGAIN_MS.longest, source.everySeconds * 1000) * (0.5 + random() / 2);
  return unread(Math.max(clock.now() + backoff, openUntil ?? 0));
}

const called = ({ organisationId, id: connectionId }: Due) => ({ organisationId, connectionId, operation: 'poll' as const });

/** The same source, read with access that is renewed when it is refused; whether anybody was called, why nobody can be, and the host that it has moved to. */
function byUs(due: Due, vendor: VendorModule, source: Source, access: FreshAccess, { store, vendors, http, clock, calls }: LookOptions): { readonly source: Source; called(): boolean; over(): CodedError | null; movedTo(): string | null } {
  const { organisationId, id: connectionId } = due;
  const { manifest } = vendor;
  const insisting = insist({ internals: store, vendors, http, clock, calls }, organisationId, access);
  let called = false;
  let movedTo: string | null = null;
  let listened: ReturnType<typeof listenedOf> | null = null;
  const read: Source['read'] = (cursor) =>
    insisting.call(async (with_) => {
      listened ??= listenedOf(store, vendor, { organisationId, connectionId });
      const door = calls?.of({ manifest, organisationId, connectionId, secrets: with_.secrets, purpose: 'source.look' }) ?? http;
      const send: Http['send'] = (request) => {
        called = true;
        return door.send(request);
      };
      const standing = (of: Standing) => standingIn(store, { organisationId, connectionId }, of);
      return source.read(cursor, { ...with_, ...(await listened), ...(vendor.calendar ? { standing } : {}) }, { http: followRedirects({ send }, { onMoved: (url) => (movedTo = url.host) }), clock });
    });
  return { source: { ...source, read }, called: () => called, over: () => insisting.over(), movedTo: () => movedTo };
}

/** The same source, read by the desktop that keeps the key; and why it was not read, if it was not. */
function byDesk({ organisationId, system }: Due, vendor: VendorModule, source: Source, { connectionId, settings, mark }: FreshAccess, { store, desk }: LookOptions): { readonly source: Source; stopped(): Stopped | null } {
  const calls = deskCalls({ internals: store, desk, organisationId, connectionId, system, settings, mark });
  let stopped: Stopped | null = null;
  let listened: ReturnType<typeof listenedOf> | null = null;
  const read: Source['read'] = async (cursor) => {
    listened ??= listenedOf(store, vendor, { organisationId, connectionId });
    const answer = await calls.poll(cursor, await listened);
    if (answer.kind === 'read') return answer.read;
    stopped = answer.stopped;
    return unanswered(`The desktop did not call: ${stopped.code}.`);
  };
  return { source: { ...source, read }, stopped: () => stopped };
}

/** Whether there is more to be read, whether somebody else reads it, and whether anything of what was read was not known. */
interface Read {
  readonly more: boolean;
  readonly lost?: boolean;
  /** A part of it did not answer. */
  readonly passed?: boolean;
  readonly news: boolean;
}

async function readPages(due: Due, source: Source, access: FreshAccess, options: LookOptions, counting: { reading: LongLook | null }): Promise<Result<Read, RereadError>> {
  const { store, http, clock } = options;
  let { cursor } = due;
  let news = false;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await inTime(() => source.read(cursor, access, { http, clock }));
    if (!answer.ok) return answer;
    const { items, cursor: next, more, unread: passed = [] } = answer.value;
    const of = { organisationId: due.organisationId, connectionId: due.id };
    await passedOver({ internals: store, log: options.log }, of, passed);
    // With the last page it is known which of them could be read.
    if (!more && options.vendors(due.system)?.calendar) await tellUnread(store, of, passed);
    const before = counting.reading;
    const reading = countPage(before, { first: cursor === null, more, entries: items.length, at: clock.now() });
    if (items.length > 0 || next !== cursor || reading !== before) {
      const stored = await keepPage(due, source.origin, { cursor, next, fence: access.fence, more, reading }, items, options);
      // Paused meanwhile, kept by somebody else, or somebody else has gone on from here: what was read is theirs.
      if (stored === null) return ok({ more: false, lost: true, news });
      counting.reading = reading;
      if (before === null && reading !== null) options.reading?.();
      if (stored > 0) store.callWorkers();
      if (source.origin === 'poll' || source.origin === 'feed') options.figures?.came(due.id, source.origin, stored);
      news ||= stored > 0;
    }
    // What may not be read is not there to be asked; what did not answer is.
    if (!more) return ok({ more: false, news, passed: passed.some(({ code }) => code === 'normalise.reread_failed') });
    // From the same place the same page would come, for ever.
    if (next === cursor) return unanswered('The list goes on with the page that it has just given.');
    cursor = next;
  }
  return ok({ more: true, news });
}

interface KeptPage {
  readonly cursor: string | null;
  readonly next: string;
  readonly fence: number;
  readonly more: boolean;
  readonly reading: LongLook | null;
}

/** The number of new deliveries; null = the connection is not where this page was read from. */
function keepPage(due: Due, origin: Origin, { cursor, next, fence, more, reading }: KeptPage, items: Parameters<typeof storeBrought>[2], { store, clock, ids, vendors }: LookOptions): Promise<number | null> {
  const { organisationId, id: connectionId, system } = due;
  const manifest = vendors(system)?.manifest;
  // Somebody waits for it: it goes before what else has come.
  const usual: Priority = due.lookAsked > due.lookEnded ? 'urgent' : 'normal';
  const priority = ({ event }: Brought): Priority => {
    const own = manifest ? priorityOf({ origin, event, longList: cursor === null || more }, manifest) : 'normal';
    return own === 'normal' ? usual : own;
  };
  return store.database.withOrganisation(organisationId, async (tx) => {
    const moved = await sql`
      update connection_access set cursor = ${next}, reading = ${reading === null ? null : JSON.stringify(reading)}::jsonb where organisation_id = ${organisationId} and id = ${connectionId} and cursor is not distinct from ${cursor} and kept_fence = ${fence} and not paused returning id
    `.execute(tx);
    if (moved.rows.length === 0) return null;
    return storeBrought(tx, { organisationId, connectionId, system, origin, priority }, items, new Date(clock.now()).toISOString(), ids);
  });
}

const unanswered = (message: string): Result<never, RereadError> => err({ code: 'normalise.reread_failed', message, retryable: true, retryAfterMs: null });

async function inTime<T>(read: () => Promise<Result<T, RereadError>>): Promise<Result<T, RereadError>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<T, RereadError>>((resolve) => {
    timer = setTimeout(() => resolve(unanswered(`The look was not done within ${READ_LIMIT_MS} ms.`)), READ_LIMIT_MS);
  });
  try {
    return await Promise.race([read(), late]);
  } catch (error) {
    return unanswered(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}
