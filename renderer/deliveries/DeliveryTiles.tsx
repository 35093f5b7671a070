import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { DeliveryState } from '../../core/contract/deliveries.ts';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import { Tile } from '../boards/day/Tile.tsx';
import { formatRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { countText, spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { useIntegrations } from '../integrations/queries.ts';
import { useConsole } from '../state/store.ts';

/** Each tile with the states that it counts. */
const TILES = [
  { id: 'dead', states: ['dead'] },
  { id: 'held', states: ['held'] },
  { id: 'parked', states: ['parked', 'quarantined'] },
  { id: 'waiting', states: ['received', 'waiting'] },
] as const satisfies readonly { readonly id: string; readonly states: readonly DeliveryState[] }[];

/** What is stuck between arriving and being used: how many, and since when. Each leads to the list of them. */
export function DeliveryTiles() {
  const { reviewItems } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const queue = useQuery(useIntegrations()).data?.queue;
  const now = useNow(60_000);
  const since = useMemo(() => {
    const oldest = (...kinds: readonly string[]): string | null => Object.values(reviewItems).filter(({ state, kind }) => state === 'open' && kinds.includes(kind)).map(({ receivedAt }) => receivedAt).sort()[0] ?? null;
    return { dead: queue?.oldestDeadAt ?? oldest('dead'), held: oldest('held'), parked: oldest('parked', 'quarantined'), waiting: queue?.oldestWaitingAt ?? null };
  }, [reviewItems, queue]);
  const counts = queue && { dead: queue.dead, held: queue.held, parked: queue.parked + queue.quarantined, waiting: queue.waiting };
  return (
    <div className="tiles delivery-tiles">
      {TILES.map(({ id, states }) => {
        const count = counts?.[id];
        const at = since[id];
        return (
          <Tile
            key={id}
            id={`deliveries-${id}`}
            label={t(`deliveryTiles.${id}`)}
            value={count === undefined ? '–' : countText(count)}
            change={count === 0 ? t(`deliveryTiles.none.${id}`) : at === null ? t(`deliveryTiles.about.${id}`) : t('deliveryTiles.oldest', { age: spanText(Math.max(0, now - Date.parse(at))) })}
            marks={t('tiles.sourceHere')}
            sources={[]}
            zone={zone}
            href={formatRoute({ place: { ...ALL_DELIVERIES, states: [...states] }, selected: null })}
          />
        );
      })}
    </div>
  );
}
