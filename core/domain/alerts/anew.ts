import type { Alert } from '../../contract/record/attention.ts';
import type { Wedding } from '../../contract/record/day.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import type { View } from '../record/view.ts';
import { alertsFor } from './alerts.ts';

export interface Anew {
  readonly wedding: Wedding;
  readonly context: DraftContext;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * What alerted about a row while it was of no wedding is told again as its wedding's, as urgent as that is near.
 *
 * @param draft gives the row its wedding
 * @param about the alerts about it that are not resolved
 */
export function alertsAnew(draft: EventDraft, about: View, { wedding, context, now, newId }: Anew): EventDraft[] {
  const open = about.unresolvedAlerts(draft.row.id).filter((alert: Alert) => alert.state === 'open' && alert.weddingId === null);
  if (open.length === 0) return [];
  const view: View = { ...about, row: ((collection: string, id: string) => (collection === 'weddings' && id === wedding.id ? wedding : null)) as View['row'], unresolvedAlerts: () => [] };
  const anew = alertsFor([draft], view, now, context, newId);
  const rules = new Set(anew.flatMap((one) => (one.collection === 'alerts' ? [one.row.rule] : [])));
  const settled = open.filter(({ rule }) => rules.has(rule)).flatMap((alert) => draftUpdated('alert.resolved', 'alerts', null, alert, { state: 'resolved' }, null, context) ?? []);
  return [...settled, ...anew];
}
