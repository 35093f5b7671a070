import { memo } from 'react';
import { Area, AreaChart, YAxis } from 'recharts';
import { thinned, type CumulativePoint } from '../../../core/domain/day/payments.ts';
import { useThrottled } from '../../components/useThrottled.ts';

const POINTS = 36;
const REDRAW_MS = 500;

const Line = memo(function Line({ points }: { readonly points: readonly CumulativePoint[] }) {
  return (
    <AreaChart width={72} height={18} data={[...thinned(points, POINTS)]} margin={{ top: 2, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
      <YAxis hide domain={[0, 'dataMax']} />
      <Area type="stepAfter" dataKey="minor" stroke="var(--ink-2)" strokeWidth={1.25} fill="var(--wash)" fillOpacity={1} isAnimationActive={false} dot={false} />
    </AreaChart>
  );
});

/** The shape of the day at a glance; the number beside it is the fact and moves at once, the shape twice a second at most. */
export function Sparkline({ points }: { readonly points: readonly CumulativePoint[] }) {
  return <Line points={useThrottled(points, REDRAW_MS)} />;
}
