import { isOverDecline, settledDeclines } from '../../../core/domain/calendars/answers.ts';
import type { DraftContext, EventDraft } from '../../../core/domain/record/drafts.ts';
import { alertsAbout } from '../alertsAbout.ts';
import type { Tx } from '../database.ts';

/** Alerts of invitations that were declined, and to something that is moved or called off now, or to which somebody else is invited. */

interface Share {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
}

/** The shares with the alerts that are over by them. One query more for each row that somebody had declined, none for others. */
export async function withDeclines<S extends Share>(tx: Tx, shares: readonly S[], context: DraftContext): Promise<readonly S[]> {
  if (!shares.some(({ drafts }) => drafts.some(isOverDecline))) return shares;
  const settled: S[] = [];
  for (const share of shares) {
    const told = new Set(share.drafts.map(({ row }) => row.id));
    const drafts: EventDraft[] = [...share.drafts];
    for (const id of new Set(share.drafts.filter(isOverDecline).map(({ row }) => row.subject.id))) {
      const alerts = (await alertsAbout(tx, share.organisationId, id)).unresolvedAlerts(id);
      drafts.push(...settledDeclines(alerts.filter((alert) => !told.has(alert.id)), context));
    }
    settled.push({ ...share, drafts });
  }
  return settled;
}
