import { sql } from 'kysely';
import type { Log } from '../../core/ports/ports.ts';
import type { Database } from '../store/database.ts';
import { PRESENCE_LOCK } from '../store/peers.ts';

/** How often it is counted again. A process that comes or goes is noticed within this time. */
const COUNT_MS = 10_000;

/** How many server processes have the same record open: each keeps to its part of a vendor's limits. */
export interface Sharers {
  count(): number;
  /** Counts now. */
  recount(): Promise<void>;
  stop(): void;
}

export async function countSharers(database: Database, log: Log): Promise<Sharers> {
  if (database.kind === 'embedded') return { count: () => 1, recount: () => Promise.resolve(), stop: () => undefined };
  let count = 1;
  const recount = async () => {
    // Each process holds this lock, shared, for as long as it lives.
    const { rows } = await sql<{ count: number }>`
      select count(distinct pid)::int as count from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1 and classid = 0 and objid = ${sql.lit(PRESENCE_LOCK)} and database = (select oid from pg_database where datname = current_database())
    `.execute(database.system);
    count = Math.max(1, Number(rows[0]?.count ?? 1));
  };
  const counted = () => recount().catch((error: unknown) => log.warn({ err: error }, 'the other processes could not be counted; the former number stands'));
  await counted();
  const timer = setInterval(() => void counted(), COUNT_MS);
  timer.unref();
  return { count: () => count, recount, stop: () => clearInterval(timer) };
}
