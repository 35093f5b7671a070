import type { Calendar } from '../../contract/record/calendars.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../record/drafts.ts';

/** What is to stand in a calendar whose key a computer keeps that is not there. */

/** Over a night, and most of a day of rest, a computer is off without anybody being told. */
const TOLD_AFTER_MS = 24 * 3_600_000;

/** Whether somebody is to be told that it waits, by now (milliseconds). */
export const waitsLong = ({ since }: NonNullable<Calendar['waits']>, now: number): boolean => now - Date.parse(since) >= TOLD_AFTER_MS;

/** One for each calendar, however many entries wait. */
export function waitingAlert(
  { id: calendarId, name }: Pick<Calendar, 'id' | 'name'>, { computer }: NonNullable<Calendar['waits']>, now: number, id: string, context: DraftContext,
): EventDraft {
  const start = `Start the desktop app on ${computer}, which keeps its key`;
  const detail = `What is recorded here has not been written there for a day. ${start}, or enter the key again at its connection to keep it elsewhere.`;
  return draftCreated(
    'alert.raised', 'alerts', null,
    {
      id, weddingId: null, severity: 'warning', rule: 'push_waiting', title: `${name} waits for ${computer}`.slice(0, 300), detail,
      raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'calendars', id: calendarId },
    },
    null, context,
  );
}
