import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { instant, type OpenedStore } from '../store/internals.ts';
import { look, sourceOf, type Due, type Looked, type LookOptions } from './look.ts';
import { createPace } from './lookPace.ts';

/** Looks at the same time. */
const AT_ONCE = 24;
/** A connection that somebody looks at is left to them for this long: longer than all pages of a look may take. */
const LEASE_MS = 10 * 60_000;
/**
 * From one look to the next while deliveries come in or wait in numbers. Each look writes to the record, and after a start
 * thousands may be due at once: a webhook that is here goes before what might be at a source.
 */
const APART_MS = 100;
/** The list is looked at after this long even if nobody called. */
const LONGEST_SLEEP_MS = 5_000;

export interface PollsOptions extends Omit<LookOptions, 'store'> {
  readonly store: Pick<OpenedStore, 'internals'>;
}

export interface Polls {
  /** Looks at the list now. */
  wake(): void;
  /** Settles when nothing is due and no look is under way. */
  idle(): Promise<void>;
  /** No new looks; settles when those under way have ended. */
  stop(): Promise<void>;
}

/**
 * Looks at the sources that do not call us, each when its time has come. Several processes share the list: whoever takes
 * a connection moves its time on, so that it is looked at once, and again by somebody else if the first one dies.
 */
export function startPolls(options: PollsOptions): Polls {
  const { clock, log } = options;
  const store = { ...options.store.internals, clock, ids: options.ids };
  const running = new Map<string, Promise<void>>();
  const pace = createPace();
  const quiet = new Set<() => void>();
  let stopped = false;
  let woken = true;
  let troubles = 0;
  let turn = 0;
  /** There may be more on the list that have nothing to be looked at. */
  let surplus = true;
  let rouse: () => void = () => undefined;
  const wake = () => {
    woken = true;
    rouse();
  };

  /** One that is being looked at here is taken once that has ended: a call for a look that came meanwhile must not get lost with this one's lease. */
  async function take(limit: number, first: 'oldest' | 'newest'): Promise<{ due: Due[]; lease: string }> {
    const now = new Date(clock.now()).toISOString();
    const lease = new Date(clock.now() + LEASE_MS).toISOString();
    const { rows } = await sql<Due>`
      update connection_access a set next_poll_at = ${lease}::timestamptz
      from (
        select d.id, c.path, c.health from connection_access d join connections c on c.organisation_id = d.organisation_id and c.id = d.id
        where d.next_poll_at <= ${now}::timestamptz and not d.paused and d.id <> all(${[...running.keys()]}::uuid[]) order by d.next_poll_at ${sql.raw(first === 'oldest' ? 'asc' : 'desc')} limit ${limit} for update of d skip locked
      ) as due
      where a.id = due.id
      returning a.id, a.organisation_id, a.system, due.path, due.health, a.cursor, a.failures, a.breaker, a.look_asked, a.look_ended, a.look_goes_on, a.reading
    `.execute(store.database.system);
    return { due: rows, lease };
  }

  /**
   * A call for a look that came meanwhile has moved the time already: it stays. What a look that only ended an earlier one has not
   * seen, and what was lost to somebody else, is looked at again at once while somebody waits for it.
   */
  async function settle({ id, lookAsked, lookGoesOn }: Due, lease: string, beganAt: number, { next, end }: Looked): Promise<void> {
    const at = next === null ? null : new Date(next).toISOString();
    const whole = end === 'whole' && !lookGoesOn;
    const again = end === 'lost' || (end === 'whole' && lookGoesOn);
    await sql`
      update connection_access set
        next_poll_at = case when next_poll_at is distinct from ${lease}::timestamptz then next_poll_at when ${again} and look_asked > look_ended then ${instant(clock)}::timestamptz else ${at}::timestamptz end,
        looked_at = case when ${whole} then greatest(looked_at, ${new Date(beganAt).toISOString()}::timestamptz) else looked_at end,
        look_answered = case when ${whole} then greatest(look_answered, ${lookAsked}::bigint) else look_answered end,
        look_ended = case when ${whole || end === 'unanswered'} then greatest(look_ended, ${lookAsked}::bigint) else look_ended end,
        look_goes_on = case when ${end === 'goes_on'} then true when ${end === 'whole'} then false else look_goes_on end
      where id = ${id}
    `.execute(store.database.system);
  }

  /** Takes those off the list that have nothing to be looked at: a house may have thousands that only call us. */
  async function takeOff(): Promise<void> {
    const { rows } = await sql<{ system: string; path: string }>`
      select distinct a.system, c.path from connection_access a join connections c on c.organisation_id = a.organisation_id and c.id = a.id where a.next_poll_at is not null
    `.execute(store.database.system);
    const without = rows.filter(({ system, path }) => sourceOf(options.vendors(system), path) === null);
    if (without.length === 0) return;
    await sql`
      update connection_access a set next_poll_at = null from connections c, unnest(${without.map((one) => one.system)}::text[], ${without.map((one) => one.path)}::text[]) as w(system, path)
      where c.organisation_id = a.organisation_id and c.id = a.id and a.system = w.system and c.path = w.path and a.next_poll_at is not null
    `.execute(store.database.system);
  }

  function begin(due: Due, lease: string): void {
    const beganAt = clock.now();
    const one = look(due, { ...options, store }, pace)
      .then(async (looked) => {
        if (looked.next === null) surplus = true;
        await settle(due, lease, beganAt, looked);
      })
      // The lease stands, so it is tried again when that is over.
      .catch((error: unknown) => log.error({ err: error, organisationId: due.organisationId, connectionId: due.id }, 'a look could not be done'))
      .finally(() => {
        running.delete(due.id);
        wake();
      });
    running.set(due.id, one);
  }

  async function sleepMs(): Promise<number> {
    const { rows } = await sql<{ at: string | null }>`select min(next_poll_at) as at from connection_access where next_poll_at is not null and not paused`.execute(store.database.system);
    const at = rows[0]?.at;
    return Math.min(Math.max(at ? Date.parse(at) - clock.now() : LONGEST_SLEEP_MS, 50), LONGEST_SLEEP_MS);
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken || stopped) rouse();
    });
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      try {
        if (surplus) {
          surplus = false;
          await takeOff();
        }
        const busy = store.rightOfWay.busy();
        const free = AT_ONCE - running.size;
        const room = busy ? Math.min(1, free) : free;
        // A source that has just called for a look is the newest; behind all that a start finds due it would wait for minutes.
        turn += 1;
        const { due, lease } = room > 0 ? await take(room, busy && turn % 2 === 0 ? 'newest' : 'oldest') : { due: [], lease: '' };
        for (const one of due) begin(one, lease);
        troubles = 0;
        if (due.length > 0 && busy) await pause(APART_MS);
        if (due.length > 0 && running.size < AT_ONCE) continue;
        const ms = running.size >= AT_ONCE ? LONGEST_SLEEP_MS : await sleepMs();
        if (!woken && running.size === 0) {
          for (const tell of quiet) tell();
          quiet.clear();
        }
        await sleep(ms);
      } catch (error) {
        troubles += 1;
        log.error({ err: error, troubles }, 'the list of sources could not be looked at');
        woken = false;
        await sleep(Math.min(200 * 2 ** troubles, LONGEST_SLEEP_MS));
      }
    }
  }
  const forget = store.onLooks(wake);
  const loop = run();

  return {
    wake,
    idle() {
      return new Promise((resolve) => {
        quiet.add(resolve);
        wake();
      });
    },
    async stop() {
      forget();
      stopped = true;
      rouse();
      await loop;
      await Promise.all(running.values());
      for (const tell of quiet) tell();
    },
  };
}
