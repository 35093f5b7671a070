import { sql } from 'kysely';
import { ANALYTICS_DAYS, type PlatformAnalytics } from '../../core/contract/platform.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { isGone } from '../store/sessions.ts';

/** What an account is to the platform. */
export type Standing = 'marked' | 'second_factor_needed' | 'not_marked';

export interface Platform {
  /** Asked each time: a mark that was taken back opens nothing any more. */
  standing(session: { readonly accountId: string; readonly sessionId: string }): Promise<Standing>;
  analytics(): Promise<PlatformAnalytics>;
}

const DAY_MS = 86_400_000;
/** Counting walks through some tables of all houses: however often it is asked for, it is done once in this time. */
const KEPT_MS = 60_000;

/** Over all houses, so as the owner of the tables; nothing is read but counts. */
async function count({ database, clock }: Pick<StoreInternals, 'database' | 'clock'>): Promise<PlatformAnalytics> {
  const db = database.system;
  const now = clock.now();
  const at = new Date(now).toISOString();
  const days = Array.from({ length: ANALYTICS_DAYS }, (_, index) => new Date(now - (ANALYTICS_DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10));
  const [first = at.slice(0, 10)] = days;
  const from = `${first}T00:00:00.000Z`;

  const { rows: [all] } = await sql<{ organisations: number; demo: number; devices: number; seen: number; dead: number; oldestDead: string | null; written: number; failed: number; raised: number; acknowledged: number; median: number | null }>`
    select o.*, d.*, r.*, p.*, a.* from
      (select count(*) as organisations, count(*) filter (where demo) as demo from organisations) o,
      (select count(*) as devices, count(*) filter (where last_seen_at > ${new Date(now - DAY_MS).toISOString()}::timestamptz) as seen from devices where revoked_at is null and not (${isGone(at)})) d,
      (select count(*) as dead, min(received_at) as oldest_dead from review_items where kind = 'dead' and state = 'open') r,
      (select count(*) filter (where written_at >= ${from}::timestamptz) as written, count(*) filter (where state = 'failed') as failed from pushes) p,
      (select count(*) as raised, count(acknowledged_at) as acknowledged,
        (percentile_cont(0.5) within group (order by greatest(0, extract(epoch from acknowledged_at - raised_at) * 1000)) filter (where acknowledged_at is not null))::bigint as median
        from alerts where raised_at >= ${from}::timestamptz) a
  `.execute(db);
  const connections = await sql<PlatformAnalytics['connections'][number]>`select system, health, count(*) as count from connections group by 1, 2 order by 1, 2`.execute(db);
  const counted = await sql<PlatformAnalytics['deliveries'][number]>`
    select to_char(f.starts_at at time zone 'UTC', 'YYYY-MM-DD') as day,
      coalesce(sum(c.value::bigint) filter (where c.key like 'came.%'), 0)::bigint as received,
      coalesce(sum(c.value::bigint) filter (where c.key like 'refused.%'), 0)::bigint as refused,
      coalesce(sum(c.value::bigint) filter (where c.key in ('end.processed', 'end.ignored', 'end.parked')), 0)::bigint as worked
    from connection_figures f cross join lateral jsonb_each_text(f.counts) as c
    where f.grain = 'day' and f.starts_at >= ${from}::timestamptz group by 1
  `.execute(db);
  if (!all) throw new Error('nothing was counted');
  const byDay = new Map(counted.rows.map((row) => [row.day, row]));
  return {
    at,
    from: first,
    organisations: { count: all.organisations, demo: all.demo },
    devices: { count: all.devices, seen: all.seen },
    connections: connections.rows,
    deliveries: days.map((day) => byDay.get(day) ?? { day, received: 0, refused: 0, worked: 0 }),
    deadLetters: { count: all.dead, oldestMs: all.oldestDead === null ? null : Math.max(0, now - Date.parse(all.oldestDead)) },
    pushes: { written: all.written, failed: all.failed },
    alerts: { raised: all.raised, acknowledged: all.acknowledged, medianToAcknowledgeMs: all.median },
  };
}

/** @param flush writes what this process has counted of its connections so far */
export function createPlatform(internals: Pick<StoreInternals, 'database' | 'clock'>, flush: () => Promise<void>): Platform {
  let kept: { readonly at: number; readonly answer: Promise<PlatformAnalytics> } | null = null;
  return {
    async standing({ accountId, sessionId }) {
      const found = await internals.database.system
        .selectFrom('sessions')
        .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
        .select(['accounts.platformAdmin', 'accounts.twoFactorEnabled', 'sessions.secondFactorAt'])
        .where('sessions.id', '=', sessionId)
        .where('sessions.accountId', '=', accountId)
        .where('sessions.expiresAt', '>', instant(internals.clock))
        .executeTakeFirst();
      if (found?.platformAdmin !== true) return 'not_marked';
      return found.twoFactorEnabled === true && found.secondFactorAt !== null ? 'marked' : 'second_factor_needed';
    },
    analytics() {
      const now = internals.clock.now();
      if (kept !== null && Math.abs(now - kept.at) < KEPT_MS) return kept.answer;
      const mine = { at: now, answer: flush().then(() => count(internals)) };
      kept = mine;
      // What failed is asked for anew by the next one; whoever asked now is told.
      mine.answer.catch(() => {
        if (kept === mine) kept = null;
      });
      return mine.answer;
    },
  };
}
