import { sql } from 'kysely';
import type { AppDeps } from '../deps.ts';

const WINDOW_MS = 60_000;

/** Looking at a file before it is taken in, again with every column that is moved, or closing a dry run: they call nobody and keep nothing. */
const PREVIEWS = 6;

/** What is counted: calls that manage connections, and apart from them those that only look ahead. */
export type Managing = 'managing' | 'previewing';

/**
 * Counts a user's calls within a minute, over all of their devices and all processes. A device that was let in without an
 * account is a user of its own. A call that is refused does not push the end of the minute on.
 */
export interface ManagingLimit {
  /** Null = it may; otherwise seconds until it may again. */
  take(deviceId: string, kind: Managing): Promise<number | null>;
}

export function createManagingLimit({ internals, clock, config }: Pick<AppDeps, 'internals' | 'clock' | 'config'>): ManagingLimit {
  // A double of the store has no connections that could be managed.
  if (!internals) return { take: async () => null };
  const db = internals.database.system;
  const mostOf = (kind: Managing): number => config.managingPerMinute * (kind === 'previewing' ? PREVIEWS : 1);

  return {
    async take(deviceId, kind) {
      const now = clock.now();
      const at = (ms: number) => new Date(ms).toISOString();
      // The clocks of two processes differ a little; what is further ahead was counted before a clock was set back.
      const counted = sql`c > ${at(now - WINDOW_MS)}::timestamptz and c < ${at(now + WINDOW_MS)}::timestamptz`;
      const who = sql`select coalesce(account_id, id) from devices where id = ${deviceId}`;
      // One statement decides, so that many at once gain nothing.
      const taken = await sql`
        insert into managing_calls as m (who, kind, calls, last_at) values ((${who}), ${kind}, array[${at(now)}::timestamptz], ${at(now)}::timestamptz)
        on conflict (who, kind) do update set calls = array(select c from unnest(m.calls) as c where ${counted}) || excluded.calls, last_at = excluded.last_at
        where (select count(*) from unnest(m.calls) as c where ${counted}) < ${mostOf(kind)}
        returning 1
      `.execute(db);
      if (taken.rows.length > 0) {
        await sql`delete from managing_calls where (who, kind) in (select who, kind from managing_calls where last_at < ${at(now - 2 * WINDOW_MS)}::timestamptz for update skip locked)`.execute(db);
        return null;
      }
      // The call whose end makes room: with a budget that was lowered meanwhile, not the oldest.
      const { rows } = await sql<{ at: string }>`
        select c as at from managing_calls as m, unnest(m.calls) as c where m.who = (${who}) and m.kind = ${kind} and ${counted} order by c desc offset ${mostOf(kind) - 1} limit 1
      `.execute(db);
      const free = rows[0] ? Date.parse(rows[0].at) + WINDOW_MS - now : 0;
      return Math.max(1, Math.ceil(free / 1000));
    },
  };
}
