import { useMemo } from 'react';
import { activeWeather } from '../../../core/domain/day/weather.ts';
import { select } from '../../app/routes.ts';
import { LIST_STEP_MS, useTables, type Scope } from '../../app/selectors.ts';
import { dotted, isolated, momentText } from '../../components/format.ts';
import { SeverityMark } from '../../components/Severity.tsx';
import { useNow } from '../../components/useNow.ts';
import { t } from '../../i18n/index.ts';

/** The board is about today; more notices than this are one storm told many times. */
const SHOWN = 3;

/** The weather that holds or is to come where the board's weddings are, worst first; nothing at all in fair weather. */
export function WeatherStrip({ scope }: { readonly scope: Scope }) {
  const tables = useTables();
  const now = useNow(LIST_STEP_MS);
  const active = useMemo(() => activeWeather(Object.values(tables.weatherNotices), scope.weddings.values(), now), [tables.weatherNotices, scope.weddings, now]);
  if (active.length === 0) return null;
  const several = scope.weddings.size > 1;
  return (
    <section className="weather" aria-label={t('weather.title')}>
      <ul>
        {active.slice(0, SHOWN).map((notice) => {
          const time = (at: string): string => momentText(at, scope.zone, now);
          const from = Date.parse(notice.startsAt) > now ? t('weather.from', { time: time(notice.startsAt) }) : null;
          const wedding = several && notice.weddingId ? scope.weddings.get(notice.weddingId)?.title : null;
          return (
            <li key={notice.id}>
              <button type="button" className="weather-notice" data-severity={notice.severity} onClick={() => select('weather', notice.id)}>
                <SeverityMark severity={notice.severity} word />
                <span className="weather-headline">{isolated(notice.headline)}</span>
                <span className="weather-about">{dotted([from, notice.endsAt && t('weather.until', { time: time(notice.endsAt) }), notice.place, wedding])}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {active.length > SHOWN ? <p className="weather-more num">{t('weather.more', { count: active.length - SHOWN })}</p> : null}
    </section>
  );
}
