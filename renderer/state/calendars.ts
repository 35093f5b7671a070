import type { Command } from '../../core/contract/commands.ts';
import { CalendarFields, type Calendar, type Difference, type Push } from '../../core/contract/record/calendars.ts';
import type { Backend } from './backend/backend.ts';
import { decide, type Decided } from './commands.ts';
import { newId } from './ids.ts';
import { isWaiting, openDecision } from './outbox.ts';
import { getConsole } from './store.ts';

/** Decisions about calendars that are kept elsewhere. */

export type CalendarChoice = Pick<Calendar, keyof typeof CalendarFields>;

const FIELDS = Object.keys(CalendarFields) as (keyof typeof CalendarFields)[];

export const choiceOf = (calendar: Calendar): CalendarChoice => Object.fromEntries(FIELDS.map((name) => [name, calendar[name]])) as CalendarChoice;
export const sameChoice = (a: CalendarChoice, b: CalendarChoice): boolean => FIELDS.every((name) => JSON.stringify(a[name] ?? null) === JSON.stringify(b[name] ?? null));

/** `was`: as the form was opened. How far a calendar is filled counts its version on; that is nobody's decision and overtakes none. */
export function saveCalendar(backend: Backend, was: Calendar, choice: CalendarChoice): Promise<Decided> {
  const now = getConsole().record?.tables.calendars[was.id];
  const basedOnVersion = now && sameChoice(choiceOf(now), choiceOf(was)) ? now.version : was.version;
  return decide(backend, { type: 'calendar.save', commandId: newId(), calendarId: was.id, basedOnVersion, ...choice });
}

/** Tries one that failed again; once is enough while an earlier try has no answer. */
export async function retryPush(backend: Backend, push: Push): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, push.id))) return { kind: 'already' };
  return decide(backend, { type: 'push.retry', commandId: newId(), pushId: push.id, basedOnVersion: push.version });
}

export type Kept = Extract<Command, { type: 'difference.settle' }>['keep'];

/** Which side stays. `reason`: why, in the person's words, where a hard clash would come of it. */
export async function settleDifference(backend: Backend, difference: Difference, keep: Kept, reason: string | null, commandId = newId()): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, difference.id))) return { kind: 'already' };
  const spoken = reason === null || reason.trim() === '' ? null : reason.trim();
  return decide(backend, { type: 'difference.settle', commandId, differenceId: difference.id, basedOnVersion: difference.version, keep, reason: spoken });
}
