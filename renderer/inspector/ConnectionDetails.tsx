import { useQuery } from '@tanstack/react-query';
import { systemName, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { HealthMark } from '../components/Severity.tsx';
import { errorWords, t, tMaybe } from '../i18n/index.ts';
import { useDeliveries, useIntegrations } from '../integrations/queries.ts';
import { useConsole } from '../state/store.ts';
import { alertsAbout } from './links.ts';
import { Details, Missing } from './parts.tsx';

function Deliveries({ id, zone }: { readonly id: string; readonly zone: string }) {
  const query = useQuery(useDeliveries(id));
  return (
    <section className="inspector-part">
      <h3>{t('deliveries.title')}</h3>
      {query.isPending ? <p className="dim">{t('deliveries.loading')}</p> : null}
      {query.isError ? <p role="alert">{errorWords(query.error.message)}</p> : null}
      {query.data?.deliveries.length === 0 ? <p className="dim">{t('deliveries.empty')}</p> : null}
      <ol className="history">
        {query.data?.deliveries.map((delivery) => (
          <li key={delivery.id}>
            <Moment at={delivery.receivedAt} zone={zone} className="row-time num" />
            <span>
              <span className="delivery-line">
                <span>{delivery.vendorEvent ?? t('deliveries.unnamed')}</span>
                <span className="delivery-state" data-state={delivery.state}>
                  {t(`deliveryState.${delivery.state}`)}
                </span>
              </span>
              {delivery.reason ? <span className="row-sub">{tMaybe(`errors.${delivery.reason}`) ?? delivery.reason}</span> : null}
              <code className="remote-id">{delivery.vendorKey}</code>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function ConnectionDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const integrations = useQuery(useIntegrations());
  const connection = tables.connections[id];
  if (!connection) return <Missing />;
  const view = integrations.data?.integrations.find((each) => each.connection.id === id);
  const counts = view?.last24h;
  return (
    <Details
      kind={t('inspector.kind.connection')}
      title={connection.name}
      state={<HealthMark health={connection.health} />}
      lead={connection.health === 'failing' && connection.healthReason ? (tMaybe(`errors.${connection.healthReason}`) ?? connection.healthReason) : undefined}
      facts={[
        { label: t('facts.system'), value: systemName(connection.system, tables.connections) },
        { label: t('facts.path'), value: t(`path.${connection.path}`) },
        { label: t('facts.since'), value: <Moment at={connection.healthSince} zone={zone} /> },
        { label: t('facts.lastDelivery'), value: view?.lastDeliveryAt ? <Moment at={view.lastDeliveryAt} zone={zone} /> : t('integrations.never') },
        ...(counts ? [{ label: t('facts.last24h'), value: <span className="num">{t('integrations.counts', counts)}</span> }] : []),
      ]}
      row={connection}
      collection="connections"
      zone={zone}
      related={alertsAbout(tables, 'connections', id)}
    >
      <Deliveries id={id} zone={zone} />
    </Details>
  );
}
