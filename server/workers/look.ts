import { sql } from 'kysely';
import { err, type Result } from '../../core/contract/result.ts';
import { gate, type Breakers } from '../../core/domain/intake/breaker.ts';
import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import type { ConnectionAccess, Origin, PollPart, RereadError, VendorModule } from '../../core/vendors/vendor.ts';
import { storeBrought } from '../store/brought.ts';
import type { StoreInternals } from '../store/internals.ts';
import { freshAccess } from '../systems/freshAccess.ts';
import { readFeed } from './feed.ts';
import { messageOf } from './outcome.ts';
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
}

/** When the connection is looked at again, in milliseconds since the epoch; null = there is nothing to look at. */
export type Next = number | null;

/** No vendor is asked longer than this for one page. */
const READ_LIMIT_MS = 90_000;
/** Pages of one look; if there are more, the others have their turn first. */
const MOST_PAGES = 5;
/** Many hosts refresh hourly at best; asking more often only annoys them. */
export const FEED_EVERY_SECONDS = 900;
/** A look that is refused where facts come by webhook anyway: its key may well be missing on purpose. */
const REFUSED_MS = 6 * 3_600_000;
/** The shortest and longest wait after a look without an answer. */
const AGAIN_MS = { first: 30_000, longest: 3_600_000 };

/** Null = there is nothing to look at on this path. */
export function sourceOf(vendor: VendorModule | null, path: string): Source | null {
  if (vendor?.feed && path === 'feed') return { origin: 'feed', everySeconds: FEED_EVERY_SECONDS, read: readFeed };
  if (vendor?.poll && path === 'native') return { origin: 'poll', everySeconds: vendor.poll.everySeconds, read: (...args) => vendor.poll?.read(...args) ?? Promise.reject(new Error('no poll')) };
  return null;
}

/** Looks at one connection's source: reads pages, stores what they bring, each with its cursor in one transaction. */
export async function look(due: Due, options: LookOptions): Promise<Next> {
  const { store, clock, random } = options;
  const vendor = options.vendors(due.system);
  const source = sourceOf(vendor, due.path);
  if (!source) return null;
  const verdict = gate(due.breaker ?? {}, 'poll', clock.now());
  // Whoever looks holds the connection's lease, so the one who tries is alone.
  if (verdict.kind === 'wait') return verdict.until;
  const access = await freshAccess({ internals: store, vendors: options.vendors, http: options.http, clock }, due.organisationId, due.id);
  // Nobody is called until leave is given again; whoever gives it has the source looked at.
  if (!access.ok && access.error.code === 'connect.leave_ended') return clock.now() + REFUSED_MS;
  const read = access.ok ? await readPages(due, source, access.value, options) : unanswered(access.error.message);
  if (read.ok) {
    if (due.failures > 0 || due.breaker?.poll !== undefined || due.health !== 'healthy') await noteCall(store, { ...called(due), sign: { kind: 'came' }, retryAfterMs: null });
    return read.value === 'more' ? clock.now() : clock.now() + source.everySeconds * 1000 * (0.9 + 0.2 * random());
  }
  const { code, message, retryable, retryAfterMs } = read.error;
  // One line for each look that should have worked; a key that is missing on purpose is not worth one.
  const quiet = !retryable && vendor?.webhook !== undefined && source.origin === 'poll';
  if (!quiet) options.log.warn({ organisationId: due.organisationId, connectionId: due.id, system: due.system, code, message }, 'a look at a source failed');
  if (quiet) return clock.now() + REFUSED_MS * (0.9 + 0.2 * random());
  const openUntil = await noteCall(store, { ...called(due), sign: { kind: 'unanswered', code }, retryAfterMs });
  const backoff = Math.min(AGAIN_MS.first * 2 ** Math.min(due.failures, 10), AGAIN_MS.longest, source.everySeconds * 1000) * (0.5 + random() / 2);
  return Math.max(clock.now() + backoff, openUntil ?? 0);
}

const called = ({ organisationId, id: connectionId }: Due) => ({ organisationId, connectionId, operation: 'poll' as const });

async function readPages(due: Due, source: Source, access: ConnectionAccess, options: LookOptions): Promise<Result<'done' | 'more', RereadError>> {
  const { store, http, clock, ids } = options;
  let { cursor } = due;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await inTime(() => source.read(cursor, access, { http, clock }));
    if (!answer.ok) return answer;
    const { items, cursor: next, more } = answer.value;
    if (items.length > 0 || next !== cursor) {
      const stored = await keepPage(due, source.origin, cursor, next, items, { store, clock, ids });
      // Paused meanwhile, or somebody else has gone on from here: what was read is theirs.
      if (stored === null) return { ok: true, value: 'done' };
      if (stored > 0) store.callWorkers();
    }
    if (!more) return { ok: true, value: 'done' };
    cursor = next;
  }
  return { ok: true, value: 'more' };
}

/** The number of new deliveries; null = the connection is not where this page was read from. */
function keepPage(due: Due, origin: Origin, cursor: string | null, next: string, items: Parameters<typeof storeBrought>[2], { store, clock, ids }: Pick<LookOptions, 'store' | 'clock' | 'ids'>): Promise<number | null> {
  const { organisationId, id: connectionId, system } = due;
  return store.database.withOrganisation(organisationId, async (tx) => {
    const moved = await sql`
      update connection_access set cursor = ${next} where organisation_id = ${organisationId} and id = ${connectionId} and cursor is not distinct from ${cursor} and not paused returning id
    `.execute(tx);
    if (moved.rows.length === 0) return null;
    return storeBrought(tx, { organisationId, connectionId, system, origin }, items, new Date(clock.now()).toISOString(), ids);
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
