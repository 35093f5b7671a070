import { sql } from 'kysely';
import type { Tx } from '../store/database.ts';
import type { DeliveryInHand } from './outcome.ts';

/** Only what is next in order of arrival, or only what is taken ahead of it. */
export type From = 'line' | 'ahead';

type Row = Omit<DeliveryInHand, 'ahead'> & { readonly early: boolean };

/** The share of a batch that may be taken ahead: the rest of it goes on in order of arrival, so nothing is ever starved. */
const AHEAD_SHARE = 2;

/**
 * Takes what is due of each organisation, `limit` of each at most, so that one that is flooded leaves room for the others: in order of
 * arrival, and up to half of it of connections that have something urgent, each from the front of its own line to its last urgent one.
 * Within one connection the order is always that of arrival (docs/intake.md, "What goes first").
 *
 * One statement that reads about as many rows as it takes, however long the queue is: the line through `deliveries_to_do`, connections
 * with something urgent step by step through `deliveries_urgent`, their lines through `deliveries_line`.
 */
export async function claim(tx: Tx, organisationIds: readonly string[], limit: number, now: string, from?: From): Promise<DeliveryInHand[]> {
  if (limit <= 0 || organisationIds.length === 0) return [];
  const ahead = from === 'line' ? 0 : from === 'ahead' ? limit : Math.floor(limit / AHEAD_SHARE);
  const line = from === 'ahead' ? 0 : limit;
  const { rows } = await claimed(organisationIds, { line, ahead, now }).execute(tx);
  return marked(rows, line);
}

const urgent = sql`state = 'received' and priority = 'urgent' and replay_id is null`;
const due = (now: string) => sql`state in ('received', 'waiting') and (next_attempt_at is null or next_attempt_at <= ${now}::timestamptz)`;
const columns = sql`d.id, d.organisation_id, d.arrival, d.connection_id, d.system, d.vendor_event, d.media_type, d.body, d.received_at, d.origin, d.attempts + 1 as attempts, d.let_through, d.replay_id, d.state as found`;

/** For the test of its plan as well. */
export const claimed = (organisationIds: readonly string[], { line, ahead, now }: { readonly line: number; readonly ahead: number; readonly now: string }) => sql<Row>`
  with recursive o as (select id from unnest(${organisationIds}::uuid[]) as o(id)),
  c as (
    select o.id as organisation_id, (select d.connection_id from deliveries d where d.organisation_id = o.id and ${urgent} order by d.connection_id limit 1) as connection_id from o where ${ahead}::bigint > 0
    union all
    select c.organisation_id, (select d.connection_id from deliveries d where d.organisation_id = c.organisation_id and d.connection_id > c.connection_id and ${urgent} order by d.connection_id limit 1)
    from c where c.connection_id is not null
  ),
  hurried as (
    select c.*, (select max(d.arrival) from deliveries d where d.organisation_id = c.organisation_id and d.connection_id = c.connection_id and ${urgent}) as last,
      row_number() over (partition by c.organisation_id order by c.connection_id) as place, count(*) over (partition by c.organisation_id) as others
    from c where c.connection_id is not null
      and (select d.id from deliveries d where d.connection_id = c.connection_id and d.in_line and d.state in ('received', 'waiting') order by d.connection_id limit 1) is null
  ),
  early as materialized (
    select d.id, h.organisation_id from hurried h cross join lateral (
      select d.id from deliveries d where d.connection_id = h.connection_id and ${due(now)} and d.arrival <= h.last
      order by d.arrival limit greatest(1, ${ahead}::bigint / h.others) for update skip locked
    ) as d where h.place <= ${ahead}::bigint
  )
  select d.*, a.settings, a.paused, a.removed_at is not null as removed from (
    select ${columns}, false as early from o cross join lateral (
      select * from deliveries where organisation_id = o.id and ${due(now)} and id not in (select id from early)
      order by arrival limit ${line}::bigint - least(${line}::bigint, (select count(*) from early where early.organisation_id = o.id)) for update skip locked
    ) as d
    union all
    select ${columns}, true as early from early cross join lateral (select * from deliveries where id = early.id limit 1) as d
  ) as d join connection_access a on a.id = d.connection_id
`;

/** What was taken early is ahead only of what has not been taken: where the line has come further, or is empty, it is in its place. */
function marked(rows: readonly Row[], limit: number): DeliveryInHand[] {
  const taken = Map.groupBy(rows, (row) => row.organisationId);
  return [...taken.values()].flatMap((own) => {
    const line = own.filter(({ early }) => !early);
    const all = line.length + Math.min(limit, own.length - line.length) < limit;
    const reached = all ? Number.POSITIVE_INFINITY : Math.max(0, ...line.map(({ arrival }) => arrival));
    return own.map(({ early, ...delivery }) => ({ ...delivery, ahead: early && delivery.arrival > reached }));
  });
}
