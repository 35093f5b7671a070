import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { CALENDARS } from '../../store/calendars/stage.ts';
import type { Tx } from '../../store/database.ts';

/** How far a calendar is filled. */

/** Told no more often than this. */
const TELL_MS = 1_000;

/** Whether it is time to tell of a calendar's filling again; the end is always told. */
export function createTelling(now: () => number): (calendarId: string, done: boolean) => boolean {
  const last = new Map<string, number>();
  return (calendarId, done) => {
    const at = now();
    if (done) last.delete(calendarId);
    else if (at - (last.get(calendarId) ?? Number.NEGATIVE_INFINITY) < TELL_MS) return false;
    else last.set(calendarId, at);
    return true;
  };
}

/** The calendar's filling after something was written; null = there is nothing to tell. */
export async function fillingAfter(tx: Tx, organisationId: string, calendar: Calendar, telling: (done: boolean) => boolean): Promise<EventDraft | null> {
  if (calendar.filling.state === 'idle' || calendar.filling.total === null) return null;
  const { rows } = await sql<{ waiting: number; whole: boolean | null }>`
    select (select count(*) from pushes where organisation_id = ${organisationId} and calendar_id = ${calendar.id} and state = 'queued') as waiting,
      (select (filled_to->>'whole')::boolean from calendar_states where organisation_id = ${organisationId} and calendar_id = ${calendar.id}) as whole
  `.execute(tx);
  const { waiting = 0, whole = null } = rows[0] ?? {};
  const { total } = calendar.filling;
  const over = whole === true && waiting === 0;
  if ((calendar.filling.state === 'failing' && !over) || !telling(over)) return null;
  const done = Math.max(calendar.filling.done, total - Math.min(total, waiting));
  return draftUpdated('calendar.changed', 'calendars', null, calendar, { filling: over ? { state: 'idle', reason: null, done: total, total } : { ...calendar.filling, done } }, null, CALENDARS);
}
