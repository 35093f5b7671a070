import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { MESSAGE_CHANNELS, type Message } from '../../core/contract/record/people.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import { byDay, cameInToday, messagesOf, saidAt, type MessageDay } from '../../core/domain/messages/messages.ts';
import { useMay } from '../app/access.ts';
import { gistText, withWhom } from '../app/messageText.ts';
import { go, useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { countText, dayText, fullMoment, isolated, timeText } from '../components/format.ts';
import { Empty } from '../components/Section.tsx';
import { useNow } from '../components/useNow.ts';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { MessageStatus, MessageWay } from './parts.tsx';

/** So many at first, and so many more whenever older ones are asked for. */
const STEP = 100;
const DAY_MS = 86_400_000;

/** `Today`, `Yesterday`, else the date. */
function dayName({ date, messages }: MessageDay, zone: string, now: number): string {
  if (date === localDate(zone, now)) return t('messages.today');
  if (date === localDate(zone, now - DAY_MS)) return t('messages.yesterday');
  return dayText(messages[0] ? saidAt(messages[0]) : now, zone);
}

interface Filters {
  readonly channel: Message['channel'] | null;
  readonly weddingId: string | null;
}

/** What can be chosen: channels and weddings that have messages, and what is chosen already. */
function Filter({ channel, weddingId }: Filters) {
  const { messages, weddings } = useTables();
  const { channels, about } = useMemo(() => {
    const all = Object.values(messages);
    const [used, ids] = [new Set(all.map((message) => message.channel)), new Set(all.map((message) => message.weddingId))];
    return {
      channels: MESSAGE_CHANNELS.filter((name) => used.has(name) || name === channel),
      about: Object.values(weddings).filter(({ id }) => ids.has(id) || id === weddingId).sort((a, b) => a.startsAt.localeCompare(b.startsAt)),
    };
  }, [messages, weddings, channel, weddingId]);
  const open = (filters: Filters): void => go({ place: { view: 'messages', ...filters }, selected: null });
  return (
    <div className="message-filter">
      <NativeSelect
        aria-label={t('messages.channel')}
        value={channel ?? ''}
        data={[{ value: '', label: t('messages.everyChannel') }, ...channels.map((value) => ({ value, label: t(`channels.${value}`) }))]}
        onChange={(event) => open({ channel: MESSAGE_CHANNELS.find((name) => name === event.currentTarget.value) ?? null, weddingId })}
      />
      <NativeSelect
        aria-label={t('messages.wedding')}
        value={weddingId ?? ''}
        data={[{ value: '', label: t('messages.everyWedding') }, ...about.map(({ id, title }) => ({ value: id, label: isolated(title) }))]}
        onChange={(event) => open({ channel, weddingId: event.currentTarget.value || null })}
      />
    </div>
  );
}

export function MessagesView() {
  const tables = useTables();
  const { place, selected } = useRoute();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const hasRecord = useConsole((state) => state.record !== null);
  const mayIntegrate = useMay('http:integrations');
  const now = useNow(60_000);
  const [limit, setLimit] = useState(STEP);
  const { channel, weddingId } = place.view === 'messages' ? place : { channel: null, weddingId: null };
  const found = useMemo(() => messagesOf(Object.values(tables.messages), { channel, weddingId }), [tables.messages, channel, weddingId]);
  const today = useMemo(() => cameInToday(found, zone, now), [found, zone, now]);
  const shown = found.slice(0, limit);
  const ids = shown.map((message) => message.id);
  const { listProps, tabIndex } = useRows();
  const any = Object.keys(tables.messages).length > 0;

  return (
    <div className="page messages">
      <header className="board-head">
        <h1>{t('messages.title')}</h1>
        <p className="board-about num">{t('messages.about', { count: found.length, total: countText(found.length), today: t('frame.cameIn', { count: today }) })}</p>
        {any ? <Filter channel={channel} weddingId={weddingId} /> : null}
      </header>
      {!any ? (
        <Empty
          title={t(hasRecord ? 'messages.emptyTitle' : 'day.loadingTitle')}
          detail={t(hasRecord ? 'messages.empty' : 'day.loading')}
          action={
            hasRecord && mayIntegrate ? (
              <a className="button" href="#/integrations">
                {t('day.openIntegrations')}
              </a>
            ) : null
          }
        />
      ) : found.length === 0 ? (
        <Empty
          title={t('messages.noneTitle')}
          detail={t('messages.none')}
          action={
            <a className="button" href="#/messages">
              {t('messages.showAll')}
            </a>
          }
        />
      ) : (
        <ul className="rows message-days" {...listProps}>
          {byDay(shown, zone).map((day) => (
            <li key={day.date}>
              <h2 className="message-day">{dayName(day, zone, now)}</h2>
              <ul>
                {day.messages.map((message) => {
                  const wedding = message.weddingId === null || weddingId !== null ? undefined : tables.weddings[message.weddingId];
                  const isSelected = selected?.id === message.id;
                  return (
                    <li key={message.id} className="row" data-selected={isSelected || undefined}>
                      <button
                        type="button"
                        className="row-main row-message"
                        data-row={message.id}
                        tabIndex={tabIndex(message.id, ids)}
                        aria-current={isSelected || undefined}
                        onClick={() => go({ place: { view: 'messages', channel, weddingId }, selected: { kind: 'message', id: message.id } })}
                      >
                        <time className="row-time num" dateTime={saidAt(message)} title={fullMoment(saidAt(message), zone)}>
                          {timeText(saidAt(message), zone)}
                        </time>
                        <MessageWay message={message} />
                        <span className="row-text">
                          <span className="row-line">{withWhom(tables, message)}</span>
                          <span className="row-sub">
                            <bdi>{gistText(message)}</bdi>
                          </span>
                        </span>
                        <span className="row-end message-end">
                          <MessageStatus status={message.status} />
                          {wedding ? <span className="row-sub">{isolated(wedding.title)}</span> : null}
                        </span>
                      </button>
                    </li>
                  );
                })}
              </ul>
            </li>
          ))}
        </ul>
      )}
      {found.length > limit ? (
        <p className="page-foot">
          <button type="button" className="button" onClick={() => setLimit(limit + STEP)}>
            {t('messages.older', { count: Math.min(STEP, found.length - limit) })}
          </button>
        </p>
      ) : null}
    </div>
  );
}
