import { sql } from 'kysely';
import type { Log } from '../../core/ports/ports.ts';
import type { Database } from './database.ts';

/** Events recorded here after which the planner is told for the first time; then each time as many again as there were. */
const FIRST = 500;
/** From then on PostgreSQL has looked for itself. */
const GROWN = 20_000;
/** What is looked up row by row while deliveries are worked on, and by what. */
const TABLES = {
  mappings: 'organisation_id, connection_id, remote_type',
  weddings: 'organisation_id',
  contacts: 'organisation_id',
  bookings: 'organisation_id',
  payments: 'organisation_id',
  messages: 'organisation_id',
  documents: 'organisation_id',
  calendar_events: 'organisation_id',
} as const;

/** Keeps what the database knows of the sizes of its tables in step with a record that grows quickly. */
export interface Statistics {
  /** So many events were recorded. What follows from it goes on beside. */
  grew(events: number): void;
  /** Settles when nothing goes on. */
  idle(): Promise<void>;
}

/**
 * Without it a record that has just begun to grow is planned as if it were empty: one lookup then reads a whole table.
 * PostgreSQL finds out by itself, but minutes later; the embedded database never does.
 */
export function createStatistics({ database, log }: { readonly database: Database; readonly log: Log }): Statistics {
  let events = 0;
  let next = FIRST;
  let running: Promise<void> | null = null;

  async function tell(): Promise<void> {
    try {
      // One by one, so that on the embedded database others have their turn in between.
      for (const [table, columns] of Object.entries(TABLES)) await sql`analyze ${sql.raw(table)} (${sql.raw(columns)})`.execute(database.system);
    } catch (error) {
      // It is slower without and not wrong.
      log.warn({ err: error }, 'the sizes of the tables could not be told to the database');
    }
    running = null;
  }

  return {
    grew(more) {
      events += more;
      if (events < next || running) return;
      next = database.kind === 'postgresql' && events >= GROWN ? Number.POSITIVE_INFINITY : events * 2;
      running = tell();
    },
    async idle() {
      await running;
    },
  };
}
