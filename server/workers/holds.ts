import { sql } from 'kysely';
import { draftUpdated } from '../../core/domain/record/drafts.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { OpenedStore } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { SYSTEM } from '../store/taking/consequences.ts';
import { movedUp } from '../store/taking/ranks.ts';
import { startRounds, type Rounds } from './rounds.ts';

/** A hold is promised to the minute. */
const LOOK_MS = 15_000;
const AT_ONCE = 200;

export interface HoldWatch {
  /** Looks now, everywhere. */
  runNow(): Promise<void>;
  /** Ends after the look in hand. */
  stop(): Promise<void>;
}

/**
 * Lets go of holds whose time is over, also of those that ended while nothing ran: they become leads, what they clashed with
 * is resolved in the same commit, and who was behind them moves up. Any number of processes may do so: each decides with the
 * organisation's row in its hand.
 */
export function startHoldWatch({ store, clock, log }: { readonly store: Pick<OpenedStore, 'internals'>; readonly clock: Clock; readonly log: Log }): HoldWatch {
  const { internals } = store;
  const now = () => new Date(clock.now()).toISOString();

  async function letGo(organisationId: string, wanted: readonly string[]): Promise<void> {
    await internals.writer.write(organisationId, async ({ tx, record }) => {
      const due = (await readRows(tx, organisationId, 'allocations', wanted)).filter(({ status, holdUntil }) => status === 'hold' && holdUntil !== null && holdUntil <= now());
      const drafts = due.flatMap((row) => draftUpdated('allocation.updated', 'allocations', row.weddingId, row, { status: 'lead' }, null, SYSTEM) ?? []);
      if (drafts.length === 0) return;
      await record([...drafts, ...(await movedUp(tx, organisationId, due, SYSTEM, internals))]);
      log.info({ organisationId, holds: drafts.length }, 'holds have ended');
    });
  }

  async function all({ stopped }: Pick<Rounds, 'stopped'>): Promise<void> {
    for (let more = true; more && !stopped(); ) {
      // The index over the ends of holds gives the due ones without looking at any other.
      const { rows } = await sql<{ organisationId: string; id: string }>`
        select organisation_id, id from allocations where status = 'hold' and hold_until is not null and hold_until <= ${now()}::timestamptz order by hold_until limit ${AT_ONCE}
      `.execute(internals.database.system);
      for (const organisationId of new Set(rows.map((row) => row.organisationId))) {
        if (!stopped()) await letGo(organisationId, rows.filter((row) => row.organisationId === organisationId).map((row) => row.id));
      }
      more = rows.length === AT_ONCE;
    }
  }

  const rounds = startRounds({ everyMs: LOOK_MS, work: all, atOnce: true, log, failed: 'holds that have ended could not be looked for' });
  return { runNow: () => rounds.turn(), stop: () => rounds.stop() };
}
