import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { formatRoute } from '../app/routes.ts';
import { Moment } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { useDeliveries } from '../integrations/queries.ts';
import { DeliveryMark, whyText } from './DeliveryMark.tsx';
import { useAskAgain, useDelivery } from './queries.ts';
import { Refusals } from './Refusals.tsx';

const SHOWN = 12;
const hrefOf = (connectionId: string, id: string | null): string => formatRoute({ place: { ...ALL_DELIVERIES, connectionId }, selected: id === null ? null : { kind: 'delivery', id } });

/** How far the test event has got; told until it has passed. */
function TestResult({ connectionId, deliveryId }: { readonly connectionId: string; readonly deliveryId: string }) {
  const { data, error } = useQuery({ ...useDelivery(deliveryId), refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'received' ? 700 : false) });
  const passed = data !== undefined && (data.state === 'ignored' || data.state === 'processed');
  return (
    <p role="status" className="setting-outcome">
      {error ? errorWords(error.message) : t(passed ? 'deliveries.testPassed' : data === undefined || data.state === 'received' ? 'deliveries.testUnderWay' : 'deliveries.testStuck')}{' '}
      {passed || data === undefined || data.state === 'received' ? null : <DeliveryMark state={data.state} />} <a href={hrefOf(connectionId, deliveryId)}>{t('deliveries.look')}</a>
    </p>
  );
}

function SendTest({ connectionId }: { readonly connectionId: string }) {
  const { delivered } = useBackend();
  const askAgain = useAskAgain();
  const [sent, setSent] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    const answer = await delivered.testEvent(connectionId);
    setBusy(false);
    setSent(answer.ok ? answer.value.deliveryId : null);
    setFailed(answer.ok ? null : errorWords(answer.error.code));
    askAgain();
  };
  return (
    <>
      <div className="inspector-actions delivery-test">
        <button type="button" className="button" disabled={busy} onClick={() => void send()}>
          {t('deliveries.sendTest')}
        </button>
      </div>
      {sent === null ? null : <TestResult connectionId={connectionId} deliveryId={sent} />}
      {failed === null ? null : (
        <p className="inline-error" role="alert">
          {failed}
        </p>
      )}
    </>
  );
}

/** The latest of one connection, what was refused, and whether the way through is clear. */
export function ConnectionDeliveries({ id, zone }: { readonly id: string; readonly zone: string }) {
  const query = useQuery(useDeliveries(id));
  const mayTest = useMay('http:testEvent');
  const latest = query.data?.deliveries.slice(0, SHOWN);
  return (
    <section className="inspector-part">
      <h3>{t('deliveries.title')}</h3>
      {mayTest ? <SendTest connectionId={id} /> : null}
      {query.isPending ? <p className="dim">{t('deliveries.loading')}</p> : null}
      {query.isError ? <p role="alert">{errorWords(query.error.message)}</p> : null}
      {latest?.length === 0 ? <p className="dim">{t('deliveries.empty')}</p> : null}
      <ol className="history">
        {latest?.map((delivery) => (
          <li key={delivery.id}>
            <Moment at={delivery.receivedAt} zone={zone} className="row-time num" />
            <span>
              <span className="delivery-line">
                <a href={hrefOf(id, delivery.id)}>{delivery.vendorEvent ?? t('deliveries.unnamed')}</a>
                <DeliveryMark state={delivery.state} />
              </span>
              {whyText(delivery.state, delivery.reason) === null ? null : <span className="row-sub">{whyText(delivery.state, delivery.reason)}</span>}
              <code className="remote-id">{delivery.vendorKey}</code>
            </span>
          </li>
        ))}
      </ol>
      {latest !== undefined && latest.length > 0 ? (
        <p className="related-all">
          <a href={hrefOf(id, null)}>{t('deliveries.all')}</a>
        </p>
      ) : null}
      <Refusals connectionId={id} zone={zone} />
    </section>
  );
}
