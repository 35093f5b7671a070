import type { Calendar, Push } from '../../core/contract/record/calendars.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { dotted, isolated, timeText } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';

/** What is said of calendars that are kept elsewhere, and of what stands in them because of us. */

/** `Great Hall (Google Calendar)`: its own name, and the connection's where that says more. */
export function calendarName(tables: Pick<Tables, 'calendars' | 'connections'>, calendarId: string): string {
  const calendar = tables.calendars[calendarId];
  if (!calendar) return t('calendars.unknown');
  const connection = tables.connections[calendar.connectionId]?.name;
  return connection === undefined || connection === calendar.name ? isolated(calendar.name) : t('calendars.nameIn', { name: isolated(calendar.name), connection: isolated(connection) });
}

export const writes = ({ direction }: Pick<Calendar, 'direction'>): boolean => direction === 'outbound' || direction === 'bidirectional';

/** `Both ways · Great Hall`, and what is the matter with it. */
export function calendarText({ resources }: Pick<Tables, 'resources'>, calendar: Calendar): string {
  const { direction, resourceId, everyWedding, runSheet, role, state, mayWrite, main } = calendar;
  const whose = resourceId === null ? null : (resources[resourceId]?.name ?? t('conflicts.unknownResource'));
  return dotted([
    t(`calendars.direction.${direction}`),
    direction === 'none' ? null : writes(calendar) && everyWedding ? t('calendars.allWeddings') : (whose ?? t('calendars.nobodyYet')),
    writes(calendar) && everyWedding && whose,
    writes(calendar) && role ? t(`trades.${role}`) : null,
    writes(calendar) && runSheet === true && t('calendars.withRunSheets'),
    main && t('calendars.main'),
    state === 'gone' ? t('calendars.gone') : mayWrite === false && t('calendars.readOnlyShort'),
  ]);
}

/** How far a push is. The two promises are told apart: recorded here, and standing there. */
export type PushSays = 'queued' | 'late' | 'written' | 'leaving' | 'leavingLate' | 'left' | 'failed' | 'stillThere' | 'differs';

export function pushSays({ state, wish, attempts }: Pick<Push, 'state' | 'wish' | 'attempts'>, stopped = false): PushSays {
  const here = wish === 'present';
  switch (state) {
    case 'queued':
      return attempts === 0 && !stopped ? (here ? 'queued' : 'leaving') : here ? 'late' : 'leavingLate';
    case 'written':
      return here ? 'written' : 'left';
    case 'failed':
      return here ? 'failed' : 'stillThere';
    case 'differs':
      return 'differs';
  }
}

/** What keeps it from being tried at all: the computer that keeps the key is off, or has lost it. Null = nothing of the kind. */
export function pushStopped({ calendars, connections }: Pick<Tables, 'calendars' | 'connections'>, { state, wish, calendarId }: Pick<Push, 'state' | 'wish' | 'calendarId'>): string | null {
  const calendar = calendars[calendarId];
  if (state !== 'queued' || !calendar) return null;
  const connection = connections[calendar.connectionId];
  const reason = connection?.health === 'failing' ? (connection.healthReason ?? '') : '';
  if (reason.startsWith('desk.')) return errorWords(reason);
  if (!calendar.waits) return null;
  return t(wish === 'present' ? 'pushState.waits' : 'pushState.leavingWaits', { computer: isolated(calendar.waits.computer) });
}

/** Why it is not there yet, and when it is tried again; null = nothing is the matter. */
export function pushWhy(push: Push, zone: string): string | null {
  const { state, reason, attempts, nextAttemptAt } = push;
  if (state === 'differs') return t('pushState.differsWhy');
  if (reason === null || state === 'written') return null;
  const again = state === 'queued' && attempts > 0 && nextAttemptAt !== null ? t('pushState.again', { count: attempts, time: timeText(nextAttemptAt, zone) }) : null;
  return [errorWords(reason), again].filter((part) => part !== null).join(' ');
}

/** Pushes that still say something: what was taken out again, and is out, says nothing. */
export const tellsSomething = ({ wish, state }: Pick<Push, 'wish' | 'state'>): boolean => wish === 'present' || state !== 'written';
