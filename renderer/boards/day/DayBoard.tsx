import { useElementSize } from '@mantine/hooks';
import { useEffect } from 'react';
import { useMay, useSees } from '../../app/access.ts';
import { useBackend } from '../../app/context.ts';
import { useDayWeddings, useScope } from '../../app/selectors.ts';
import { dayText, dotted, isolated } from '../../components/format.ts';
import { afterPaint } from '../../components/timers.ts';
import { Empty } from '../../components/Section.tsx';
import { useNow } from '../../components/useNow.ts';
import { useShown } from '../../components/useShown.ts';
import { t } from '../../i18n/index.ts';
import { pageLog } from '../../state/pageLog.ts';
import { useConsole } from '../../state/store.ts';
import { AlertList } from './AlertList.tsx';
import { Feed } from './Feed.tsx';
import { FirstSteps, useNothingYet } from './FirstSteps.tsx';
import { NextList } from './NextList.tsx';
import { PaymentsChart } from './PaymentsChart.tsx';
import { Tiles } from './Tiles.tsx';
import { WeatherStrip } from './WeatherStrip.tsx';

/** Tells the home when everything up to `seq` has really been on the screen: after the second frame from now. */
function useReportPainted(seq: number): void {
  const backend = useBackend();
  const shown = useShown();
  useEffect(() => {
    if (seq === 0 || !shown) return;
    // Never cancelled: on a busy board the next change comes before the second frame, and nothing would ever be reported.
    afterPaint(() => {
      void backend.painted(seq, Date.now()).then((answer) => {
        if (!answer.ok) pageLog.warn({ code: answer.error.code }, 'paint report refused');
      });
    });
  }, [backend, seq, shown]);
}

export function DayBoard() {
  const seq = useConsole((state) => state.record?.seq ?? 0);
  const hasRecord = useConsole((state) => state.record !== null);
  const link = useConsole((state) => state.link?.state ?? null);
  const organisation = useConsole((state) => state.record?.organisation ?? null);
  const scope = useScope();
  const { today, next } = useDayWeddings();
  const mayIntegrate = useMay('http:integrations');
  const seesPayments = useSees('payments');
  const seesAlerts = useSees('alerts');
  const nothingYet = useNothingYet();
  const now = useNow(60_000);
  useReportPainted(seq);
  const { ref, width } = useElementSize<HTMLDivElement>();
  // Between the two the board has two full columns and no height to spare; the payments tile says the sum in any case.
  const withChart = seesPayments && (width >= 1000 || (width > 0 && width < 720));

  if (!hasRecord) {
    const lost = link === 'offline' || link === 'refused';
    return (
      <div className="board board-message" data-seq={seq}>
        <h1 className="vh">{t('day.title')}</h1>
        <Empty title={t(lost ? 'day.lostTitle' : 'day.loadingTitle')} detail={t(lost ? 'day.lost' : 'day.loading')} />
      </div>
    );
  }

  if (nothingYet) return <FirstSteps seq={seq} name={organisation?.name ?? ''} />;

  const wedding = scope.weddingId ? scope.weddings.get(scope.weddingId) : undefined;
  const title = wedding ? wedding.title : t('day.allToday', { count: today.length });
  const about = wedding ? [dayText(wedding.startsAt, wedding.zone), wedding.room, t(`weddingStatus.${wedding.status}`)] : [organisation?.name, dayText(now, scope.zone)];
  return (
    <div className="board" data-seq={seq} ref={ref}>
      <header className="board-head">
        <h1>{isolated(title)}</h1>
        <p className="board-about">{dotted(about)}</p>
        {organisation?.demo ? <span className="demo-mark">{t('day.demo')}</span> : null}
      </header>
      {scope.weddings.size === 0 ? (
        <Empty
          title={t('day.noneTitle')}
          detail={next[0] ? t('day.noneNext', { title: next[0].wedding.title, day: dayText(next[0].wedding.startsAt, next[0].wedding.zone) }) : t('day.none')}
          action={
            next[0] ? (
              <a className="button" href={`#/wedding/${next[0].wedding.id}`}>
                {t('day.openNext')}
              </a>
            ) : mayIntegrate ? (
              <a className="button" href="#/integrations">
                {t('day.openIntegrations')}
              </a>
            ) : null
          }
        />
      ) : null}
      <WeatherStrip scope={scope} />
      <Tiles scope={scope} />
      <div className="columns">
        <div className="column column-plan">
          <NextList scope={scope} />
          {withChart ? <PaymentsChart scope={scope} /> : null}
        </div>
        {seesAlerts ? (
          <div className="column column-alerts">
            <AlertList scope={scope} />
          </div>
        ) : null}
        <div className="column column-feed">
          <Feed scope={scope} />
        </div>
      </div>
    </div>
  );
}
