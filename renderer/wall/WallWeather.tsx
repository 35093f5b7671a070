import { useMemo } from 'react';
import { activeWeather } from '../../core/domain/day/weather.ts';
import { LIST_STEP_MS, useTables } from '../app/selectors.ts';
import { dotted, isolated, momentText } from '../components/format.ts';
import { SeverityMark } from '../components/Severity.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';

/** A wall is read in passing: what is worst, and how much more there is. */
const SHOWN = 2;

interface Props {
  /** Of today's weddings, those that the page is about. */
  readonly weddingIds: readonly string[];
  readonly zone: string;
  /** As the wall says them. */
  readonly names: ReadonlyMap<string, string>;
}

/** The weather that holds or is to come where the weddings are; nothing at all in fair weather. */
export function WallWeather({ weddingIds, zone, names }: Props) {
  const { weatherNotices, weddings } = useTables();
  const now = useNow(LIST_STEP_MS);
  const active = useMemo(() => activeWeather(Object.values(weatherNotices), weddingIds.flatMap((id) => weddings[id] ?? []), now), [weatherNotices, weddings, weddingIds, now]);
  if (active.length === 0) return null;
  const time = (at: string): string => momentText(at, zone, now);
  return (
    <section className="wall-weather" aria-label={t('wall.weather')}>
      <ul>
        {active.slice(0, SHOWN).map((notice) => (
          <li key={notice.id} data-severity={notice.severity}>
            <SeverityMark severity={notice.severity} word size={22} />
            <span className="wall-weather-headline">{isolated(notice.headline)}</span>
            <span className="wall-weather-about num">
              {dotted([
                Date.parse(notice.startsAt) > now && t('weather.from', { time: time(notice.startsAt) }),
                notice.endsAt && t('weather.until', { time: time(notice.endsAt) }),
                notice.place,
                names.size > 1 && notice.weddingId !== null && names.get(notice.weddingId),
              ])}
            </span>
          </li>
        ))}
      </ul>
      {active.length > SHOWN ? <p className="wall-weather-about num">{t('weather.more', { count: active.length - SHOWN })}</p> : null}
    </section>
  );
}
