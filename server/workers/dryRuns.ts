import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock, Log } from '../../core/ports/ports.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { workDryRun, type DryRunInHand } from './dryRunWork.ts';
import { createSourceReader, type SourceReaderOptions } from './readSource.ts';

/** Dry runs that one process has in its hands at the same time: a slow source of one house must not keep the others waiting. */
const AT_ONCE = 4;
const LOOK_MS = 500;
const HELD_MS = 30_000;
const TIDY_MS = 60_000;

export interface DryRunner {
  /** Ends after the pages in hand; what is unfinished begins anew with whoever takes it over. */
  stop(): Promise<void>;
}

export interface DryRunnerOptions extends Omit<SourceReaderOptions, 'store'> {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between looks; the standard unless a test is in a hurry. */
  readonly lookMs?: number;
}

/** Works dry runs out. Any number of processes may do so. */
export function startDryRunner({ store: { internals }, log, lookMs = LOOK_MS, ...options }: DryRunnerOptions): DryRunner {
  const { vendors, clock } = options;
  const reader = createSourceReader({ ...options, store: internals });
  const running = new Set<Promise<void>>();
  let stopped = false;
  let rouse: () => void = () => undefined;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  const heldUntil = () => new Date(clock.now() + HELD_MS).toISOString();

  /** The one that waits longest, or whose holder has gone. */
  async function take(): Promise<DryRunInHand | null> {
    const { rows } = await sql<DryRunInHand>`
      update dry_runs set holder = ${randomUUID()}, held_until = ${heldUntil()}::timestamptz where id = (
        select id from dry_runs where state = 'running' and (held_until is null or held_until < ${instant(clock)}::timestamptz) order by started_at limit 1 for update skip locked
      ) returning id, organisation_id, lot, holder
    `.execute(internals.database.system);
    return rows[0] ?? null;
  }

  async function work(run: DryRunInHand): Promise<void> {
    let lost = false;
    const renewing = setInterval(() => {
      sql`update dry_runs set held_until = ${heldUntil()}::timestamptz where id = ${run.id} and holder = ${run.holder} and state = 'running'`
        .execute(internals.database.system)
        .then((renewed) => { lost ||= (renewed.numAffectedRows ?? 0n) === 0n; })
        .catch((error: unknown) => log.warn({ err: error, dryRunId: run.id }, 'the hold of a dry run could not be renewed'));
    }, HELD_MS / 6);
    try {
      await workDryRun(run, { store: internals, vendors, reader, stopped: () => stopped || lost });
    } catch (error) {
      log.error({ err: error, organisationId: run.organisationId, dryRunId: run.id }, 'a dry run failed');
      await internals.database.system
        .updateTable('dryRuns')
        .set({ state: 'failed', lot: null, finishedAt: instant(clock) })
        .where('id', '=', run.id)
        .where('holder', '=', run.holder)
        .where('state', '=', 'running')
        .execute();
    } finally {
      clearInterval(renewing);
    }
    if (stopped) await internals.database.system.updateTable('dryRuns').set({ heldUntil: null }).where('id', '=', run.id).where('holder', '=', run.holder).execute();
  }

  /** What is over goes. Of what is still being carried out only what is bound to it stays, which tells of nobody: it waits for its source. */
  async function tidy(): Promise<void> {
    if (clock.now() - tidiedAt < TIDY_MS) return;
    tidiedAt = clock.now();
    await sql`
      delete from dry_runs d where d.expires_at < ${instant(clock)}::timestamptz and not exists (select from replays r where r.id = d.replay_id and r.state = 'running')
    `.execute(internals.database.system);
    await sql`
      delete from dry_run_lines l using dry_runs d, replays r
      where l.dry_run_id = d.id and d.expires_at < ${instant(clock)}::timestamptz and r.id = d.replay_id and r.state = 'running' and r.handed_all and l.was_state is null
    `.execute(internals.database.system);
  }

  async function pass(): Promise<void> {
    await tidy();
    while (!stopped && running.size < AT_ONCE) {
      const run = await take();
      if (!run) return;
      const one: Promise<void> = work(run)
        .catch((error: unknown) => log.error({ err: error, dryRunId: run.id }, 'a dry run that failed could not be told so'))
        .then(() => { running.delete(one); });
      running.add(one);
    }
  }

  async function look(): Promise<void> {
    while (!stopped) {
      try {
        await pass();
      } catch (error) {
        log.error({ err: error }, 'dry runs could not be looked for');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookMs);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) rouse();
      });
    }
  }

  const ended = look();
  return {
    async stop() {
      stopped = true;
      rouse();
      await ended;
      await Promise.all(running);
    },
  };
}
