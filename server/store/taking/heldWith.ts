import { sql } from 'kysely';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';

/** What is held for weddings, and goes and comes back with them. */

const COLUMNS = sql.raw(PROJECTIONS.allocations.fields.map((field) => `a.${snake(field)}`).join(', '));

/** What goes with these weddings when they are called off. @param now UTC milliseconds */
export async function readHeldFor(tx: Tx, organisationId: string, weddingIds: readonly string[], now: number): Promise<Allocation[]> {
  if (weddingIds.length === 0) return [];
  const { rows } = await sql<Allocation>`
    select ${COLUMNS} from allocations a
    where a.organisation_id = ${organisationId} and a.wedding_id = any(${[...weddingIds]}::uuid[]) and a.status = 'hold' and a.locked_because is null
      and a.ends_at > ${new Date(now).toISOString()}::timestamptz order by a.id
  `.execute(tx);
  return rows;
}

/** Holds that went with a wedding when it was called off, and that nobody has touched since. */
export async function readGivenBackWith(tx: Tx, organisationId: string, weddingId: string): Promise<Allocation[]> {
  const { rows } = await sql<Allocation>`
    with off as (
      select seq, recorded_at from events
      where organisation_id = ${organisationId} and row_id = ${weddingId} and collection = 'weddings' and type = 'wedding.cancelled' order by seq desc limit 1
    )
    select ${COLUMNS} from off
    join allocations a on a.organisation_id = ${organisationId} and a.wedding_id = ${weddingId} and a.status = 'cancelled' and a.seq > off.seq
    join events e on e.organisation_id = a.organisation_id and e.seq = a.seq and e.type = 'allocation.cancelled' and e.recorded_at = off.recorded_at
      and e.before->>'status' = 'hold'
    order by a.rank nulls last, a.id
  `.execute(tx);
  return rows;
}
