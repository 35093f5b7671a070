import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Connection, Reading } from '../../core/contract/record/connections.ts';
import { countText, isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** What is being read or filled just now, in words. A share is told only where the whole is known. */

export const isReading = ({ reading }: Pick<Connection, 'reading'>): boolean => reading?.state === 'reading' || reading?.state === 'taking';

export function readingText({ total, done, read, pages }: Reading): string {
  if (total === null) return t('reading.soFar', { count: read, read: countText(read), page: countText(pages) });
  return t('reading.share', { done: countText(done), total: countText(total) });
}

export interface Work {
  readonly connectionId: string;
  /** Short, for the header. */
  readonly text: string;
  /** Whole, for who hears it or stops at it. */
  readonly title: string;
}

/** Sources first, then calendars; each once. */
export function workUnderWay(connections: readonly Connection[], calendars: readonly Calendar[]): Work[] {
  const read = connections.filter(isReading).flatMap(({ id, name, reading }): Work[] => {
    if (!reading) return [];
    const { total, done, read: so } = reading;
    const text = total === null ? t('reading.pill', { read: countText(so) }) : t('reading.pillShare', { done: countText(done), total: countText(total) });
    return [{ connectionId: id, text, title: `${t('reading.of', { name: isolated(name) })}: ${readingText(reading)}` }];
  });
  const filled = calendars.filter(({ filling }) => filling.state === 'filling' && (filling.total ?? 0) > 0).map(({ connectionId, name, filling }): Work => {
    const counts = { done: countText(filling.done), total: countText(filling.total ?? 0) };
    return { connectionId, text: t('reading.pillFilling', counts), title: `${t('calendars.filling', { name: isolated(name) })}: ${t('calendars.filled', counts)}` };
  });
  return [...read, ...filled];
}
