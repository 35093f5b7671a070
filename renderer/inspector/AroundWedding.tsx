import { useMemo } from 'react';
import type { Wedding } from '../../core/contract/record/day.ts';
import { activeWeather } from '../../core/domain/day/weather.ts';
import { messagesOf } from '../../core/domain/messages/messages.ts';
import { gistText, wayText, withWhom } from '../app/messageText.ts';
import { formatRoute } from '../app/routes.ts';
import { LIST_STEP_MS, useTables } from '../app/selectors.ts';
import { countText, dayText, dotted, momentText, timeText } from '../components/format.ts';
import { SeverityMark } from '../components/Severity.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { inspectHref } from './links.ts';
import { Links } from './parts.tsx';

/** So many of each; the rest is a step away. */
const SHOWN = 4;

/** What is said, shared, noted and forecast around a wedding: the weather that holds, then the newest of each. */
export function AroundWedding({ wedding }: { readonly wedding: Wedding }) {
  const tables = useTables();
  const now = useNow(LIST_STEP_MS);
  const { id, zone } = wedding;
  const messages = useMemo(() => messagesOf(Object.values(tables.messages), { channel: null, weddingId: id }), [tables.messages, id]);
  const documents = useMemo(
    () => Object.values(tables.documents).filter((row) => row.weddingId === id).sort((a, b) => (b.sharedAt ?? b.updatedAt).localeCompare(a.sharedAt ?? a.updatedAt)),
    [tables.documents, id],
  );
  const entries = useMemo(
    () => Object.values(tables.calendarEvents).filter((row) => row.weddingId === id && row.status !== 'cancelled').sort((a, b) => a.startsAt.localeCompare(b.startsAt)),
    [tables.calendarEvents, id],
  );
  const weather = useMemo(() => activeWeather(Object.values(tables.weatherNotices), [wedding], now), [tables.weatherNotices, wedding, now]);
  // What is still to come, and of what is over only as much as there is room for.
  const ahead = entries.filter((entry) => Date.parse(entry.endsAt) > now);
  const calendar = ahead.length >= SHOWN ? ahead.slice(0, SHOWN) : entries.slice(-SHOWN);

  return (
    <>
      <Links
        title={t('around.weather')}
        links={weather.map((notice) => ({ href: inspectHref('weather', notice.id, id), label: notice.headline, mark: <SeverityMark severity={notice.severity} />, what: notice.endsAt ? t('weather.until', { time: momentText(notice.endsAt, zone, now) }) : '' }))}
      />
      <Links
        title={t('around.messages')}
        links={messages.slice(0, SHOWN).map((message) => ({ href: inspectHref('message', message.id, id), label: withWhom(tables, message), more: gistText(message), what: message.status === 'failed' ? t('messageStatus.failed') : wayText(message) }))}
        all={messages.length > SHOWN ? { href: formatRoute({ place: { view: 'messages', channel: null, weddingId: id }, selected: null }), label: t('around.allMessages', { count: messages.length, total: countText(messages.length) }) } : null}
      />
      <Links title={t('around.documents')} links={documents.slice(0, SHOWN).map((row) => ({ href: inspectHref('document', row.id, id), label: row.title, what: t(`documentStatus.${row.status}`) }))} />
      <Links
        title={t('around.calendar')}
        links={calendar.map((entry) => ({ href: inspectHref('entry', entry.id, id), label: entry.title, what: dotted([dayText(entry.startsAt, zone), entry.allDay ? t('calendarEntry.allDay') : timeText(entry.startsAt, zone)]) }))}
      />
    </>
  );
}
