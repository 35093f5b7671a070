import type { Place } from '../../contract/deepLink.ts';
import type { Alert } from '../../contract/record/attention.ts';
import type { RecordState } from '../record/state.ts';

interface Held {
  readonly tables: Pick<RecordState['tables'], 'conflicts' | 'calendars' | 'connections'>;
}

/**
 * Where what an alert is about can be seen to: a conflict, or what did not move with its wedding, in the queue, a calendar or a connection at its card. Of everything else,
 * and of what is not there (any more), the alert itself on its wedding's board.
 */
export function placeOfAlert({ tables }: Held, { id, weddingId, subject, stayed }: Pick<Alert, 'id' | 'weddingId' | 'subject' | 'stayed'>): Place {
  // The queue has what did not move along by the alert that tells of it.
  if (stayed && stayed.length > 0) return { view: 'conflicts', conflictId: id };
  if (subject?.collection === 'conflicts' && tables.conflicts[subject.id]) return { view: 'conflicts', conflictId: subject.id };
  const calendar = subject?.collection === 'calendars' ? tables.calendars[subject.id] : undefined;
  if (calendar) return { view: 'integrations', connectionId: calendar.connectionId, calendarId: calendar.id };
  if (subject?.collection === 'connections' && tables.connections[subject.id]) return { view: 'integrations', connectionId: subject.id };
  return { view: 'day', weddingId, alertId: id };
}

/** Whether somebody who is there has it before their eyes already. */
export function sees(looking: Place, place: Place): boolean {
  if (looking.view === 'day' && place.view === 'day') return looking.weddingId !== null && looking.weddingId === place.weddingId;
  if (looking.view === 'conflicts' && place.view === 'conflicts') return place.conflictId !== null && looking.conflictId === place.conflictId;
  if (looking.view === 'integrations' && place.view === 'integrations') {
    return place.connectionId !== null && looking.connectionId === place.connectionId;
  }
  return false;
}
