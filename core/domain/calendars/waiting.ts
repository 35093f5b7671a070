import type { Alert } from '../../contract/record/attention.ts';
import type { Calendar } from '../../contract/record/calendars.ts';
import type { Severity } from '../../contract/record/row.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';

/** What is to stand in a calendar whose key a computer keeps that is not there: how long that is borne depends on how soon it begins. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Patience {
  /** What waits begins within so long; milliseconds. */
  readonly within: number;
  /** So long nobody is told, in milliseconds; and how it is said then. */
  readonly told: number;
  readonly text: string;
  readonly severity: Severity;
}

/**
 * Nearest first. A day ahead whoever is on the way looks into that calendar now; three days are near to every other alert too. Otherwise a
 * computer is off over a night, and most of a day of rest, without anybody being told.
 */
const PATIENCE: readonly Patience[] = [
  { within: DAY_MS, told: HOUR_MS / 2, text: 'half an hour', severity: 'critical' },
  { within: 3 * DAY_MS, told: 4 * HOUR_MS, text: 'four hours', severity: 'warning' },
  { within: Number.POSITIVE_INFINITY, told: DAY_MS, text: 'a day', severity: 'warning' },
];

export interface WaitingNews {
  readonly calendar: Pick<Calendar, 'id' | 'name'>;
  readonly waits: NonNullable<Calendar['waits']>;
  /** When the first begins of what is to stand there, or is to go from there; UTC milliseconds, null = nothing says when. */
  readonly begins: number | null;
  /** Those of this rule about the calendar that are not settled. */
  readonly unresolved: readonly Alert[];
  /** UTC milliseconds. */
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

/**
 * One for each calendar, however many entries wait. One that was raised while there was time is settled, and another one raised, once what
 * waits is near: nobody is told of a row that changes.
 */
export function waitingDrafts({ calendar, waits, begins, unresolved, now, newId, context }: WaitingNews): EventDraft[] {
  const ahead = begins === null ? Number.POSITIVE_INFINITY : begins - now;
  const waited = now - Date.parse(waits.since);
  const due = PATIENCE.find(({ within, told }) => ahead <= within && waited >= told);
  if (!due || unresolved.some(({ severity }) => severity === due.severity || severity === 'critical')) return [];
  const settled = unresolved.flatMap((alert) =>
    draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []);
  return [...settled, alertOf(calendar, waits, due, now, newId(), context)];
}

function alertOf(
  { id: calendarId, name }: Pick<Calendar, 'id' | 'name'>, { computer }: NonNullable<Calendar['waits']>, { text, severity }: Patience,
  now: number, id: string, context: DraftContext,
): EventDraft {
  const said = `What is recorded here has not been written there for ${text}.${severity === 'critical' ? ' Some of it begins within a day.' : ''}`;
  const start = `Start the desktop app on ${computer}, which keeps its key`;
  const detail = `${said} ${start}, or enter the key again at its connection to keep it elsewhere.`;
  return draftCreated(
    'alert.raised', 'alerts', null,
    {
      id, weddingId: null, severity, rule: 'push_waiting', title: `${name} waits for ${computer}`.slice(0, 300), detail,
      raisedAt: new Date(now).toISOString(),
      state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'calendars', id: calendarId },
    },
    null, context,
  );
}
