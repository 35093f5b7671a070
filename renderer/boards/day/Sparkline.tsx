import { Area, AreaChart, YAxis } from 'recharts';
import type { CumulativePoint } from '../../../core/domain/day/payments.ts';

/** The shape of the day at a glance; the number beside it is the fact. */
export function Sparkline({ points }: { readonly points: readonly CumulativePoint[] }) {
  return (
    <AreaChart width={72} height={18} data={[...points]} margin={{ top: 2, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
      <YAxis hide domain={[0, 'dataMax']} />
      <Area type="stepAfter" dataKey="minor" stroke="var(--ink-2)" strokeWidth={1.25} fill="var(--wash)" fillOpacity={1} isAnimationActive={false} dot={false} />
    </AreaChart>
  );
}
