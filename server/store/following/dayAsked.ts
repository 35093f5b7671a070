import { sql } from 'kysely';
import type { Alert } from '../../../core/contract/record/attention.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import type { Share } from '../record.ts';
import { byOrganisation } from '../rows.ts';
import { FOLLOWING_CONTEXT } from './stage.ts';

/**
 * Alerts of days that somebody has asked for on the enquiry page, and that are answered: the wedding is no enquiry any more, by whomever, or what
 * was held for it is not. One question for facts of that kind, none for others.
 */

const COLUMNS = sql.raw(PROJECTIONS.alerts.fields.map((field) => `t.${snake(field)}`).join(', '));

/** It has left that status. */
const left = (draft: EventDraft, collection: 'weddings' | 'allocations', status: string): boolean =>
  draft.collection === collection && draft.before?.['status'] === status;

export async function withDayAsked(tx: Tx, shares: readonly Share[]): Promise<readonly Share[]> {
  const keysOf = (collection: 'weddings' | 'allocations', status: string) => shares.flatMap(({ organisationId, drafts }) =>
    drafts.filter((draft) => left(draft, collection, status)).map(({ row }) => ({ organisationId, id: row.id })));
  const [weddings, holds] = [keysOf('weddings', 'enquiry'), keysOf('allocations', 'hold')];
  if (weddings.length + holds.length === 0) return shares;
  const unnested = (keys: typeof weddings) =>
    sql`unnest(${keys.map(({ organisationId }) => organisationId)}::uuid[], ${keys.map(({ id }) => id)}::uuid[]) as k(organisation_id, id)`;
  const { rows } = await sql<Alert & { organisationId: string }>`
    select t.organisation_id, ${COLUMNS} from (
      select k.organisation_id, k.id from ${unnested(weddings)}
      union
      select q.organisation_id, q.wedding_id from ${unnested(holds)}
      join enquiries q on q.organisation_id = k.organisation_id and q.allocation_id = k.id
    ) as asked join alerts t on t.organisation_id = asked.organisation_id and t.subject->>'id' = asked.id::text
    where t.rule = 'day_asked' and t.state <> 'resolved'
  `.execute(tx);
  const alerts = byOrganisation<Alert>(rows);
  return shares.map((share) => {
    const told = new Set(share.drafts.map(({ row }) => row.id));
    const own = (alerts.get(share.organisationId) ?? []).filter(({ id }) => !told.has(id));
    const settled = own.flatMap((alert) =>
      draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, FOLLOWING_CONTEXT) ?? []);
    return settled.length === 0 ? share : { ...share, drafts: [...share.drafts, ...settled] };
  });
}
