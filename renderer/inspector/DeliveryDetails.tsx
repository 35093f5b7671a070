import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import type { DeliveryWhole } from '../../core/contract/deliveries.ts';
import { useMay } from '../app/access.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { formatRoute } from '../app/routes.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { countText, isolated } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { useSystems } from '../connecting/queries.ts';
import { AssignWedding, isAssignable } from '../deliveries/AssignWedding.tsx';
import { partsOf, readable } from '../deliveries/body.ts';
import { DeliveryMark, triedText, whyText } from '../deliveries/DeliveryMark.tsx';
import { eventName } from '../deliveries/DeliveryRow.tsx';
import { mayNeedNothing, PutAway } from '../deliveries/PutAway.tsx';
import { useAskAgain, useDelivery } from '../deliveries/queries.ts';
import { ReplayDialog } from '../deliveries/ReplayDialog.tsx';
import { RowChanges } from '../deliveries/RowChanges.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { inspectHref } from './links.ts';

function Covered({ text }: { readonly text: string }) {
  return partsOf(text).map((part, index) => (part.covered ? <mark key={index} className="covered">{part.text}</mark> : part.text));
}

/** The message as it came, with what the system's description covers left out by the server. */
function Came({ delivery: { body, mediaType, headers } }: { readonly delivery: DeliveryWhole }) {
  const names = Object.entries(headers);
  return (
    <section className="inspector-part">
      <h3>{t('delivery.came')}</h3>
      {body === null ? (
        <p className="dim">{t('delivery.bodyGone')}</p>
      ) : (
        <>
          <p className="dim">{t('delivery.covered')}</p>
          <pre className="delivery-body" tabIndex={0} aria-label={t('delivery.body')}>
            <Covered text={readable(body, mediaType)} />
          </pre>
        </>
      )}
      {names.length > 0 ? (
        <details className="delivery-headers">
          <summary>{t('delivery.headers', { count: names.length })}</summary>
          <dl>
            {names.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Covered text={value} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </section>
  );
}

/** Each leads to all deliveries that had an attempt with the same end. */
function Tries({ id, tries, zone }: { readonly id: string; readonly tries: DeliveryWhole['tries']; readonly zone: string }) {
  if (tries.length === 0) return null;
  return (
    <section className="inspector-part">
      <h3>{t('delivery.tries')}</h3>
      <ol className="history">
        {tries.map(({ at, code, message, ms, status }, index) => (
          <li key={index}>
            <Moment at={at} zone={zone} className="row-time num" />
            <span>
              <a href={formatRoute({ place: { ...ALL_DELIVERIES, tryCode: code }, selected: { kind: 'delivery', id } })} title={t('delivery.sameEnd')}>{triedText(code)}</a>
              <span className="row-sub">
                <bdi>{message}</bdi> {status === null ? null : <span className="num"> · {t('delivery.answered', { status })}</span>} {ms === null ? null : <span className="num"> · {t('delivery.took', { ms: countText(Math.round(ms)) })}</span>}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Changed({ delivery: { changed, newer, state, waits }, system }: { readonly delivery: DeliveryWhole; readonly system: string }) {
  return (
    <section className="inspector-part">
      <h3>{t('delivery.changed')}</h3>
      {changed.length === 0 ? <p className="dim">{t(state === 'processed' ? 'delivery.changedNothing' : 'delivery.changedNothingYet')}</p> : <RowChanges rows={changed} />}
      {waits.map(({ type, id }) => (
        <p key={`${type} ${id ?? ''}`} className="dim">
          {t(id === null ? 'delivery.waitsForErased' : 'delivery.waitsFor', { type: isolated(type.replaceAll('_', ' ')), id: isolated(id ?? ''), system: isolated(system) })}
        </p>
      ))}
      {newer > 0 ? <p className="delivery-newer">{t('replay.newer', { count: newer })}</p> : null}
    </section>
  );
}

export function DeliveryDetails({ id }: { readonly id: string }) {
  const query = useQuery(useDelivery(id));
  const { connections, weddings, reviewItems } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const catalogue = useQuery(useSystems()).data?.systems;
  const mayReplay = useMay('http:replay');
  const mayAssign = useMay('command:review.assign');
  const mayPutAway = useMay('command:review.discard');
  const askAgain = useAskAgain();
  const [again, setAgain] = useState(false);
  const delivery = query.data;
  if (delivery === undefined) {
    return (
      <div className="details">
        <header>
          <p className="inspector-kind">{t('inspector.kind.delivery')}</p>
          <h2>{t(query.isError ? 'delivery.notShown' : 'delivery.asking')}</h2>
        </header>
        {query.isError ? (
          <>
            <p role="alert">{errorWords(query.error.message)}</p>
            <div className="inspector-actions">
              <button type="button" className="button" onClick={() => void query.refetch()}>
                {t('integrations.again')}
              </button>
            </div>
          </>
        ) : null}
      </div>
    );
  }
  const connection = connections[delivery.connectionId];
  const why = whyText(delivery.state, delivery.reason);
  const unassigned = mayAssign ? Object.values(reviewItems).filter((item) => item.deliveryId === id && isAssignable(item)) : [];
  // What can be given a wedding can be said to have none there.
  const undecided = mayPutAway ? Object.values(reviewItems).filter((item) => item.deliveryId === id && mayNeedNothing(item) && !isAssignable(item)) : [];
  const catalogued = catalogue?.find((system) => system.id === delivery.system)?.name;
  const system = catalogued ?? systemName(delivery.system, connections);
  const about = delivery.weddingIds.flatMap((weddingId) => weddings[weddingId] ?? []);
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [t('facts.system'), system],
    [t('inspector.kind.connection'), <a key="connection" href={`#/integrations/${delivery.connectionId}`}>{isolated(connection?.name ?? t('outbox.unknownConnection'))}</a>],
    [t('facts.cameIn'), <Moment key="came" at={delivery.receivedAt} zone={zone} />],
    [t('facts.path'), t(`deliveryOrigins.${delivery.origin}`)],
    [t('deliveries.priority'), t(`deliveryPriorities.${delivery.priority}`)],
    ...(delivery.doneAt === null ? [] : [[t('delivery.done'), <Moment key="done" at={delivery.doneAt} zone={zone} />] as const]),
    [t('delivery.attempts'), <span key="attempts" className="num">{countText(delivery.attempts)}{delivery.nextAttemptAt !== null && delivery.state === 'waiting' ? <>, {t('deliveries.next')} <Moment at={delivery.nextAttemptAt} zone={zone} /></> : null}</span>],
    ...(about.length === 0 ? [] : [[t('inspector.kind.about'), <span key="about">{about.map((wedding) => <a key={wedding.id} className="fact-part" href={inspectHref('about', wedding.id, wedding.id)}>{isolated(wedding.title)}</a>)}</span>] as const]),
    [t('delivery.key'), <code key="key">{delivery.vendorKey}</code>],
  ];
  return (
    <div className="details">
      <header>
        <p className="inspector-kind">{t('inspector.kind.delivery')}</p>
        <h2>{isolated(eventName(delivery))}</h2>
        <p className="inspector-state">
          <DeliveryMark state={delivery.state} />
        </p>
      </header>
      {why === null ? null : <p className="inspector-lead">{why}</p>}
      {unassigned.map((item) => (
        <section key={item.id} className="inspector-part" aria-label={item.title}>
          <h3>
            {isolated(item.title)} <DecisionMark rowId={item.id} />
          </h3>
          <AssignWedding item={item} zone={zone} />
        </section>
      ))}
      {mayReplay || undecided.length > 0 ? (
        <div className="inspector-actions">
          {mayReplay ? (
            <button type="button" className="button button-main" disabled={delivery.body === null} onClick={() => setAgain(true)}>
              {t('replay.again')}
            </button>
          ) : null}
          {mayReplay && delivery.body === null ? <span className="dim">{t('delivery.bodyGone')}</span> : null}
          {undecided.length > 0 ? <PutAway items={undecided} /> : null}
          {undecided.map((item) => (
            <DecisionMark key={item.id} rowId={item.id} />
          ))}
        </div>
      ) : null}
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Changed delivery={delivery} system={system} />
      <Tries id={id} tries={delivery.tries} zone={zone} />
      <Came delivery={delivery} />
      <p className="related-all">
        <a href={formatRoute({ place: { ...ALL_DELIVERIES, connectionId: delivery.connectionId }, selected: { kind: 'delivery', id } })}>{t('delivery.others')}</a>
      </p>
      {again ? (
        <ReplayDialog
          lot={{ ids: [id] }}
          newer={delivery.newer}
          onClose={(began) => {
            setAgain(false);
            if (began) askAgain();
          }}
        />
      ) : null}
    </div>
  );
}
