import { IconPlayerPauseFilled, IconTriangleFilled } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo } from 'react';
import type { LinkStatus } from '../../core/contract/stream.ts';
import { freshness, type Freshness } from '../../core/domain/day/freshness.ts';
import { zoneAbbreviation } from '../../core/domain/day/localTime.ts';
import { useTables } from '../app/selectors.ts';
import { dayText, dotted, isolated, momentText, spanText, timeText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { pageLog } from '../state/pageLog.ts';
import { useConsole } from '../state/store.ts';
import { wallPages, type WallPage } from './pages.ts';
import { weddingName } from './parts.tsx';
import { useRotation } from './useRotation.ts';
import { WallWeather } from './WallWeather.tsx';
import { AlertsPage, NextPage, WeddingPage, type PageProps } from './WallPages.tsx';

const LIMIT_MS = 15_000;
/** Two double-barrelled names do not fit beside the clock in full size. */
const LONG_TITLE = 26;

function titleOf(page: WallPage, names: ReadonlyMap<string, string>): { readonly title: string; readonly about: string } {
  switch (page.kind) {
    case 'next':
      return { title: t('wall.next'), about: t('wall.nextAbout', { count: names.size }) };
    case 'alerts':
      return { title: t('wall.alerts'), about: t('wall.alertsCount', { count: page.alerts.length }) };
    case 'wedding': {
      const { room, title } = page.entry.wedding;
      return { title: names.get(page.id) ?? '', about: title === '' ? '' : (room ?? '') };
    }
  }
}

function ageText(link: LinkStatus | null, fresh: Freshness, zone: string, now: number, shows: boolean): string {
  if (fresh.reason?.kind === 'offline' || fresh.reason?.kind === 'refused') {
    const since = t(`wall.${fresh.reason.kind}`, { time: momentText(fresh.reason.since, zone, now) });
    return shows && link?.confirmedAt ? dotted([since, t('wall.asOf', { time: momentText(link.confirmedAt, zone, now) })]) : since;
  }
  if (fresh.ageMs === null) return t('wall.never');
  const span = spanText(fresh.ageMs);
  return fresh.reason?.kind === 'connecting' ? t('wall.connecting', { span }) : t(fresh.reason ? 'wall.behind' : 'wall.live', { span });
}

function Page({ page, ...props }: PageProps & { readonly page: WallPage }) {
  switch (page.kind) {
    case 'next':
      return <NextPage {...props} />;
    case 'wedding':
      return <WeddingPage {...props} entry={page.entry} />;
    case 'alerts':
      return <AlertsPage {...props} alerts={page.alerts} />;
  }
}

function Wall({ backend }: { readonly backend: Backend }) {
  const tables = useTables();
  const organisation = useConsole((state) => state.record?.organisation ?? null);
  const seq = useConsole((state) => state.record?.seq ?? 0);
  const link = useConsole((state) => state.link);
  const settings = useConsole((state) => state.settings.wall);
  const now = useNow(1000);
  const pages = useMemo(() => wallPages(tables, now), [tables, now]);
  const names = useMemo(() => new Map(pages.flatMap((page) => (page.kind === 'wedding' ? [[page.id, weddingName(page.entry.wedding, page.number)] as const] : []))), [pages]);
  const close = useCallback(() => {
    void backend.wall({ action: 'close' }).then((answer) => {
      // In a browser the page is closed as any other is.
      if (!answer.ok) pageLog.warn({ code: answer.error.code }, 'the wall was not closed');
    });
  }, [backend]);
  const { page, index, held } = useRotation(pages, settings.intervalSeconds, close);
  const skies = useMemo(() => (page.kind === 'wedding' ? [page.id] : [...names.keys()]), [page.kind, page.id, names]);
  const zone = page.kind === 'wedding' ? page.entry.wedding.zone : (organisation?.zone ?? 'UTC');
  const fresh = freshness({ link, savedAt: null, sources: [], now, limitMs: LIMIT_MS });
  // Without a record nothing may be said of the day, not even that it is free.
  const { title, about } = organisation ? titleOf(page, names) : { title: t('wall.title'), about: null };

  return (
    <div className="wall" data-fresh={fresh.state} data-seq={seq} data-page={page.kind} data-emergency={page.emergency || undefined}>
      <header className="wall-head">
        <div>
          <p className="wall-kicker num">{dotted([organisation?.name, dayText(now, zone), about])}</p>
          <h1 data-long={title.length > LONG_TITLE || undefined}>{isolated(title)}</h1>
        </div>
        <time className="wall-clock num" dateTime={new Date(now).toISOString()}>
          {timeText(now, zone)} <span>{zoneAbbreviation(zone, now)}</span>
        </time>
      </header>
      {organisation ? <WallWeather weddingIds={skies} zone={zone} names={names} /> : null}
      <main className="wall-page" key={page.id} aria-label={t('wall.page', { page: title, number: index + 1, count: pages.length })}>
        {organisation ? <Page page={page} now={now} zone={zone} names={names} /> : <p className="wall-calm">{t(link?.state === 'refused' ? 'wall.notLetIn' : 'wall.waiting')}</p>}
      </main>
      <footer className="wall-foot">
        <ol className="wall-dots" aria-label={t('wall.pages')}>
          {pages.map((each) => (
            <li key={each.id} data-emergency={each.emergency || undefined} aria-current={each.id === page.id ? 'page' : undefined} />
          ))}
        </ol>
        {held ? (
          <p className="wall-held">
            <IconPlayerPauseFilled size={18} aria-hidden /> {t('wall.held')}
          </p>
        ) : null}
        <p className="wall-age num" role="status">
          {fresh.state === 'stale' ? <IconTriangleFilled size={18} aria-hidden /> : null}
          {ageText(link, fresh, zone, now, organisation !== null)}
        </p>
      </footer>
    </div>
  );
}

/** The day on a second screen, for whoever walks past. */
export function WallApp({ backend }: { readonly backend: Backend }) {
  const phase = useConsole((state) => state.phase);
  const theme = useConsole((state) => state.settings.wall.theme);
  useEffect(() => {
    document.documentElement.dataset['mantineColorScheme'] = theme;
  }, [theme]);
  if (phase.kind === 'pairing' || phase.kind === 'failed') {
    return (
      <main className="wall wall-problem">
        <h1>{t(phase.kind === 'pairing' ? 'wall.notHere' : 'failed.title')}</h1>
        <p>{errorWords(phase.code)}</p>
      </main>
    );
  }
  return <Wall backend={backend} />;
}
