import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useMay } from '../app/access.ts';
import { go, useRoute } from '../app/routes.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { isReading, readingText } from '../calendars/progress.ts';
import { countText, isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Ago, Moment } from '../components/Moment.tsx';
import { Quiet } from '../components/Quiet.tsx';
import { Empty } from '../components/Section.tsx';
import { HealthMark } from '../components/Severity.tsx';
import { useRows } from '../components/useRows.ts';
import { DeliveryTiles } from '../deliveries/DeliveryTiles.tsx';
import { AllFigures } from '../figures/AllFigures.tsx';
import { ReviewQueue } from '../deliveries/ReviewQueue.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { useSystems } from '../connecting/queries.ts';
import { useIntegrations } from './queries.ts';

const COUNTS = ['accepted', 'duplicates', 'refused', 'waiting', 'needReview'] as const;
const RANK = { disabled: 0, failing: 1, paused: 2, waiting: 3, healthy: 4 } as const;

export function IntegrationsView() {
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const { place } = useRoute();
  const mayConnect = useMay('http:connect');
  const mayFeeds = useMay('http:feeds');
  const mayEnquiries = useMay('http:enquiryPage');
  const query = useQuery(useIntegrations());
  const { listProps, tabIndex } = useRows();
  const names = new Map(useQuery(useSystems()).data?.systems.map((system) => [system.id, system.name]));
  // The record is the truth about health, as it is pushed; the query adds what only the server counts.
  const connections = useMemo(() => Object.values(tables.connections).sort((a, b) => RANK[a.health] - RANK[b.health] || a.name.localeCompare(b.name)), [tables.connections]);
  const views = new Map(query.data?.integrations.map((view) => [view.connection.id, view]));
  const ids = connections.map((connection) => connection.id);
  const selected = place.view === 'integrations' ? place.connectionId : null;

  return (
    <div className="page">
      <header className="board-head">
        <h1>{t('integrations.title')}</h1>
        <p className="board-about">{t('integrations.about', { count: connections.length })}</p>
        <span className="board-act board-acts">
          {mayFeeds ? (
            <a className="button" href="#/feeds">
              {t('places.feeds')}
            </a>
          ) : null}
          {mayEnquiries ? (
            <a className="button" href="#/enquiries">
              {t('places.enquiries')}
            </a>
          ) : null}
          {mayConnect ? (
            <a className="button" href="#/connect">
              {t('connect.title')}
            </a>
          ) : null}
        </span>
      </header>
      {query.isError ? (
        <LoadFailed error={query.error} onAgain={query.refetch} />
      ) : null}
      {connections.length === 0 ? null : <DeliveryTiles />}
      <ReviewQueue />
      {connections.length === 0 ? (
        <Empty title={t('integrations.emptyTitle')} detail={t('integrations.empty')} action={mayConnect ? <a className="button button-main" href="#/connect">{t('connect.title')}</a> : undefined} />
      ) : (
        <ul className="rows integrations" {...listProps}>
          {connections.map((connection) => {
            const view = views.get(connection.id);
            return (
              <li key={connection.id} className="row" data-selected={selected === connection.id || undefined}>
                <button
                  type="button"
                  className="row-main row-integration"
                  data-row={connection.id}
                  tabIndex={tabIndex(connection.id, ids)}
                  aria-current={selected === connection.id || undefined}
                  onClick={() => go({ place: { view: 'integrations', connectionId: connection.id }, selected: null })}
                >
                  <span className="row-text">
                    <span className="row-line">{isolated(connection.name)}</span>
                    <span className="row-sub">
                      {names.get(connection.system) ?? systemName(connection.system, tables.connections)} · {t(`path.${connection.path}`)}
                    </span>
                  </span>
                  <span className="row-text">
                    <HealthMark health={connection.health} reason={connection.healthReason} />
                    <span className="row-sub">
                      {connection.quiet ? <Quiet quiet={connection.quiet} /> : connection.reading && isReading(connection) ? <span className="num">{readingText(connection.reading)}</span> : <>{t('integrations.since')} <Moment at={connection.healthSince} zone={zone} /></>}
                    </span>
                  </span>
                  <span className="row-text integration-last">
                    <span className="row-line num">{view?.lastDeliveryAt ? <><Ago at={view.lastDeliveryAt} zone={zone} /> {t('inspector.ageAfter')}</> : query.isPending ? '…' : t('integrations.never')}</span>
                    <span className="row-sub">{t('integrations.lastDelivery')}</span>
                  </span>
                  {COUNTS.map((name) => (
                    <span key={name} className="integration-count" data-zero={view?.last24h[name] === 0 || undefined} data-count={name}>
                      <span className="num">{view ? countText(view.last24h[name]) : '–'}</span>
                      <span className="row-sub">{t(`counts.${name}`)}</span>
                    </span>
                  ))}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {connections.length > 0 ? <p className="dim page-foot">{t('integrations.foot')}</p> : null}
      {connections.length > 0 ? <AllFigures zone={zone} /> : null}
    </div>
  );
}
