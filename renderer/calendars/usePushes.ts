import { useMemo } from 'react';
import type { Push } from '../../core/contract/record/calendars.ts';
import { useTables } from '../app/selectors.ts';

type Subject = Push['subject'];

/** What stands, or is to stand, in calendars because of some rows; by the names of the calendars. */
export function usePushesOf(subjects: readonly Subject[]): readonly Push[] {
  const { pushes, calendars } = useTables();
  const key = subjects.map(({ collection, id }) => `${collection}:${id}`).join();
  return useMemo(() => {
    const wanted = new Set(key.split(','));
    const name = ({ calendarId }: Push): string => calendars[calendarId]?.name ?? '';
    return Object.values(pushes).filter(({ subject }) => wanted.has(`${subject.collection}:${subject.id}`)).sort((a, b) => name(a).localeCompare(name(b)) || a.id.localeCompare(b.id));
  }, [pushes, calendars, key]);
}
