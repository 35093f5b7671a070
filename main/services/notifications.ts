import type { Place } from '../../core/contract/deepLink.ts';
import { isErasure, type RecordedEvent } from '../../core/contract/events.ts';
import type { Banner, NotificationOutcome } from '../../core/contract/ipc.ts';
import { SEVERITIES, type Severity } from '../../core/contract/record/row.ts';
import type { Settings } from '../../core/contract/settings.ts';
import { decideNotification, type NotifyDecision } from '../../core/domain/notify/notify.ts';
import type { RecordState } from '../../core/domain/record/state.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import { WORDS } from '../words.ts';
import { createStorm, STORM_WINDOW_MS } from './storm.ts';
import { showToast, type ToastAction, type ToastContent, type Toasts } from './toast.ts';

type Notify = Extract<NotifyDecision, { decision: 'notify' }>;

export interface NotificationOptions {
  readonly toasts: Toasts;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly settings: () => Settings['notifications'];
  /** The place in the focused window; null when none has the focus or it is not known. */
  readonly looking: () => Place | null;
  /** This device, by its id; null = not known yet. */
  readonly self: () => string | null;
  readonly banner: (banner: Omit<Banner, 'id' | 'at'>) => void;
  /** A click: bring the window to the front and go there. */
  readonly open: (place: Place) => void;
  /** Somebody has seen an alert and said so on its toast. */
  readonly seen: (alertId: string) => void;
}

export interface NotificationService {
  /** Decides and shows. Resolves with what became of it; null when the fact is not one to notify about. */
  consider(event: RecordedEvent, state: RecordState): Promise<NotificationOutcome | null>;
  /** A plain message of the program itself. */
  say(title: string, body: string): Promise<NotificationOutcome>;
  /** A test toast, whatever the settings say. */
  test(): Promise<NotificationOutcome>;
}

type Urgency = ToastContent['urgency'];
const URGENCY: Readonly<Record<Severity, Urgency>> = { info: 'low', notice: 'low', warning: 'normal', critical: 'critical', emergency: 'critical' };
const DAY: Place = { view: 'day', weddingId: null, alertId: null };
const SHOW: ToastAction = { act: 'show', label: WORDS.toasts.show };
const SEEN: ToastAction = { act: 'seen', label: WORDS.toasts.seen };

/** Where those that are summed up can all be seen: in the queue of conflicts, on the board of their wedding, else on the day's. */
function placeOfAll(group: readonly Notify[]): Place {
  if (group.every(({ place }) => place.view === 'conflicts')) return { view: 'conflicts', conflictId: null };
  const weddingId = group[0]?.weddingId ?? null;
  return group.every((one) => one.weddingId === weddingId) ? { view: 'day', weddingId, alertId: null } : DAY;
}

/** Turns alerts into native notifications. Every decision ends in an outcome code, and each outcome is logged. */
export function createNotifications(options: NotificationOptions): NotificationService {
  const { clock, timers, log, toasts } = options;
  const storm = createStorm();
  let held: Notify[] = [];

  const show = async (content: ToastContent, severity: Severity, place: Place, about: Record<string, unknown>): Promise<NotificationOutcome> => {
    let refusal: string | null = null;
    const opened = () => {
      log.info({ ...about, place }, 'notification clicked');
      options.open(place);
    };
    const outcome = await showToast(toasts, timers, content, {
      clicked: opened,
      acted: (act) => {
        if (act === 'show' || content.key === null) return opened();
        log.info(about, 'notification seen');
        options.seen(content.key);
      },
      failed: (message) => (refusal = message),
    });
    log.info({ ...about, severity, ...outcome, ...(refusal === null ? {} : { refusal }) }, 'notification');
    // Somebody must learn of it: what the system could not show is shown in the console.
    if (outcome.outcome === 'failed') {
      const detail = `${content.body} ${WORDS.banners.toastFailed} ${WORDS.banners.toastWhy[outcome.why]}`.trim();
      options.banner({ kind: 'toast_failed', severity, title: content.title, detail, place });
    }
    return outcome;
  };

  const summarise = () => {
    const group = held;
    held = [];
    const [first] = group;
    if (!first) return;
    storm.admit(clock.now());
    const severity = group.map((one) => one.severity).reduce((worst, next) => (SEVERITIES.indexOf(next) > SEVERITIES.indexOf(worst) ? next : worst));
    const place = placeOfAll(group);
    const named = group.slice(0, 3).map((one) => one.title).join(' · ');
    const sticky = group.some((one) => one.sticky);
    const content = { key: null, title: WORDS.toasts.more(group.length), body: named, urgency: URGENCY[severity], silent: !first.sound, sticky };
    void show(content, severity, place, { summaryOf: group.length });
  };

  return {
    async consider(event, state) {
      // Somebody has seen to it, here or at another desktop, or who it names was erased: it must not be on the screen any longer.
      if (event.collection === 'alerts' && (event.row.state !== 'open' || isErasure(event.type))) {
        toasts.dismiss(event.row.id);
        held = held.filter(({ alertId }) => alertId !== event.row.id);
      }
      const decision = decideNotification(event, { state, settings: options.settings(), now: clock.now(), looking: options.looking(), self: options.self() });
      if (decision.decision === 'none') return null;
      const about = { eventId: event.id, seq: event.seq, alertId: event.row.id };
      const suppressed = (why: Extract<NotificationOutcome, { outcome: 'suppressed' }>['why']): NotificationOutcome => {
        log.info({ ...about, outcome: 'suppressed', why }, 'notification');
        return { outcome: 'suppressed', why };
      };
      if (decision.decision === 'suppress') return suppressed(decision.why);
      // An emergency is never summed up with others.
      if (!storm.admit(clock.now()) && decision.severity !== 'emergency') {
        held.push(decision);
        if (held.length === 1) timers.after(STORM_WINDOW_MS, summarise);
        return suppressed('grouped');
      }
      const { title, body, severity, sound, sticky, place } = decision;
      return show({ key: event.row.id, title, body, urgency: URGENCY[severity], silent: !sound, sticky, actions: [SHOW, SEEN] }, severity, place, about);
    },
    say: (title, body) => show({ key: null, title, body, urgency: 'low', silent: true, sticky: false }, 'info', DAY, { say: true }),
    test: () => {
      const { testTitle: title, testBody: body } = WORDS.toasts;
      return show({ key: null, title, body, urgency: 'normal', silent: !options.settings().sound, sticky: false }, 'info', DAY, { test: true });
    },
  };
}
