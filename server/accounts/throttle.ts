import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { nowOf, type Context } from './context.ts';

/**
 * Slows guessing at one account, wherever the guesses come from, in all processes alike. Each attempt is counted before
 * it is made, so that many at once gain nothing; success forgets them. Never a lock: the wait grows to a quarter of an hour.
 */
const FREE_ATTEMPTS = 5;
const LONGEST_WAIT_S = 900;
/** Attempts are forgotten after this long without another. */
const FORGOTTEN_H = 24;

const keyOf = (what: string) => createHash('sha256').update(what.toLowerCase()).digest();

export interface Attempts {
  /** Null = go ahead; else seconds to wait. */
  begin(what: string): Promise<number | null>;
  succeeded(what: string): Promise<void>;
}

export function createAttempts(context: Pick<Context, 'internals' | 'clock'>): Attempts {
  const db = context.internals.database.system;
  return {
    async begin(what) {
      const now = nowOf(context);
      const key = keyOf(what);
      const { rows } = await sql`
        insert into failed_attempts as f (key, count, last_at, wait_until) values (${key}, 1, ${now}, ${now})
        on conflict (key) do update set
          count = case when f.last_at < ${now}::timestamptz - make_interval(hours => ${sql.lit(FORGOTTEN_H)}) then 1 else f.count + 1 end,
          last_at = excluded.last_at,
          wait_until = ${now}::timestamptz + make_interval(secs => case when f.last_at < ${now}::timestamptz - make_interval(hours => ${sql.lit(FORGOTTEN_H)}) or f.count + 1 < ${sql.lit(FREE_ATTEMPTS)}
            then 0 else least(${sql.lit(LONGEST_WAIT_S)}, 2 ^ least(f.count + 2 - ${sql.lit(FREE_ATTEMPTS)}, 20)) end)
        where f.wait_until <= ${now}::timestamptz
        returning 1`.execute(db);
      if (rows.length > 0) return null;
      const held = await db.selectFrom('failedAttempts').select('waitUntil').where('key', '=', key).executeTakeFirst();
      return held ? Math.max(1, Math.ceil((Date.parse(held.waitUntil) - context.clock.now()) / 1000)) : 1;
    },
    async succeeded(what) {
      await db.deleteFrom('failedAttempts').where('key', '=', keyOf(what)).execute();
    },
  };
}
