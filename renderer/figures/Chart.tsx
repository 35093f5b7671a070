import { memo } from 'react';
import { Bar, BarChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { FigureSlot, FigureWindow } from '../../core/contract/figures.ts';
import { countText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { lengthText, slotText, UNKNOWN } from './words.ts';

interface Props {
  readonly slots: readonly FigureSlot[];
  readonly window: FigureWindow;
  readonly zone: string;
  /** What the figures are of, for the table's name. */
  readonly of: string;
}

const TICKS = 4;
const msText = (ms: number | null): string => (ms === null ? UNKNOWN : lengthText(ms));

/** What came in each step, and on top of it what went wrong; the table behind it says that and more in numbers. */
export const FiguresChart = memo(function FiguresChart({ slots, window, zone, of }: Props) {
  const data = slots.map((slot) => ({ from: slot.from, came: slot.came, wrong: slot.refused + slot.troubled + slot.callsFailed }));
  const most = Math.max(0, ...data.map(({ came, wrong }) => came + wrong));
  const step = Math.max(1, Math.floor(slots.length / TICKS));
  // One close to the end would have no room for its words.
  const ticks = slots.filter((_slot, index) => index % step === 0 && index + step / 2 < slots.length).map(({ from }) => from);
  return (
    <>
      {most === 0 ? null : (
        <div className="figures-chart" aria-hidden>
          <p className="figures-legend">
            <span data-mark="came">{t('figures.chartCame')}</span> <span data-mark="wrong">{t('figures.chartWrong')}</span> <span className="num">{t('figures.chartMost', { count: most, shown: countText(most) })}</span>
          </p>
          <div className="figures-bars">
            <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 84 }}>
              <BarChart data={data} margin={{ top: 2, right: 0, bottom: 0, left: 0 }} barCategoryGap={1} accessibilityLayer={false}>
                <XAxis dataKey="from" ticks={ticks} interval={0} tickFormatter={(from: string) => slotText(window, { from }, zone)} tickLine={false} axisLine={{ stroke: 'var(--line)' }} tick={{ fill: 'var(--ink-2)', fontSize: 11, textAnchor: 'start' }} height={20} />
                <YAxis hide domain={[0, 'dataMax']} />
                <Bar dataKey="came" stackId="all" fill="var(--ink-2)" isAnimationActive={false} />
                <Bar dataKey="wrong" stackId="all" fill="var(--sev-warning)" isAnimationActive={false} />
              </BarChart>
            </ResponsiveContainer>
          </div>
        </div>
      )}
      <details className="chart-table figures-steps">
        <summary>{t('figures.table')}</summary>
        <div className="chart-rows" tabIndex={0} role="region" aria-label={t('figures.tableOf', { of })}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('figures.from')}</th>
                {(['came', 'refused', 'worked', 'troubled', 'toRecord', 'calls', 'callsFailed', 'took'] as const).map((name) => (
                  <th key={name} scope="col" className="right">
                    {/* What waits for its wedding was worked on, and is not used yet. */}
                    {t(`figures.columns.${name === 'worked' ? 'workedOn' : name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {slots.toReversed().map((slot) => (
                <tr key={slot.from}>
                  <th scope="row" className="num">
                    {slotText(window, slot, zone)}
                  </th>
                  <td className="num right">{countText(slot.came)}</td>
                  <td className="num right">{countText(slot.refused)}</td>
                  <td className="num right">{countText(slot.worked)}</td>
                  <td className="num right">{countText(slot.troubled)}</td>
                  <td className="num right">{msText(slot.toRecordP95Ms)}</td>
                  <td className="num right">{countText(slot.calls)}</td>
                  <td className="num right">{countText(slot.callsFailed)}</td>
                  <td className="num right">{msText(slot.tookP95Ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
});

/** The shape of it at a glance; the numbers stand beside it. */
export const FiguresSpark = memo(function FiguresSpark({ slots }: { readonly slots: readonly FigureSlot[] }) {
  const data = slots.map((slot) => ({ came: slot.came, wrong: slot.refused + slot.troubled + slot.callsFailed }));
  return (
    <span className="figures-spark" aria-hidden>
      <BarChart width={96} height={22} data={data} margin={{ top: 1, right: 0, bottom: 0, left: 0 }} barCategoryGap={1} accessibilityLayer={false}>
        <YAxis hide domain={[0, 'dataMax']} />
        <Bar dataKey="came" stackId="all" fill="var(--ink-2)" isAnimationActive={false} />
        <Bar dataKey="wrong" stackId="all" fill="var(--sev-warning)" isAnimationActive={false} />
      </BarChart>
    </span>
  );
});
