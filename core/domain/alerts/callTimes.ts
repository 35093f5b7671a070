import type { Alert } from '../../contract/record/attention.ts';
import type { Wedding } from '../../contract/record/day.ts';
import { draftCreated, draftUpdated, type DraftContext, type DraftOf, type EventDraft } from '../record/drafts.ts';
import { nearness } from './nearness.ts';

/** A call time that moved: whoever has to be there at another time is told, whoever has moved it. */

type Near = Pick<Wedding, 'title' | 'startsAt' | 'endsAt'>;

/** What is said of it; null = no call time moved. One that is set for the first time is told with its booking. */
export function callTimeMoved(draft: EventDraft, wedding: Near | null, now: number): Pick<Alert, 'severity' | 'title' | 'detail'> | null {
  if (draft.type !== 'booking.updated' || draft.collection !== 'bookings' || !draft.row.callTime) return null;
  const was = draft.before?.['callTime'];
  if (typeof was !== 'string') return null;
  const minutes = Math.round((Date.parse(draft.row.callTime) - Date.parse(was)) / 60_000);
  if (minutes === 0) return null;
  const by = minutes > 0 ? `${minutes} min later` : `${-minutes} min earlier`;
  return {
    severity: nearness(wedding, now) === 'today' ? 'warning' : 'notice',
    title: `${draft.row.vendorName ?? draft.row.title} is ${by}`.slice(0, 300),
    detail: `Call time for ${wedding?.title ?? 'no wedding yet'} moved.`,
  };
}

/** A booking whose call time moved and is still to come, or was. The demo moves its days by itself, and nobody is told. */
export function movesSomebody(draft: EventDraft, now: number): draft is DraftOf<'bookings'> {
  if (draft.collection !== 'bookings' || draft.actor.kind === 'demo') return false;
  const was = draft.before?.['callTime'];
  const later = typeof was === 'string' && draft.row.callTime !== null ? Math.max(Date.parse(was), Date.parse(draft.row.callTime)) : 0;
  return later > now && draft.row.status !== 'cancelled' && draft.row.status !== 'lead';
}

export interface Moved {
  readonly draft: DraftOf<'bookings'>;
  readonly wedding: Near | null;
  /** Alerts about the booking that are not settled. */
  readonly unresolved: readonly Alert[];
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

/** The alert of a call time that was moved; what was told before of the same booking is not true any more. */
export function callTimeAlerts({ draft, wedding, unresolved, now, newId, context }: Moved): EventDraft[] {
  const told = callTimeMoved(draft, wedding, now);
  if (!told) return [];
  const older = unresolved.filter(({ rule }) => rule === 'call_time_moved');
  const alert: Omit<Alert, 'version' | 'seq' | 'updatedAt' | 'source'> = {
    id: newId(), weddingId: draft.weddingId, ...told, rule: 'call_time_moved', raisedAt: new Date(now).toISOString(),
    state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'bookings', id: draft.row.id },
    doneBy: draft.actor.kind === 'person' ? draft.actor.id : null,
  };
  return [
    ...older.flatMap((one) => draftUpdated('alert.resolved', 'alerts', one.weddingId, one, { state: 'resolved' }, null, context) ?? []),
    draftCreated('alert.raised', 'alerts', draft.weddingId, alert, null, context),
  ];
}
