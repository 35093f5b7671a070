import { memo, useMemo } from 'react';
import { Area, AreaChart, ReferenceDot, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { dayBounds } from '../../../core/domain/day/localTime.ts';
import { paymentsInToday, thinned } from '../../../core/domain/day/payments.ts';
import { LIST_STEP_MS, useTables, type Scope } from '../../app/selectors.ts';
import { bigMoneyText, moneyText, timeText } from '../../components/format.ts';
import { Section } from '../../components/Section.tsx';
import { useNow } from '../../components/useNow.ts';
import { useThrottled } from '../../components/useThrottled.ts';
import { t } from '../../i18n/index.ts';

const HOUR = 3_600_000;
const POINTS = 160;
const TABLE_ROWS = 200;
const REDRAW_MS = 500;

/** Money in over the day, running total, labelled where the line ends. The table behind it says the same in numbers. */
export const PaymentsChart = memo(function PaymentsChart({ scope }: { readonly scope: Scope }) {
  // Drawing is the dearest thing on the board; twice a second is as often as an eye follows a curve.
  const payments = useThrottled(useTables().payments, REDRAW_MS);
  const now = useNow(LIST_STEP_MS * 6);
  const { weddingId, zone } = scope;
  const [main] = useMemo(() => paymentsInToday(Object.values(payments), weddingId, zone, now), [payments, weddingId, zone, now]);
  if (!main || main.points.length === 0) return null;

  const label = bigMoneyText(main.minor, main.currency);
  const day = dayBounds(zone, now);
  const first = main.points[0]?.at ?? now;
  // From the full hour before the first payment, so that the line starts at nothing and little of the width is empty.
  const from = Math.max(day.from, Math.floor(first / HOUR) * HOUR - HOUR);
  const to = Math.min(day.to, Math.max(now, main.points.at(-1)?.at ?? now));
  const data = [{ at: from, minor: 0 }, ...thinned(main.points, POINTS), { at: to, minor: main.minor }];
  const step = Math.max(1, Math.ceil((to - from) / HOUR / 6)) * HOUR;
  const ticks: number[] = [];
  for (let at = from; at < to - step / 3; at += step) ticks.push(at);

  return (
    <Section id="payments-chart" title={t('chart.title')} aside={<span className="num">{t('chart.aside', { count: main.count, currency: main.currency })}</span>} className="section-chart">
      <div className="chart" aria-hidden>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 120 }}>
          <AreaChart data={data} margin={{ top: 22, right: 16 + 7 * label.length, bottom: 0, left: 12 }} accessibilityLayer={false}>
            <XAxis dataKey="at" type="number" domain={[from, to]} ticks={ticks} tickFormatter={(at: number) => timeText(at, zone)} tickLine={false} axisLine={{ stroke: 'var(--line)' }} tick={{ fill: 'var(--ink-2)', fontSize: 11 }} height={20} />
            <YAxis hide domain={[0, 'dataMax']} />
            <ReferenceLine y={0} stroke="var(--line)" />
            <Area type="stepAfter" dataKey="minor" stroke="var(--ink)" strokeWidth={1.5} fill="var(--wash)" fillOpacity={1} isAnimationActive={false} dot={false} />
            <ReferenceDot x={to} y={main.minor} r={3} fill="var(--ink)" stroke="none" label={{ value: label, position: 'right', fill: 'var(--ink)', fontSize: 12, fontWeight: 600 }} />
          </AreaChart>
        </ResponsiveContainer>
      </div>
      <details className="chart-table">
        <summary>{t('chart.table')}</summary>
        <div className="chart-rows" tabIndex={0} role="region" aria-label={t('chart.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('chart.time')}</th>
                <th scope="col" className="right">
                  {t('chart.total')}
                </th>
              </tr>
            </thead>
            <tbody>
              {main.points.slice(-TABLE_ROWS).reverse().map((point, index) => (
                <tr key={`${point.at}-${index}`}>
                  <td className="num">{timeText(point.at, zone)}</td>
                  <td className="num right">{moneyText(point.minor, main.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Section>
  );
});
