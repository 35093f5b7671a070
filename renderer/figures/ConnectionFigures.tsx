import { useQuery } from '@tanstack/react-query';
import type { Availability, ConnectionFigures as One } from '../../core/contract/figures.ts';
import { countText, spanText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { HealthMark } from '../components/Severity.tsx';
import { reasonText } from '../deliveries/DeliveryMark.tsx';
import { t } from '../i18n/index.ts';
import { Facts, type Fact } from '../inspector/parts.tsx';
import { AsOf } from './AsOf.tsx';
import { FiguresChart } from './Chart.tsx';
import { useConnectionFigures } from './queries.ts';
import { SaveFigures } from './SaveFigures.tsx';
import { useFigureWindow } from './window.ts';
import { WindowSwitch } from './WindowSwitch.tsx';
import { faultText, percentText, withinText } from './words.ts';

/** A number, and what it is made of below it. */
function Counted({ all, parts }: { readonly all: string; readonly parts: readonly string[] }) {
  return (
    <>
      <span className="num">{all}</span>
      {parts.map((part) => (
        <span key={part} className="row-sub figures-part">
          {part}
        </span>
      ))}
    </>
  );
}

function Outages({ availability, zone }: { readonly availability: Availability; readonly zone: string }) {
  const { outages, outageCount, downMs } = availability;
  return (
    <>
      <span className="num">{percentText(availability)}</span>
      {outageCount === 0 ? null : <span className="row-sub figures-part">{t('figures.down', { count: outageCount, length: spanText(downMs) })}</span>}
      {outages.length === 0 ? null : (
        <ul className="figures-outages">
          {outages.map(({ from, until, health, reason }) => (
            <li key={from}>
              <Moment at={from} zone={zone} /> {until === null ? t('figures.stillDown') : t('figures.lasted', { length: spanText(Date.parse(until) - Date.parse(from)) })}
              <HealthMark health={health} reason={null} />
              {reason === null ? null : <span className="row-sub figures-part">{reasonText(reason)}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function factsOf({ figures, availability, lastFault }: One, zone: string): Fact[] {
  const { calls, toRecord } = figures;
  const became = (['worked', 'parked', 'setAside', 'dead', 'held'] as const).filter((name) => figures[name] > 0 || name === 'worked');
  const spread = (of: typeof toRecord): string[] => (of.count === 0 ? [] : [t('figures.half', { length: withinText(of, 'p50Ms') }), t('figures.most', { length: withinText(of, 'p95Ms') })]);
  return [
    {
      label: t('figures.came'),
      value: <Counted all={countText(figures.came)} parts={[...figures.by.map(({ by, count }) => t(`figures.by.${by}`, { count, shown: countText(count) })), ...(figures.duplicates > 0 ? [t('figures.duplicates', { count: figures.duplicates, shown: countText(figures.duplicates) })] : [])]} />,
    },
    { label: t('figures.refused'), value: <Counted all={countText(figures.refused)} parts={figures.refusals.map(({ code, count }) => `${countText(count)} × ${reasonText(code)}`)} /> },
    { label: t('figures.became'), value: <Counted all="" parts={became.map((name) => t(`figures.ends.${name}`, { shown: countText(figures[name]) }))} /> },
    { label: t('figures.toRecord'), value: toRecord.count === 0 ? t('figures.notMeasured') : <Counted all="" parts={spread(toRecord)} /> },
    {
      label: t('figures.calls'),
      value: (
        <Counted
          all={countText(calls.count)}
          parts={[
            ...calls.purposes.map(({ purpose, count }) => t(`figures.purposes.${purpose}`, { count, shown: countText(count) })),
            ...calls.failures.map(({ why, count }) => t(`figures.failures.${why}`, { shown: countText(count) })),
            ...(calls.spared > 0 ? [t('figures.spared', { shown: countText(calls.spared) })] : []),
            ...spread(calls.took),
          ]}
        />
      ),
    },
    { label: t('figures.available'), value: <Outages availability={availability} zone={zone} /> },
    {
      label: t('figures.lastFault'),
      value: lastFault === null ? t('figures.noFault') : (
        <>
          <Moment at={lastFault.at} zone={zone} /> <span className="row-sub figures-part">{faultText(lastFault)}</span>
        </>
      ),
    },
  ];
}

/** What one connection has done over the chosen time. */
export function ConnectionFigures({ id, zone }: { readonly id: string; readonly zone: string }) {
  const window = useFigureWindow();
  const { data, error, refetch } = useQuery(useConnectionFigures(id, window));
  return (
    <section className="inspector-part figures" aria-label={t('figures.title')}>
      <h3>{t('figures.title')}</h3>
      <div className="figures-acts">
        <WindowSwitch />
        {data ? <SaveFigures key={`${id} ${window}`} connectionId={id} window={window} /> : null}
      </div>
      <AsOf answer={data} countedSince={data?.connection.countedSince} error={error} zone={zone} onAgain={() => void refetch()} />
      {data ? (
        <div data-stale={error !== null || undefined}>
          <Facts facts={factsOf(data.connection, zone)} />
          <FiguresChart slots={data.connection.slots} window={window} zone={zone} of={data.connection.name} />
        </div>
      ) : null}
    </section>
  );
}
