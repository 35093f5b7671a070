import { sql } from 'kysely';
import type { Connection } from '../../core/contract/record/connections.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { HEARD_LOOKED_AT, rhythmOf, SHORTEST_MS, type Rhythm } from '../../core/domain/intake/silence.ts';
import { draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import type { OpenedStore } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { sourceOf } from './look.ts';
import { startRounds, type Rounds } from './rounds.ts';
import { SYSTEM } from './settle.ts';

/** A silence of a day and more is not noticed by the minute, nor its end. */
const LOOK_MS = 5 * 60_000;

interface Silent {
  readonly id: string;
  readonly organisationId: string;
  readonly system: string;
  readonly path: string;
  readonly quiet: Connection['quiet'];
  readonly longestSilenceMs: number;
  /** When the last of its deliveries came. */
  readonly lastAt: string;
}

export interface SilenceWatch {
  /** Looks now, everywhere. */
  runNow(): Promise<void>;
  /** Ends after the look in hand. */
  stop(): Promise<void>;
}

export interface SilenceOptions {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly vendors: (system: string) => VendorModule | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/**
 * Tells of sources that only call us and have fallen silent, once, and that they are heard again. Any number of processes
 * may do so: each decides with the organisation's row in its hand.
 */
export function startSilenceWatch({ store, vendors, clock, ids, log }: SilenceOptions): SilenceWatch {
  const { internals } = store;
  const db = internals.database.system;
  /** As long as nothing comes a rhythm stays what it is. */
  const known = new Map<string, { readonly lastAt: string; readonly longestMs: number; readonly rhythm: Rhythm | null }>();

  /** Those that have been silent for a day, and those that were told to be. */
  async function candidates(): Promise<Silent[]> {
    const before = new Date(clock.now() - SHORTEST_MS).toISOString();
    const { rows } = await sql<Silent>`
      select a.id, a.organisation_id, a.system, c.path, c.quiet, a.longest_silence_ms, last.received_at as last_at
      from connection_access a join connections c on c.organisation_id = a.organisation_id and c.id = a.id
      cross join lateral (select received_at from deliveries d where d.connection_id = a.id and d.origin <> 'test' order by received_at desc limit 1) as last
      where not a.paused and c.health = 'healthy' and c.path in ('native', 'bridge', 'mail') and (c.quiet is not null or last.received_at < ${before}::timestamptz)
    `.execute(db);
    return rows.filter(({ system, path }) => sourceOf(vendors(system), path) === null);
  }

  async function rhythm({ id, lastAt, longestSilenceMs: longestMs }: Silent): Promise<Rhythm | null> {
    const before = known.get(id);
    if (before?.lastAt === lastAt && before.longestMs === longestMs) return before.rhythm;
    const { rows } = await sql<{ at: string }>`select received_at as at from deliveries where connection_id = ${id} and origin <> 'test' order by received_at desc limit ${HEARD_LOOKED_AT}`.execute(db);
    const found = rhythmOf(rows.map((row) => Date.parse(row.at)), Number(longestMs));
    known.set(id, { lastAt, longestMs, rhythm: found });
    return found;
  }

  async function one(silent: Silent): Promise<void> {
    const { id, organisationId, lastAt, quiet } = silent;
    if (quiet) return lastAt > quiet.since ? tell(organisationId, id, null, Date.parse(lastAt) - Date.parse(quiet.since)) : undefined;
    const found = await rhythm(silent);
    if (found && clock.now() - Date.parse(lastAt) > found.silentAfterMs) await tell(organisationId, id, { usualMs: Math.round(found.usualMs), since: lastAt }, 0);
  }

  /** `silenceMs` = how long it was silent and came back by itself: it is known to do so from now on. */
  async function tell(organisationId: string, id: string, quiet: NonNullable<Connection['quiet']> | null, silenceMs: number): Promise<void> {
    await internals.writer.write(organisationId, async ({ tx, record }) => {
      const [row] = await readRows(tx, organisationId, 'connections', [id]);
      if (!row || row.health !== 'healthy' || Boolean(row.quiet) === (quiet !== null)) return;
      const context: DraftContext = { actor: SYSTEM, source: null, deliveryId: null };
      const draft = draftUpdated('connection.health_changed', 'connections', null, row, { quiet }, null, context);
      if (!draft) return;
      await record([draft, ...alertsFor([draft], await alertsAbout(tx, organisationId, id), clock.now(), context, () => ids.next())]);
      if (silenceMs > 0) await sql`update connection_access set longest_silence_ms = greatest(longest_silence_ms, ${silenceMs}::bigint) where organisation_id = ${organisationId} and id = ${id}`.execute(tx);
      log.info({ organisationId, connectionId: id, quiet }, quiet ? 'a source is quieter than usual' : 'a source that was quiet is heard again');
    });
  }

  async function all({ stopped }: Pick<Rounds, 'stopped'>): Promise<void> {
    const silent = await candidates();
    const ids = new Set(silent.map((each) => each.id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    for (const each of silent) {
      if (stopped()) break;
      await one(each);
    }
  }

  const rounds = startRounds({ everyMs: LOOK_MS, work: all, atOnce: false, log, failed: 'silent sources could not be looked for' });
  return { runNow: () => rounds.turn(), stop: () => rounds.stop() };
}
