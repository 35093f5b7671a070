import { sql } from 'kysely';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';

type Held = Pick<Allocation, 'status' | 'rank'>;
/** It was a ranked hold and asks for that time no longer; one that becomes definite has it. */
export const gaveUp = (was: Held, is: Held): boolean => was.status === 'hold' && was.rank !== null && (is.status === 'lead' || is.status === 'cancelled');

/**
 * Of holds on the same resource for the same time those that were behind move up, each by one for every one that is gone;
 * the house hears of one that is first now.
 */
export async function movedUp(tx: Tx, organisationId: string, gone: readonly Allocation[], context: DraftContext, { clock, ids }: { readonly clock: Clock; readonly ids: Ids }): Promise<EventDraft[]> {
  const ranked = gone.filter(({ rank }) => rank !== null);
  if (ranked.length === 0) return [];
  const columns = sql.raw(PROJECTIONS.allocations.fields.map((field) => `a.${snake(field)}`).join(', '));
  const { rows } = await sql<Allocation & { rank: number }>`
    select distinct on (a.id) ${columns}
    from unnest(${ranked.map((one) => one.resourceId)}::uuid[], ${ranked.map((one) => one.startsAt)}::timestamptz[], ${ranked.map((one) => one.endsAt)}::timestamptz[], ${ranked.map((one) => one.rank)}::bigint[]) as g(resource_id, begins, ends, rank)
    join allocations a on a.organisation_id = ${organisationId} and a.resource_id = g.resource_id and a.ends_at > g.begins and a.starts_at < g.ends and a.status = 'hold' and a.rank > g.rank
    where not (a.id = any(${gone.map((one) => one.id)}::uuid[])) order by a.id
  `.execute(tx);
  return rows.flatMap((row): EventDraft[] => {
    const before = ranked.filter((one) => one.resourceId === row.resourceId && one.startsAt < row.endsAt && one.endsAt > row.startsAt && (one.rank ?? 0) < row.rank).length;
    const rank = Math.max(row.rank - before, 1);
    const draft = draftUpdated('allocation.updated', 'allocations', row.weddingId, row, { rank }, null, context);
    if (!draft || rank > 1) return draft ? [draft] : [];
    const alert = {
      id: ids.next(), weddingId: row.weddingId, severity: 'notice', rule: 'hold_first', title: `First now: ${row.title}`.slice(0, 300), detail: 'The hold before it has ended. Whoever holds it can be asked to confirm.',
      raisedAt: new Date(clock.now()).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'allocations', id: row.id },
    } as const;
    return [draft, draftCreated('alert.raised', 'alerts', row.weddingId, alert, null, context)];
  });
}
