import type { Wedding } from '../../../core/contract/record/day.ts';
import { callTimeAlerts, movesSomebody } from '../../../core/domain/alerts/callTimes.ts';
import type { DraftOf, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import type { Share } from '../record.ts';
import { readRowsOf } from '../rows.ts';
import { readAlertsOf } from '../taking/near.ts';
import { FOLLOWING_CONTEXT } from './stage.ts';

/**
 * The shares with alerts of call times that moved and are not told yet: what a delivery moves is told with it. Facts that move none cost no
 * question.
 */
export async function withCallTimes(tx: Tx, shares: readonly Share[], now: number, newId: () => string): Promise<readonly Share[]> {
  const moving = shares.flatMap(({ organisationId, drafts }) => {
    const told = new Set(drafts.flatMap((draft) =>
      (draft.collection === 'alerts' && draft.row.rule === 'call_time_moved' ? [draft.row.subject?.id] : [])));
    const moved = lastOf(drafts.filter((draft): draft is DraftOf<'bookings'> => movesSomebody(draft, now) && !told.has(draft.row.id)));
    return moved.length === 0 ? [] : [{ organisationId, drafts, moved }];
  });
  if (moving.length === 0) return shares;
  const weddings = await readRowsOf(tx, 'weddings', moving.flatMap(({ organisationId, moved }) =>
    moved.flatMap(({ weddingId }) => (weddingId === null ? [] : [{ organisationId, id: weddingId }]))));
  const alerts = await readAlertsOf(tx, moving.flatMap(({ organisationId, moved }) => moved.map(({ row }) => ({ organisationId, id: row.id }))));
  const told = new Map(moving.map(({ organisationId, drafts, moved }): [string, EventDraft[]] => {
    const own = new Map<string, Pick<Wedding, 'title' | 'startsAt' | 'endsAt'>>((weddings.get(organisationId) ?? []).map((row) => [row.id, row]));
    for (const draft of drafts) if (draft.collection === 'weddings') own.set(draft.row.id, draft.row);
    return [organisationId, moved.flatMap((draft) => callTimeAlerts({
      draft, wedding: own.get(draft.weddingId ?? '') ?? null,
      unresolved: (alerts.get(organisationId) ?? []).filter(({ subject }) => subject?.id === draft.row.id),
      now, newId, context: FOLLOWING_CONTEXT,
    }))];
  }));
  return shares.map((share) => ({ ...share, drafts: [...share.drafts, ...(told.get(share.organisationId) ?? [])] }));
}

/** Of each row the last. */
const lastOf = (drafts: readonly DraftOf<'bookings'>[]): DraftOf<'bookings'>[] => [...new Map(drafts.map((draft) => [draft.row.id, draft])).values()];
