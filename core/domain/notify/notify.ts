import type { Place } from '../../contract/deepLink.ts';
import type { RecordedEvent } from '../../contract/events.ts';
import type { NotificationOutcome } from '../../contract/ipc.ts';
import { SEVERITIES, type Severity } from '../../contract/record/row.ts';
import type { Settings } from '../../contract/settings.ts';
import { isNews } from '../day/openAlerts.ts';
import type { RecordState } from '../record/state.ts';
import { placeOfAlert, sees } from './place.ts';

/** Older than this when it arrives, an alert is history; only if it is grave and still open it is worth a toast. */
export const STALE_AFTER_MS = 2 * 60_000;

export interface NotifyContext {
  /** The record after the event was applied. */
  readonly state: RecordState;
  readonly settings: Settings['notifications'];
  /** Milliseconds. */
  readonly now: number;
  /** The place the person is looking at in a focused window; null = no window has the focus. */
  readonly looking: Place | null;
  /** This device, by its id; null = not known yet. */
  readonly self: string | null;
}

export type Suppressed = Extract<NotificationOutcome, { outcome: 'suppressed' }>['why'];

export type NotifyDecision =
  | {
      readonly decision: 'notify';
      readonly severity: Severity;
      readonly title: string;
      readonly body: string;
      readonly alertId: string;
      /** Null = of no wedding in particular. Toasts of one wedding may be summed up. */
      readonly weddingId: string | null;
      /** Where a click leads: to what it is about. */
      readonly place: Place;
      readonly sound: boolean;
      /** Stays until it is dealt with, where the system can. */
      readonly sticky: boolean;
    }
  | { readonly decision: 'suppress'; readonly why: Suppressed }
  | { readonly decision: 'none' };

export const atLeast = (severity: Severity, threshold: Severity): boolean => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);

const couple = (state: RecordState, weddingId: string | null): string | null => (weddingId ? (state.tables.weddings[weddingId]?.title ?? null) : null);

/** Which facts become a native notification. Only alerts do; every other fact is on the board. */
export function decideNotification(event: RecordedEvent, context: NotifyContext): NotifyDecision {
  if (event.type !== 'alert.raised' || event.collection !== 'alerts') return { decision: 'none' };
  const alert = context.state.tables.alerts[event.row.id] ?? event.row;
  const grave = atLeast(alert.severity, 'critical');
  if (!context.settings.enabled) return { decision: 'suppress', why: 'disabled' };
  if (!atLeast(alert.severity, context.settings.minimumSeverity)) return { decision: 'suppress', why: 'below_threshold' };
  if (alert.state !== 'open') return { decision: 'suppress', why: 'already_acknowledged' };
  if (!isNews(alert, context.self)) return { decision: 'suppress', why: 'done_here' };
  if (context.now - Date.parse(event.recordedAt) > STALE_AFTER_MS && !grave) return { decision: 'suppress', why: 'catching_up' };
  const place = placeOfAlert(context.state, alert);
  const onBoard: Place = { view: 'day', weddingId: alert.weddingId, alertId: alert.id };
  if (!grave && context.looking && (sees(context.looking, place) || sees(context.looking, onBoard))) return { decision: 'suppress', why: 'window_focused' };
  const wedding = couple(context.state, alert.weddingId);
  return {
    decision: 'notify',
    severity: alert.severity,
    title: alert.title,
    body: wedding && !alert.detail.includes(wedding) ? `${wedding}: ${alert.detail}` : alert.detail,
    alertId: alert.id,
    weddingId: alert.weddingId,
    place,
    sound: context.settings.sound,
    sticky: grave,
  };
}
