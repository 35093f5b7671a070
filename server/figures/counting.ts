import { sql } from 'kysely';
import type { CallPurpose, CameBy, LastFault } from '../../core/contract/figures.ts';
import { COUNT, added, type CallOutcome, type End } from '../../core/domain/figures/counts.ts';
import { GRAIN_MS, KEPT_MS, startOf, type Grain } from '../../core/domain/figures/windows.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Database } from '../store/database.ts';

/** Between two writes. A process that dies loses what it has counted since the last one, and nothing else: deliveries and the log are the truth. */
const FLUSH_MS = 5_000;
/** Connections and hours that are held while the database does not take them; beyond it the oldest are let go. */
const MOST = 20_000;

/** What happens to connections, counted in memory. None of these waits for anything or throws. */
export interface Counting {
  came(connectionId: string, by: CameBy, count?: number): void;
  duplicate(connectionId: string, count?: number): void;
  /** Turned away at the door. */
  refused(connectionId: string, code: string): void;
  /** A delivery was worked on. `tookMs` = since it came; null = that says nothing. `code` = what was wrong with it. */
  ended(connectionId: string, end: End, tookMs: number | null, code: string | null): void;
  /** A call to the source was made, or spared. */
  called(connectionId: string, purpose: CallPurpose, outcome: CallOutcome, tookMs: number): void;
}

export interface Figures extends Counting {
  /** Writes what has gathered; a write that fails is tried again with the next. */
  flush(): Promise<void>;
  /** Writes what has gathered and stops. */
  stop(): Promise<void>;
}

/** What has gathered of one connection in one hour. */
interface Held {
  readonly connectionId: string;
  readonly hour: number;
  counts: Record<string, number>;
  fault: LastFault | null;
}

const later = (a: LastFault | null, b: LastFault | null): LastFault | null => (a === null || (b !== null && b.at >= a.at) ? b : a);

/** Several processes add to the same rows. */
export function createFigures({ database, clock, log, everyMs = FLUSH_MS }: { readonly database: Database; readonly clock: Clock; readonly log: Log; readonly everyMs?: number }): Figures {
  let gathered = new Map<string, Held>();
  let lane: Promise<void> = Promise.resolve();
  let prunedAt = -1;

  function heldOf(connectionId: string, hour: number): Held {
    const key = `${hour} ${connectionId}`;
    const known = gathered.get(key);
    if (known) return known;
    const made: Held = { connectionId, hour, counts: {}, fault: null };
    gathered.set(key, made);
    return made;
  }

  function add(connectionId: string, names: readonly string[], count = 1, fault: Omit<LastFault, 'at'> | null = null): void {
    if (count <= 0) return;
    const now = clock.now();
    const held = heldOf(connectionId, startOf('hour', now));
    for (const name of names) held.counts[name] = (held.counts[name] ?? 0) + count;
    if (fault) held.fault = { at: new Date(now).toISOString(), ...fault };
  }

  /** The rows of one write: by the hour, and the same by the day. */
  function rowsOf(all: readonly Held[]): object[] {
    const grains = ['hour', 'day'] as const satisfies readonly Grain[];
    return grains.flatMap((grain) =>
      [...Map.groupBy(all, (one) => `${one.connectionId} ${startOf(grain, one.hour)}`).values()].flatMap((same) => {
        const [first] = same;
        if (!first) return [];
        const { at = null, ...fault } = same.reduce<LastFault | null>((last, one) => later(last, one.fault), null) ?? {};
        return [{ connection_id: first.connectionId, grain, starts_at: new Date(startOf(grain, first.hour)).toISOString(), counts: added(same.map(({ counts }) => counts)), fault_at: at, fault: at === null ? null : fault }];
      }),
    );
  }

  async function write(all: readonly Held[]): Promise<void> {
    // In one order everywhere, so that processes which write the same rows wait for each other and never in a circle.
    await sql`
      insert into connection_figures as f (organisation_id, connection_id, grain, starts_at, counts, fault_at, fault)
      select a.organisation_id, n.connection_id, n.grain, n.starts_at, n.counts, n.fault_at, n.fault
      from jsonb_to_recordset(${JSON.stringify(rowsOf(all))}::jsonb) as n(connection_id uuid, grain text, starts_at timestamptz, counts jsonb, fault_at timestamptz, fault jsonb)
      join connection_access a on a.id = n.connection_id and a.removed_at is null
      order by a.organisation_id, n.connection_id, n.grain, n.starts_at
      on conflict (organisation_id, connection_id, grain, starts_at) do update set
        counts = (
          select jsonb_object_agg(name, total) from (
            select key as name, sum(value::bigint) as total from (select * from jsonb_each_text(f.counts) union all select * from jsonb_each_text(excluded.counts)) as both_of group by key
          ) as summed
        ),
        fault = case when excluded.fault_at >= coalesce(f.fault_at, '-infinity') then excluded.fault else f.fault end,
        fault_at = greatest(f.fault_at, excluded.fault_at)
    `.execute(database.system);
  }

  /** Once an hour: what is older than anything that is shown. */
  async function prune(): Promise<void> {
    const now = clock.now();
    const hour = startOf('hour', now);
    if (hour === prunedAt) return;
    const before = (grain: Grain) => new Date(startOf(grain, now) - KEPT_MS[grain] + GRAIN_MS[grain]).toISOString();
    await sql`
      delete from connection_figures where (grain = 'hour' and starts_at < ${before('hour')}::timestamptz) or (grain = 'day' and starts_at < ${before('day')}::timestamptz)
    `.execute(database.system);
    prunedAt = hour;
  }

  /** Joins what could not be written to what has come meanwhile. */
  function takeBack(all: readonly Held[]): void {
    const meanwhile = [...gathered.values()];
    gathered = new Map();
    for (const one of [...all, ...meanwhile]) {
      const held = heldOf(one.connectionId, one.hour);
      held.counts = { ...added([held.counts, one.counts]) };
      held.fault = later(held.fault, one.fault);
    }
    for (const key of gathered.keys()) {
      if (gathered.size <= MOST) return;
      gathered.delete(key);
    }
  }

  function flush(): Promise<void> {
    lane = lane.then(async () => {
      const all = [...gathered.values()];
      gathered = new Map();
      try {
        if (all.length > 0) {
          await write(all);
          await prune();
        }
      } catch (error) {
        takeBack(all);
        log.warn({ err: error, rows: all.length }, 'figures could not be written; they are tried again');
      }
    });
    return lane;
  }

  const timer = setInterval(() => void (gathered.size > 0 ? flush() : undefined), everyMs);
  timer.unref();

  return {
    came: (connectionId, by, count) => add(connectionId, [COUNT.came(by)], count),
    duplicate: (connectionId, count) => add(connectionId, [COUNT.duplicate], count),
    refused: (connectionId, code) => add(connectionId, [COUNT.refused(code)], 1, { what: 'refused', code }),
    ended: (connectionId, end, tookMs, code) => add(connectionId, [COUNT.end(end), ...(tookMs === null ? [] : [COUNT.toRecord(tookMs)])], 1, code === null ? null : { what: 'delivery', code }),
    called(connectionId, purpose, outcome, tookMs) {
      const failed = outcome !== 'answered' && outcome !== 'spared';
      add(connectionId, [COUNT.call(purpose, outcome), ...(outcome === 'spared' ? [] : [COUNT.took(tookMs)])], 1, failed ? { what: 'call', code: outcome } : null);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
