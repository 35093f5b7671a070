import { sql, type RawBuilder } from 'kysely';
import { REPLAY_LIMIT, type Lot, type ReplayOrder } from '../../core/contract/deliveries.ts';
import type { Tx } from '../store/database.ts';
import { bounds, filters, isNamed, isShown, statesOf, type Place } from './lots.ts';

/** What a removed connection has brought is left as it is: there is nobody to read it with. */
const OF_A_CONNECTION = sql`not exists (select from connection_access gone where gone.id = d.connection_id and gone.removed_at is not null)`;

/** The lot's condition on `d`. */
async function condition(tx: Tx, organisationId: string, lot: Lot): Promise<RawBuilder<unknown>> {
  if (isNamed(lot)) return sql`d.organisation_id = ${organisationId} and d.id = any(${lot.ids}::uuid[]) and ${OF_A_CONNECTION}`;
  const states = statesOf(lot.state) ?? [];
  return sql`${await bounds(tx, organisationId, lot, states)} and ${filters(lot, states)} and ${OF_A_CONNECTION}`;
}

/** A body that is gone says nothing any more; a test event never said anything. */
export const CAN_BE_WORKED_ON = sql`d.emptied_at is null and d.origin <> 'test'`;

/** A query for the next of a lot, the oldest first; of a dry run, for exactly those that it has shown and could try. */
export async function inLot(tx: Tx, organisationId: string, lot: ReplayOrder, after: Place | null, limit: number): Promise<RawBuilder<unknown>> {
  if (isShown(lot)) {
    const place = after ? sql`and (l.received_at, l.arrival) > (${after.at}::timestamptz, ${after.arrival}::bigint)` : sql``;
    return sql`
      select d.* from dry_run_lines l join deliveries d on d.id = l.delivery_id
      where l.dry_run_id = ${lot.dryRun} and l.organisation_id = ${organisationId} and l.outcome <> 'untried' and ${OF_A_CONNECTION} ${place} order by l.received_at, l.arrival limit ${limit}
    `;
  }
  const place = after ? sql`and (d.received_at, d.arrival) > (${after.at}::timestamptz, ${after.arrival}::bigint)` : sql``;
  return sql`select d.* from deliveries d where ${await condition(tx, organisationId, lot)} ${place} order by d.received_at, d.arrival limit ${limit}`;
}

/** How many of it still have a body and are not ours, {@link REPLAY_LIMIT} + 1 at most. */
export async function countLot(tx: Tx, organisationId: string, lot: ReplayOrder): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select 1 from (${await inLot(tx, organisationId, lot, null, REPLAY_LIMIT + 1)}) as d where ${CAN_BE_WORKED_ON}) as lot
  `.execute(tx);
  return rows[0]?.count ?? 0;
}
