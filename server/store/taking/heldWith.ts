import { sql } from 'kysely';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { gaveUp, movedUp } from './ranks.ts';

/** What is held for weddings, and goes and comes back with them. */

const COLUMNS = sql.raw(PROJECTIONS.allocations.fields.map((field) => `a.${snake(field)}`).join(', '));

/** What goes with these weddings when they are called off. @param now UTC milliseconds */
async function readHeldFor(tx: Tx, organisationId: string, weddingIds: readonly string[], now: number): Promise<Allocation[]> {
  if (weddingIds.length === 0) return [];
  const { rows } = await sql<Allocation>`
    select ${COLUMNS} from allocations a
    where a.organisation_id = ${organisationId} and a.wedding_id = any(${[...weddingIds]}::uuid[]) and a.status = 'hold' and a.locked_because is null
      and a.ends_at > ${new Date(now).toISOString()}::timestamptz order by a.id
  `.execute(tx);
  return rows;
}

/**
 * Whoever calls weddings off, what is held for them is given back, and whoever is behind moves up. What is definite stays, as somebody has agreed
 * to it, and so does what is locked or over. Told right behind the weddings, so that {@link readGivenBackWith} finds it again.
 */
export async function giveBack(
  tx: Tx, organisationId: string, weddingIds: readonly string[], context: DraftContext, ports: { readonly clock: Clock; readonly ids: Ids },
): Promise<EventDraft[]> {
  const held = await readHeldFor(tx, organisationId, weddingIds, ports.clock.now());
  const drafts = held.flatMap((row) => draftUpdated('allocation.cancelled', 'allocations', row.weddingId, row, { status: 'cancelled' }, null, context) ?? []);
  const freed = held.filter((row) => gaveUp(row, { ...row, status: 'cancelled' }));
  return [...drafts, ...(await movedUp(tx, organisationId, freed, context, ports))];
}

/** Ranks of the other holds on the same resource for its time. */
export async function readRanksBeside(tx: Tx, organisationId: string, { id, resourceId, startsAt, endsAt }: Allocation): Promise<number[]> {
  const { rows } = await sql<{ rank: number }>`
    select rank from allocations
    where organisation_id = ${organisationId} and id <> ${id} and resource_id = ${resourceId} and status = 'hold' and rank is not null
      and starts_at < ${endsAt}::timestamptz and ends_at > ${startsAt}::timestamptz
  `.execute(tx);
  return rows.map(({ rank }) => rank);
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
