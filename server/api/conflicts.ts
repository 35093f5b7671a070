import { sql } from 'kysely';
import type { Conflict } from '../../core/contract/record/taking.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/rows.ts';

/** Conflicts that one answer tells. */
const TOLD = 500;

/** Those in one state, the next first. */
export async function conflictsIn(tx: Tx, organisationId: string, state: Conflict['state']): Promise<Conflict[]> {
  const { rows } = await sql<{ id: string }>`select id from conflicts where organisation_id = ${organisationId} and state = ${state} order by starts_at, id limit ${TOLD}`.execute(tx);
  const found = await readRows(tx, organisationId, 'conflicts', rows.map((row) => row.id));
  return found.sort((a, b) => a.startsAt.localeCompare(b.startsAt) || a.id.localeCompare(b.id));
}

/** How many are open of which the wedding, or a booking or allocation of it, is a member. */
export async function openConflictsOf(tx: Tx, organisationId: string, weddingId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with members as (
      select 'weddings' as collection, ${weddingId}::uuid as id
      union all select 'bookings', id from bookings where organisation_id = ${organisationId} and wedding_id = ${weddingId}
      union all select 'allocations', id from allocations where organisation_id = ${organisationId} and wedding_id = ${weddingId}
    )
    select count(distinct c.id) as count from members m
    join conflicts c on c.organisation_id = ${organisationId} and c.state = 'open' and c.members @> jsonb_build_array(jsonb_build_object('collection', m.collection, 'id', m.id))
  `.execute(tx);
  return Number(rows[0]?.count ?? 0);
}
