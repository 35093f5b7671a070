import type { Payment } from '../../contract/record/trade.ts';
import { dayBounds, yesterdaySameTime } from './localTime.ts';

export interface CumulativePoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Money in so far, minor units; falls where a refund was made. */
  readonly minor: number;
}

export interface PaymentsIn {
  readonly currency: string;
  /** Received today minus refunded today, minor units. */
  readonly minor: number;
  /** Payments received today. */
  readonly count: number;
  readonly refundedMinor: number;
  /** The same sum of yesterday up to the same wall time. */
  readonly yesterdayMinor: number;
  readonly points: readonly CumulativePoint[];
}

interface Move {
  readonly at: number;
  readonly minor: number;
  readonly kind: 'in' | 'refund';
}

/** When the money came in, and when some of it left again. The moment of a refund is when we learned of it: no vendor's payment row carries it. */
function movesOf(payment: Payment): Move[] {
  if (payment.status === 'pending' || payment.status === 'failed') return [];
  const moves: Move[] = [{ at: Date.parse(payment.paidAt ?? payment.updatedAt), minor: payment.amountMinor, kind: 'in' }];
  if (payment.refundedMinor > 0) moves.push({ at: Date.parse(payment.updatedAt), minor: -payment.refundedMinor, kind: 'refund' });
  return moves;
}

/**
 * Money in on the calendar day of `now` in `zone`, one entry per currency (never added up across currencies), largest count
 * first. `weddingId` null = all payments of the organisation, also those that belong to no wedding yet.
 */
export function paymentsInToday(payments: Iterable<Payment>, weddingId: string | null, zone: string, now: number): PaymentsIn[] {
  const { from, to } = dayBounds(zone, now);
  const yesterdayUntil = yesterdaySameTime(zone, now);
  const yesterdayFrom = dayBounds(zone, from - 1).from;
  const byCurrency = new Map<string, { moves: Move[]; yesterday: number }>();
  for (const payment of payments) {
    if (weddingId !== null && payment.weddingId !== weddingId) continue;
    for (const move of movesOf(payment)) {
      const isToday = move.at >= from && move.at < to;
      const wasYesterday = move.at >= yesterdayFrom && move.at <= yesterdayUntil;
      if (!isToday && !wasYesterday) continue;
      let entry = byCurrency.get(payment.currency);
      if (!entry) byCurrency.set(payment.currency, (entry = { moves: [], yesterday: 0 }));
      if (isToday) entry.moves.push(move);
      else entry.yesterday += move.minor;
    }
  }
  const sums = [...byCurrency].map(([currency, { moves, yesterday }]) => {
    moves.sort((a, b) => a.at - b.at);
    let minor = 0;
    let count = 0;
    let refundedMinor = 0;
    const points: CumulativePoint[] = [];
    for (const move of moves) {
      minor += move.minor;
      if (move.kind === 'in') count += 1;
      else refundedMinor -= move.minor;
      points.push({ at: move.at, minor });
    }
    return { currency, minor, count, refundedMinor, yesterdayMinor: yesterday, points };
  });
  return sums.sort((a, b) => b.count - a.count || a.currency.localeCompare(b.currency));
}

/** At most `limit` points that keep the curve's steps: the last of each stretch, and always the very last. */
export function thinned(points: readonly CumulativePoint[], limit: number): readonly CumulativePoint[] {
  if (points.length <= limit) return points;
  const stride = Math.ceil(points.length / limit);
  return points.filter((_, index) => (points.length - 1 - index) % stride === 0);
}
