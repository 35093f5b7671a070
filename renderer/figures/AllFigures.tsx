import { useQuery } from '@tanstack/react-query';
import type { ConnectionFigures, Figures, FiguresAnswer, SystemFigures } from '../../core/contract/figures.ts';
import { formatRoute } from '../app/routes.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { countText, isolated, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { AsOf } from './AsOf.tsx';
import { FiguresChart, FiguresSpark } from './Chart.tsx';
import { useFigures } from './queries.ts';
import { SaveFigures } from './SaveFigures.tsx';
import { useFigureWindow } from './window.ts';
import { WindowSwitch } from './WindowSwitch.tsx';
import { percentText, withinText } from './words.ts';

const COLUMNS = ['came', 'refused', 'worked', 'troubled', 'toRecord', 'calls', 'callsFailed', 'took', 'available'] as const;
const hrefOf = (connectionId: string): string => formatRoute({ place: { view: 'integrations', connectionId }, selected: null });

function Cells({ figures, availability }: { readonly figures: Figures; readonly availability: SystemFigures['availability'] }) {
  const { came, refused, worked, parked, setAside, dead, toRecord, calls } = figures;
  const cell = (name: (typeof COLUMNS)[number], text: string, bad: boolean) => (
    <td key={name} className="num right" data-column={name} data-bad={bad || undefined}>
      {text}
    </td>
  );
  return (
    <>
      {cell('came', countText(came), false)}
      {cell('refused', countText(refused), refused > 0)}
      {cell('worked', countText(worked + parked), false)}
      {cell('troubled', countText(setAside + dead), setAside + dead > 0)}
      {cell('toRecord', withinText(toRecord, 'p95Ms'), false)}
      {cell('calls', countText(calls.count), false)}
      {cell('callsFailed', countText(calls.failed), calls.failed > 0)}
      {cell('took', withinText(calls.took, 'p95Ms'), false)}
      <td className="num right" data-column="available" data-bad={availability.downMs > 0 || undefined}>
        {percentText(availability)}
        {availability.downMs > 0 ? <span className="row-sub">{t('figures.downFor', { length: spanText(availability.downMs) })}</span> : null}
      </td>
    </>
  );
}

function Heads({ first }: { readonly first: string }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {COLUMNS.map((name) => (
          <th key={name} scope="col" className="right" data-column={name}>
            {t(`figures.columns.${name}`)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Connections({ answer }: { readonly answer: FiguresAnswer }) {
  return (
    <div className="figures-table" tabIndex={0} role="region" aria-label={t('figures.byConnection')}>
      <table>
        <Heads first={t('figures.connection')} />
        <tbody>
          {answer.connections.map((one: ConnectionFigures) => (
            <tr key={one.connectionId}>
              <th scope="row">
                <a href={hrefOf(one.connectionId)}>{isolated(one.name)}</a>{' '}
                {one.connectionId === answer.busiest ? <span className="figures-tag">{t('figures.busiest')}</span> : null}{' '}
                {one.connectionId === answer.worst ? <span className="figures-tag" data-worst>{t('figures.worst')}</span> : null}
                {one.figures.came > 0 ? <FiguresSpark slots={one.slots} /> : null}
              </th>
              <Cells figures={one.figures} availability={one.availability} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A house has few systems and mostly one connection to each: folded until somebody asks. */
function Systems({ answer }: { readonly answer: FiguresAnswer }) {
  const { connections } = useTables();
  return (
    <details className="chart-table figures-systems">
      <summary>{t('figures.bySystem')}</summary>
      <div className="figures-table" tabIndex={0} role="region" aria-label={t('figures.bySystem')}>
        <table>
          <Heads first={t('figures.system')} />
          <tbody>
            {answer.systems.map((one) => (
              <tr key={one.system}>
                <th scope="row">
                  {isolated(systemName(one.system, connections))} <span className="dim">{t('integrations.about', { count: one.connections })}</span>
                </th>
                <Cells figures={one.figures} availability={one.availability} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** What all connections of the house have done over the chosen time. */
export function AllFigures({ zone }: { readonly zone: string }) {
  const window = useFigureWindow();
  const { data, error, refetch } = useQuery(useFigures(window));
  return (
    <section className="figures figures-all" aria-labelledby="figures-title">
      <header className="figures-head">
        <h2 id="figures-title">{t('figures.allTitle')}</h2>
        <WindowSwitch />
        {data ? <SaveFigures key={window} connectionId={null} window={window} /> : null}
      </header>
      <AsOf answer={data} countedSince={data?.countedSince} error={error} zone={zone} onAgain={() => void refetch()} />
      {data ? (
        <div data-stale={error !== null || undefined}>
          <Connections answer={data} />
          <Systems answer={data} />
          <FiguresChart slots={data.slots} window={window} zone={zone} of={t('figures.all')} />
          <p className="dim figures-note">{t(window === '30d' ? 'figures.noteDays' : 'figures.note')}</p>
        </div>
      ) : null}
    </section>
  );
}
