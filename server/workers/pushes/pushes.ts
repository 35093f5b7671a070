import { sql } from 'kysely';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { OpenedStore } from '../../store/internals.ts';
import { startRounds } from '../rounds.ts';
import { fillPage, readToFill } from './filling.ts';
import { LEASE_MS, writeCalendar, type Again, type Taken, type WritingDeps } from './oneCalendar.ts';
import { createTelling } from './progress.ts';

/** Calendars that are written at the same time. */
const AT_ONCE = 16;
/** Looked for this often even if nobody called; what is tried again later becomes due meanwhile. */
const LOOK_MS = 5_000;
/** One that cannot be written is looked at after this long: somebody may have put it right. */
const WAIT_MS = 60_000;
/** What is filled is written at the same time. */
const FILLING = 'filling ';

export interface PushesOptions extends Omit<WritingDeps, 'store' | 'telling'> {
  readonly store: Pick<OpenedStore, 'internals' | 'onCommitted'>;
}

export interface PushWorker {
  /** Looks now. */
  wake(): void;
  /** Settles when nothing is due and nothing is being written. */
  idle(): Promise<void>;
  /** Nothing new is begun; settles when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Writes what is wanted into the calendars of others, as soon as it is recorded. Several processes share the list: whoever
 * takes a calendar has it for a while, so that one entry is written by one process, and by another if the first one dies.
 */
export function startPushes(options: PushesOptions): PushWorker {
  const { clock, log } = options;
  const store = { ...options.store.internals, clock };
  const deps: WritingDeps = { ...options, store, telling: createTelling(() => clock.now()) };
  const running = new Map<string, Promise<void>>();
  let began = 0;
  let called = false;

  async function take(limit: number): Promise<Taken[]> {
    const now = new Date(clock.now()).toISOString();
    const { rows } = await sql<Taken>`
      update calendar_states s set leased_until = ${new Date(clock.now() + LEASE_MS).toISOString()}::timestamptz, fence = s.fence + 1, waits_for_desk = false
      from (
        select t.organisation_id, t.calendar_id, a.id as connection_id, a.system, n.health, a.failures, a.breaker
        from calendar_states t join calendars c on c.organisation_id = t.organisation_id and c.id = t.calendar_id
        join connection_access a on a.id = c.connection_id join connections n on n.organisation_id = a.organisation_id and n.id = a.id
        where t.leased_until <= ${now}::timestamptz and not a.paused and a.removed_at is null and t.calendar_id <> all(${[...running.keys()].filter((key) => !key.startsWith(FILLING))}::uuid[])
          and exists (select from pushes p where p.calendar_id = t.calendar_id and p.state = 'queued' and (p.next_attempt_at is null or p.next_attempt_at <= ${now}::timestamptz))
        limit ${limit} for update of t skip locked
      ) as due
      where s.organisation_id = due.organisation_id and s.calendar_id = due.calendar_id
      returning s.organisation_id, s.calendar_id, s.fence, due.connection_id, due.system, due.health, due.failures, due.breaker
    `.execute(store.database.system);
    return rows;
  }

  async function giveBack({ organisationId, calendarId, fence }: Taken, again: Exclude<Again, 'let_go'>): Promise<void> {
    const until = again === null ? '-infinity' : new Date(Math.min(again, clock.now() + WAIT_MS)).toISOString();
    await sql`update calendar_states set leased_until = ${until}::timestamptz where organisation_id = ${organisationId} and calendar_id = ${calendarId} and fence = ${fence}`.execute(store.database.system);
  }

  function begin(key: string, work: () => Promise<void>): void {
    began += 1;
    const one = work()
      .catch((error: unknown) => log.error({ err: error, key }, 'a calendar could not be written'))
      .finally(() => {
        running.delete(key);
        wake();
      });
    running.set(key, one);
  }

  async function look({ stopped }: { stopped(): boolean }): Promise<void> {
    called = false;
    const room = AT_ONCE - running.size;
    if (stopped() || room <= 0) return;
    for (const wanted of await readToFill(store, room)) {
      const key = `${FILLING}${wanted.calendarId}`;
      if (running.has(key)) continue;
      begin(key, async () => {
        for (let more = true; more && !stopped(); ) more = await fillPage(store, wanted);
      });
    }
    for (const taken of await take(room)) begin(taken.calendarId, async () => {
      const again = await writeCalendar(taken, deps);
      if (again !== 'let_go') await giveBack(taken, again);
    });
  }

  const rounds = startRounds({ everyMs: LOOK_MS, work: look, atOnce: true, log, failed: 'the calendars that are to be written could not be looked for' });
  function wake(): void {
    // One look sees to all that has called until it begins.
    if (called || rounds.stopped()) return;
    called = true;
    void rounds.turn().catch(() => undefined);
  }
  // What was just written is told too, mostly by ourselves: nothing comes of it.
  function calls({ collection, row, before }: RecordedEvent): boolean {
    if (collection === 'pushes') return row.state === 'queued';
    // Other parts, and another name, of a whole have calendars gone through.
    if (collection === 'resources') return row.partIds.length > 0 || (before !== null && 'partIds' in before);
    return collection === 'calendars';
  }
  const unheard = options.store.onCommitted(({ events }) => {
    if (events.some(calls)) wake();
  });

  return {
    wake,
    async idle() {
      // Only a look that found nothing while nothing was being written has seen the end: what ends calls for another look.
      for (;;) {
        const before = began;
        const quiet = running.size === 0;
        await rounds.turn();
        if (quiet && began === before) return;
        await Promise.all(running.values());
      }
    },
    async stop() {
      unheard();
      await rounds.stop();
      await Promise.all(running.values());
    },
  };
}
