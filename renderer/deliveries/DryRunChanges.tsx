import { useInfiniteQuery } from '@tanstack/react-query';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import type { DryRunLine } from '../../core/contract/dryRuns.ts';
import { formatRoute, useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { useDryRunLines } from './queries.ts';
import { RowChanges } from './RowChanges.tsx';

/** Which delivery would change something: when it came, and through which connection. */
function Line({ line, onOpen }: { readonly line: DryRunLine; readonly onOpen: () => void }) {
  const { connections } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const { place } = useRoute();
  const { connectionId, receivedAt, deliveryId: id, rows } = line;
  const href = formatRoute({ place: place.view === 'deliveries' ? place : ALL_DELIVERIES, selected: { kind: 'delivery', id } });
  return (
    <li className="replay-line">
      <p className="replay-from">
        <a href={href} onClick={onOpen}>
          <Moment at={receivedAt} zone={zone} /> · {isolated(connections[connectionId]?.name ?? t('deliveries.unnamedRow'))}
        </a>
      </p>
      {rows.length > 0 ? <RowChanges rows={rows} /> : null}
    </li>
  );
}

interface Props {
  readonly id: string;
  /** `differing` = those that were left as they were. */
  readonly only: 'changing' | 'differing';
  /** A delivery was chosen to be looked at. */
  readonly onOpen: () => void;
}

/** What each delivery of a dry run would change, field by field, a page at a time. */
export function DryRunChanges({ id, only, onOpen }: Props) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(useDryRunLines(id, only));
  const lines = data?.pages.flatMap((page) => page.lines) ?? [];
  if (lines.length === 0) return null;
  return (
    <section className="replay-changes" aria-label={t(only === 'changing' ? 'replay.fieldByField' : 'replay.leftAsTheyWere')}>
      <ul>
        {lines.map((line) => (
          <Line key={line.deliveryId} line={line} onOpen={onOpen} />
        ))}
      </ul>
      {hasNextPage ? (
        <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('replay.more')}
        </button>
      ) : null}
    </section>
  );
}
