import type { ErrorCode } from '../../contract/errors.ts';
import type { Calendar } from '../../contract/record/calendars.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../record/drafts.ts';

/** What is written into a calendar is tried so often; with the waits below that is most of a working day. */
export const MOST_ATTEMPTS = 16;
const FIRST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/** When an attempt that failed is made again, in milliseconds. `random` spreads those that failed together; what was asked for by Retry-After is kept. */
export function retryAt(now: number, attempts: number, retryAfterMs: number | null, random: number): number {
  const wait = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_MS) * (0.5 + random / 2);
  return now + Math.max(Math.ceil(wait), retryAfterMs ?? 0);
}

const WHY: Partial<Record<ErrorCode, string>> = {
  'calendar.forbidden': 'We may read it and not write it. Give leave again at its connection, or have the calendar shared for changes.',
  'calendar.gone': 'It is not there any more. Choose another calendar at its connection.',
};

/** One for each calendar, however many entries it is about. */
export function failedAlert({ id: calendarId, name }: Pick<Calendar, 'id' | 'name'>, reason: ErrorCode, now: number, id: string, context: DraftContext): EventDraft {
  const detail = `What is recorded here does not stand there. ${WHY[reason] ?? 'It was tried as often as it is worth. Look at its connection, then have it tried again.'}`;
  return draftCreated(
    'alert.raised', 'alerts', null,
    { id, weddingId: null, severity: 'warning', rule: 'push_failed', title: `${name} could not be written`.slice(0, 300), detail, raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'calendars', id: calendarId } },
    null, context,
  );
}
