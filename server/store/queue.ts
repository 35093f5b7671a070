import { sql } from 'kysely';
import type { QueueCounts } from '../../core/contract/intake.ts';
import { EMPTY_QUEUE } from '../../core/domain/intake/queue.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { Database, Tx } from './database.ts';

type Kind = 'waiting' | 'held' | 'parked' | 'quarantined' | 'dead';

/** What is not done yet, by connection; a connection without any is left out. What needs a person is counted until the person has seen to it. */
export async function queueByConnection(tx: Tx, organisationId: string): Promise<Map<string, QueueCounts>> {
  const { rows } = await sql<{ connectionId: string; kind: Kind; count: number; oldest: string }>`
    select connection_id, 'waiting' as kind, count(*) as count, min(received_at) as oldest from deliveries
      where organisation_id = ${organisationId} and state in ('received', 'waiting') group by connection_id
    union all
    select connection_id, 'held', count(*), min(received_at) from deliveries
      where connection_id in (select id from connections where organisation_id = ${organisationId}) and state = 'held' group by connection_id
    union all
    select connection_id, kind, count(*), min(received_at) from review_items
      where organisation_id = ${organisationId} and state = 'open' and kind in ('parked', 'quarantined', 'dead') group by connection_id, kind
  `.execute(tx);
  const found = new Map<string, QueueCounts>();
  for (const { connectionId, kind, count, oldest } of rows) {
    const before = found.get(connectionId) ?? EMPTY_QUEUE;
    found.set(connectionId, { ...before, [kind]: count, ...(kind === 'waiting' ? { oldestWaitingAt: oldest } : kind === 'dead' ? { oldestDeadAt: oldest } : {}) });
  }
  return found;
}

/** Of all organisations together, for /metrics. */
export interface Gauges {
  readonly deliveriesWaiting: number;
  readonly deliveriesHeld: number;
  readonly deliveriesParked: number;
  readonly deliveriesQuarantined: number;
  readonly deliveriesDead: number;
  /** Seconds since the oldest was received; 0 = there is none. */
  readonly oldestWaitingSeconds: number;
  readonly oldestDeadSeconds: number;
  readonly databaseBytes: number;
  /** Connections whose source is left alone now, by system and operation. */
  readonly breakers: readonly { readonly system: string; readonly operation: string; readonly state: 'open' | 'no_access'; readonly count: number }[];
}

export async function gauges({ database, clock }: { readonly database: Database; readonly clock: Clock }): Promise<Gauges> {
  const result = await sql<{ waiting: number; held: number; parked: number; quarantined: number; dead: number; oldestWaiting: string | null; oldestDead: string | null; bytes: number }>`
    select waiting, held, parked, quarantined, dead, oldest_waiting, oldest_dead, pg_database_size(current_database()) as bytes
    from (select count(*) as waiting, min(received_at) as oldest_waiting from deliveries where state in ('received', 'waiting')) as w,
      (select count(*) as held from deliveries where state = 'held') as h,
      (select count(*) filter (where state = 'parked') as parked, count(*) filter (where state = 'quarantined') as quarantined,
        count(*) filter (where state = 'dead') as dead, min(received_at) filter (where state = 'dead') as oldest_dead
        from deliveries where state in ('parked', 'quarantined', 'dead')) as r
  `.execute(database.system);
  const breakers = await sql<Gauges['breakers'][number]>`
    select a.system, b.key as operation, case when b.value->>'noAccess' = 'true' then 'no_access' else 'open' end as state, count(*) as count
    from connection_access a cross join lateral jsonb_each(case jsonb_typeof(a.breaker) when 'object' then a.breaker else '{}'::jsonb end) as b
    where (b.value->>'openUntil')::numeric > ${clock.now()}::bigint group by 1, 2, 3 order by 1, 2, 3
  `.execute(database.system);
  const row = result.rows[0];
  const secondsSince = (at: string | null | undefined): number => (at ? Math.max(0, Math.round((clock.now() - Date.parse(at)) / 1000)) : 0);
  return {
    deliveriesWaiting: row?.waiting ?? 0,
    deliveriesHeld: row?.held ?? 0,
    deliveriesParked: row?.parked ?? 0,
    deliveriesQuarantined: row?.quarantined ?? 0,
    deliveriesDead: row?.dead ?? 0,
    oldestWaitingSeconds: secondsSince(row?.oldestWaiting),
    oldestDeadSeconds: secondsSince(row?.oldestDead),
    databaseBytes: row?.bytes ?? 0,
    breakers: breakers.rows,
  };
}
