import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ALL_DELIVERIES, formatDeliveries, type DeliveriesPlace } from '../../core/contract/deliveryPlace.ts';
import { go, parseRoute, useRoute } from '../app/routes.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { DeliveryList } from './DeliveryList.tsx';
import { Filters } from './Filters.tsx';
import { useNewestDeliveries } from './queries.ts';
import { Running } from './Running.tsx';
import { Refusals } from './Refusals.tsx';

/** Filters change what is listed, not what is being looked at. */
const narrow = (place: DeliveriesPlace): void => go({ place, selected: parseRoute(location.hash).selected });

export function DeliveriesView() {
  const { place } = useRoute();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const shown = place.view === 'deliveries' ? place : ALL_DELIVERIES;
  const newest = useQuery(useNewestDeliveries(shown));
  const [openedAt, setOpenedAt] = useState(() => Date.now());
  return (
    <div className="page deliveries-page">
      <header className="board-head">
        <h1>{t('deliveries.title')}</h1>
        <p className="board-about">{t('deliveries.about')}</p>
        <a className="delivery-back" href="#/integrations">
          {t('places.integrations')}
        </a>
      </header>
      <Filters place={shown} zone={zone} counted={newest.data} onChange={narrow} />
      <Running />
      {newest.isError ? (
        <LoadFailed error={newest.error} onAgain={newest.refetch} />
      ) : null}
      {shown.connectionId === null ? null : <Refusals connectionId={shown.connectionId} zone={zone} />}
      <DeliveryList key={formatDeliveries(shown)} place={shown} zone={zone} newest={newest.data} openedAt={openedAt} onAfresh={() => setOpenedAt(Date.now())} />
    </div>
  );
}
