import type { Connection } from '../../contract/record/connections.ts';
import type { Step } from '../intake/ladder.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import type { View } from '../record/view.ts';

/** Says how near a connection is to being switched off; an earlier warning about it is settled by the newer one. */
export function warningAbout(connection: Pick<Connection, 'id' | 'name'>, step: Step, view: View, now: number, context: DraftContext, newId: () => string): EventDraft[] {
  const settled = view.unresolvedAlerts(connection.id).flatMap((alert) => {
    const draft = alert.rule === 'connection_warning' ? draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) : null;
    return draft ? [draft] : [];
  });
  const raised = draftCreated(
    'alert.raised',
    'alerts',
    null,
    {
      id: newId(), weddingId: null, severity: step >= 90 ? 'critical' : 'warning', rule: 'connection_warning',
      title: `${connection.name} has used up ${step} % of its patience`,
      detail: 'It has not answered for a long time. Unless it answers again it is switched off, and what it delivers is held until a person resumes it.',
      raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'connections', id: connection.id },
    },
    null,
    context,
  );
  return [...settled, raised];
}
