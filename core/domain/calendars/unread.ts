import type { ErrorCode } from '../../contract/errors.ts';
import type { Alert } from '../../contract/record/attention.ts';
import type { Calendar } from '../../contract/record/calendars.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';

/** A calendar that is in use here and cannot be read: said at the calendar at once, and by an alert once it is no passing trouble. */

/** What did not answer may answer the next time; nobody is called to it before. */
const PASSING_MS = 30 * 60_000;
const PASSING: ReadonlySet<string> = new Set(['normalise.reread_failed'] satisfies ErrorCode[]);

const WHY: Partial<Record<string, string>> = {
  'normalise.forbidden': 'We may not read it any more. Have it shared with us again, or give leave again at its connection.',
  'normalise.reread_refused': 'It is not there any more, or not for us. Have it shared with us again, or choose another calendar at its connection.',
  'normalise.shape_unknown': 'What it answers cannot be understood. The other calendars of its connection are read.',
};

export interface UnreadNews {
  readonly calendar: Calendar;
  /** Why it could not be read just now, as an error code; null = it could, or it is not in use any more. */
  readonly reason: string | null;
  /** Alerts about the calendar that are not settled. */
  readonly unresolved: readonly Alert[];
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

/** Nothing where all of it is known already. */
export function unreadDrafts({ calendar, reason, unresolved, now, newId, context }: UnreadNews): EventDraft[] {
  const known = calendar.unread ?? null;
  const since = known?.since ?? new Date(now).toISOString();
  const next = reason === null ? null : { reason, since };
  const silent = known === null && next === null;
  const changed = silent ? null : draftUpdated('calendar.changed', 'calendars', null, calendar, { unread: next }, null, context);
  const said: EventDraft[] = changed ? [changed] : [];
  const told = unresolved.filter(({ rule }) => rule === 'calendar_unread');
  if (next === null) return [...said, ...told.flatMap((alert) =>
    draftUpdated('alert.resolved', 'alerts', null, alert, { state: 'resolved' }, null, context) ?? [])];
  const passing = PASSING.has(next.reason) && now - Date.parse(since) < PASSING_MS;
  const alert = told.length > 0 || passing ? [] : [unreadAlert(calendar, next.reason, now, newId(), context)];
  return [...said, ...alert];
}

function unreadAlert({ id: calendarId, name }: Calendar, reason: string, now: number, id: string, context: DraftContext): EventDraft {
  const why = WHY[reason] ?? 'It does not answer, and the other calendars of its connection do. It is tried with each look.';
  const detail = `What is entered there takes nobody's time here until it can be read again. ${why}`;
  return draftCreated(
    'alert.raised', 'alerts', null,
    {
      id, weddingId: null, severity: 'warning', rule: 'calendar_unread', title: `${name} cannot be read`.slice(0, 300), detail,
      raisedAt: new Date(now).toISOString(),
      state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'calendars', id: calendarId },
    },
    null, context,
  );
}
