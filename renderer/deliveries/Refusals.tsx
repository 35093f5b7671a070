import { useQuery } from '@tanstack/react-query';
import { countText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { reasonText } from './DeliveryMark.tsx';
import { useRefusals } from './queries.ts';

/** Calls that proved nothing: they are not kept, only counted. Nothing is shown where there were none. */
export function Refusals({ connectionId, zone }: { readonly connectionId: string; readonly zone: string }) {
  const { data } = useQuery(useRefusals(connectionId));
  if (data === undefined || data.refusals.length === 0) return null;
  return (
    <section className="refusals" aria-label={t('deliveries.refusals')}>
      <h2>{t('deliveries.refusals')}</h2>
      <ul className="plain-list">
        {data.refusals.map(({ code, count, lastAt }) => (
          <li key={code}>
            <span className="num">{t('deliveries.refused', { count, total: countText(count) })}</span> <Moment at={lastAt} zone={zone} />
            <span className="row-sub">{reasonText(code)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
