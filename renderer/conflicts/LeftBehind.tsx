import { IconArrowBearRight } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import type { CalendarPlace } from '../../core/contract/calendarPlace.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import { stillLeft } from '../../core/domain/conflicts/leftBehind.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { go } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { useHouse } from '../calendar/useHouse.ts';
import { followersText } from '../calendar/words.ts';
import { dayText, fullMoment, isolated, timeText } from '../components/format.ts';
import { Section } from '../components/Section.tsx';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { LeftBehindCard } from './LeftBehindCard.tsx';

/** What of an alert is left behind still, as this console holds it. */
export function leftOf(tables: Tables, { weddingId, stayed }: Alert) {
  const wedding = tables.weddings[weddingId ?? ''];
  return wedding ? stillLeft(stayed ?? [], wedding, ({ collection, id }) => tables[collection][id] ?? null) : [];
}

/**
 * Alerts of what did not move with its wedding and nobody has said to leave, the wedding that begins first before the others. `shownId`: an
 * address leads to it.
 */
export function useLeftBehind(shownId: string | null): readonly Alert[] {
  const { alerts, weddings } = useTables();
  return useMemo(() => {
    const begins = ({ weddingId }: Alert): string => weddings[weddingId ?? '']?.startsAt ?? '';
    return Object.values(alerts)
      .filter(({ id, rule, state }) => rule === 'left_behind' && (state === 'open' || (state === 'acknowledged' && id === shownId)))
      .sort((a, b) => begins(a).localeCompare(begins(b)) || a.id.localeCompare(b.id));
  }, [alerts, weddings, shownId]);
}

/** What stands where it stood although its wedding was moved outside: below the conflicts, unfolded where it stands. */
export function LeftBehind({ place }: { readonly place: CalendarPlace }) {
  const tables = useTables();
  const house = useHouse();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const shownId = place.conflictId;
  const all = useLeftBehind(shownId);
  const { listProps, tabIndex } = useRows();
  const { ref: list } = listProps;
  const led = useRef<string | null>(null);
  // What an address has led to is brought into sight; what was unfolded by hand stays where the hand is.
  useEffect(() => {
    if (shownId === null || led.current === shownId) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(shownId)}"]`);
    if (!row) return;
    led.current = shownId;
    row.focus({ preventScroll: true });
    row.closest('.conflict-row')?.scrollIntoView({ block: 'nearest' });
  }, [list, shownId, all]);
  if (all.length === 0) return null;
  const ids = all.map(({ id }) => id);
  return (
    <Section id="left-behind" title={t('leftBehind.title')} className="differences">
      <p className="dim differences-about">{t('leftBehind.about', { count: all.length })}</p>
      <ul className="rows" aria-label={t('leftBehind.title')} {...listProps}>
        {all.map((alert) => {
          const { id, raisedAt } = alert;
          const wedding = tables.weddings[alert.weddingId ?? ''];
          const followers = leftOf(tables, alert);
          const isShown = id === shownId;
          const title = t('leftBehind.of', { what: followersText(followers), wedding: isolated(wedding?.title ?? '') });
          const toggle = (): void => {
            led.current = isShown ? null : id;
            go({ place: { ...place, conflictId: led.current, on: undefined, taking: undefined }, selected: null });
          };
          return (
            <li key={id} className="row conflict-row" data-selected={isShown || undefined}>
              <button
                type="button" className="row-main row-conflict" data-row={id} tabIndex={tabIndex(id, ids)} aria-expanded={isShown} onClick={toggle}
              >
                <IconArrowBearRight size={14} stroke={2} className="difference-mark" aria-hidden />
                <span className="row-text">
                  <span className="row-line">{followers.length === 0 ? alert.title : title}</span>
                  <span className="row-sub">{followers.map(({ row }) => isolated(row.title)).join(', ')}</span>
                </span>
                <time className="row-end row-sub num" dateTime={raisedAt} title={fullMoment(raisedAt, zone)}>
                  {dayText(raisedAt, zone)} {timeText(raisedAt, zone)}
                </time>
              </button>
              {isShown && wedding ? <LeftBehindCard alert={alert} wedding={wedding} followers={followers} house={house} /> : null}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
