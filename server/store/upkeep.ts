import { sql } from 'kysely';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Database } from './database.ts';

/** So many rows of a table that nobody sees any more are worth the time; of a large table a tenth of it. */
const ENOUGH = 2_000;
const SHARE = 0.1;
/** From one look to the next at least. */
const BETWEEN_MS = 60_000;
/** Others have waited so long for a quiet moment that it is done in the middle of work. */
const PATIENCE_MS = 15 * 60_000;

/** Frees what changed and deleted rows have left behind. */
export interface Upkeep {
  /** To be called often: does something when it is time, best when nothing else is to be done. */
  look(quiet: boolean): void;
  /** Settles when nothing goes on. */
  idle(): Promise<void>;
}

/**
 * The embedded database cleans up nothing by itself. Every delivery that was worked on leaves an entry at the beginning of the
 * line that each look for the next one has to step over, and every changed row its older form on disk. PostgreSQL has its own
 * (`autovacuum`), and is left to it.
 */
export function createUpkeep({ database, clock, log }: { readonly database: Database; readonly clock: Clock; readonly log: Log }): Upkeep {
  let running: Promise<void> | null = null;
  let next = clock.now() + BETWEEN_MS;
  let cleanedAt = clock.now();

  async function clean(): Promise<void> {
    try {
      const { rows } = await sql<{ relname: string }>`
        select relname from pg_stat_user_tables where n_dead_tup >= greatest(${ENOUGH}::bigint, n_live_tup * ${SHARE}::float8) order by n_dead_tup desc limit 1
      `.execute(database.system);
      // One at a time: meanwhile nobody else is served.
      for (const { relname } of rows) await sql`vacuum ${sql.table(relname)}`.execute(database.system);
      cleanedAt = clock.now();
      // Perhaps another one has as much.
      if (rows.length === 0) next = clock.now() + BETWEEN_MS;
    } catch (error) {
      next = clock.now() + BETWEEN_MS;
      log.warn({ err: error }, 'what old rows have left behind could not be freed');
    }
    running = null;
  }

  return {
    look(quiet) {
      const now = clock.now();
      if (database.kind !== 'embedded' || running || now < next || (!quiet && now - cleanedAt < PATIENCE_MS)) return;
      running = clean();
    },
    async idle() {
      await running;
    },
  };
}
