import type { Connection } from '../../core/contract/record/connections.ts';
import { countText, isolated, spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import { readingText } from './progress.ts';

/** What has ended longer ago is no news. */
const TOLD_MS = 24 * 3_600_000;

/** How far its first look has come, or one that begins anew; for a while, how long it took. */
export function ReadingLine({ connection }: { readonly connection: Connection }) {
  const now = useNow(60_000);
  const { reading, name } = connection;
  if (!reading) return null;
  const { state, total, done, read, since, endedAt, reason } = reading;
  if (state === 'done') {
    if (endedAt === null || now - Date.parse(endedAt) > TOLD_MS) return null;
    const span = spanText(Math.max(1_000, Date.parse(endedAt) - Date.parse(since)));
    return <p role="status" className="dim num">{t('reading.done', { count: read, total: countText(read), span })}</p>;
  }
  if (state === 'stopped') {
    const why = reason === null ? t('reading.pausedHelp') : t('reading.stoppedHelp', { why: errorWords(reason) });
    return <p role="status" className="calendar-note">{t('reading.stopped', { count: read, read: countText(read) })} {why}</p>;
  }
  return (
    <div className="calendar-filling">
      <p className="num">{readingText(reading)}</p>
      <progress {...(total === null || total === 0 ? {} : { value: done, max: total })} aria-label={t('reading.of', { name: isolated(name) })} />
      {total === null ? <p className="dim">{t('reading.unknown')}</p> : null}
    </div>
  );
}
