import { sql } from 'kysely';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { gaveUp, movedUp } from '../taking/ranks.ts';
import type { Deciding } from './deciding.ts';

/**
 * What is held for a wedding goes with it: called off by a person it asks for that time no longer, and whoever is behind moves up in the same
 * commit. What is definite stays, as somebody has agreed to it, and so does what is locked or over.
 */

const COLUMNS = sql.raw(PROJECTIONS.allocations.fields.map((field) => `a.${snake(field)}`).join(', '));

/** Of a wedding that a person calls off. They are told right behind it, so that {@link givenBackWith} finds them again. */
export async function givenBack({ writing: { tx }, organisationId, internals, context }: Deciding, weddingId: string): Promise<EventDraft[]> {
  const { rows: held } = await sql<Allocation>`
    select ${COLUMNS} from allocations a
    where a.organisation_id = ${organisationId} and a.wedding_id = ${weddingId} and a.status = 'hold' and a.locked_because is null
      and a.ends_at > ${new Date(internals.clock.now()).toISOString()}::timestamptz order by a.id
  `.execute(tx);
  const drafts = held.flatMap((row) => draftUpdated('allocation.cancelled', 'allocations', weddingId, row, { status: 'cancelled' }, null, context) ?? []);
  const freed = held.filter((row) => gaveUp(row, { ...row, status: 'cancelled' }));
  return [...drafts, ...(await movedUp(tx, organisationId, freed, context, internals))];
}

/** Holds that went with a wedding when it was called off, and that nobody has touched since. */
export async function givenBackWith({ writing: { tx }, organisationId }: Pick<Deciding, 'writing' | 'organisationId'>, weddingId: string): Promise<Allocation[]> {
  const { rows } = await sql<Allocation>`
    with off as (
      select seq, recorded_at from events
      where organisation_id = ${organisationId} and row_id = ${weddingId} and collection = 'weddings' and type = 'wedding.cancelled' order by seq desc limit 1
    )
    select ${COLUMNS} from off join allocations a on a.organisation_id = ${organisationId} and a.wedding_id = ${weddingId} and a.status = 'cancelled' and a.seq > off.seq
    join events e on e.organisation_id = a.organisation_id and e.seq = a.seq and e.type = 'allocation.cancelled' and e.recorded_at = off.recorded_at
      and e.before->>'status' = 'hold'
    order by a.rank nulls last, a.id
  `.execute(tx);
  return rows;
}
