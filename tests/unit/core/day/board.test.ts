import { describe, expect, it } from 'vitest';
import type { Payment } from '../../../../core/contract/record/trade.ts';
import { nextItems, vendorsToday } from '../../../../core/domain/day/nextItems.ts';
import { countBySeverity, openAlerts } from '../../../../core/domain/day/openAlerts.ts';
import { paymentsInToday, thinned } from '../../../../core/domain/day/payments.ts';
import { minorPerUnit } from '../../../../core/domain/money/money.ts';
import { dayWedding, dayWeddings } from '../../../../core/domain/day/weddings.ts';
import { fromSnapshot } from '../../../../core/domain/record/state.ts';
import { fixtureSnapshot, WEDDING_A, WEDDING_B, WEDDING_C } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-06-20T14:05:00.000Z');
const MINUTE = 60_000;
const snapshot = fixtureSnapshot({ now: NOW });
const { tables } = fromSnapshot(snapshot);
const iso = (at: number): string => new Date(at).toISOString();

describe('today’s weddings', () => {
  it('are today’s in their own zone, by start, with what follows after them', () => {
    const { today, next } = dayWeddings(snapshot.rows.weddings, NOW);
    expect(today.map((entry) => entry.wedding.id)).toEqual([WEDDING_A, WEDDING_B]);
    expect(today.map((entry) => entry.phase)).toEqual(['running', 'upcoming']);
    expect(today[1]?.remainingMs).toBe(74 * MINUTE);
    expect(next.map((entry) => entry.wedding.id)).toEqual([WEDDING_C]);
  });

  it('leave out what was cancelled and what is only an enquiry', () => {
    const weddings = snapshot.rows.weddings.map((wedding, index) => ({ ...wedding, status: index === 0 ? ('cancelled' as const) : index === 1 ? ('enquiry' as const) : wedding.status }));
    expect(dayWeddings(weddings, NOW).today).toEqual([]);
  });

  it('keep one that runs past midnight, and one that ended earlier today', () => {
    const [wedding] = snapshot.rows.weddings;
    if (!wedding) throw new Error('fixture');
    const late = { ...wedding, date: '2026-06-19', startsAt: '2026-06-19T16:00:00.000Z', endsAt: '2026-06-20T01:00:00.000Z' };
    expect(dayWeddings([late], Date.parse('2026-06-20T00:30:00.000Z')).today).toHaveLength(1);
    expect(dayWedding(wedding, Date.parse(wedding.endsAt)).phase).toBe('over');
    expect(dayWeddings([wedding], Date.parse(wedding.endsAt) + MINUTE).today).toHaveLength(1);
  });
});

describe('what comes next', () => {
  const both = new Set([WEDDING_A, WEDDING_B]);

  it('lists what runs, then what is due, then what comes, each by time', () => {
    const entries = nextItems(tables, both, NOW);
    const rank = { running: 0, due: 1, upcoming: 2 };
    const keys = entries.map((entry) => rank[entry.state] * 1e15 + entry.at);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(new Set(entries.map((entry) => entry.kind))).toEqual(new Set(['runSheetItem', 'callTime']));
  });

  it('drops what is done or long past, and keeps what is due for half an hour', () => {
    const [booking] = snapshot.rows.bookings;
    if (!booking) throw new Error('fixture');
    const entry = (callTime: number, status: 'definite' | 'cancelled' = 'definite') => nextItems({ runSheetItems: {}, bookings: { x: { ...booking, callTime: iso(callTime), status } } }, both, NOW);
    expect(entry(NOW - 29 * MINUTE).map((each) => each.state)).toEqual(['due']);
    expect(entry(NOW - 30 * MINUTE)).toEqual([]);
    expect(entry(NOW + MINUTE, 'cancelled')).toEqual([]);
    expect(nextItems(tables, both, NOW).every((each) => tables.runSheetItems[each.id]?.status !== 'done')).toBe(true);
  });

  it('counts who should be on site and names the next call', () => {
    const wedding = tables.weddings[WEDDING_B];
    const [template] = snapshot.rows.bookings;
    if (!wedding || !template) throw new Error('fixture');
    const booking = (id: string, callTime: number, endsAt: number | null = null) => ({ ...template, id, weddingId: WEDDING_B, trade: 'music' as const, callTime: iso(callTime), endsAt: endsAt === null ? null : iso(endsAt) });
    const found = vendorsToday([booking('1', NOW - MINUTE), booking('2', NOW + 9 * MINUTE), booking('3', NOW + 5 * MINUTE), booking('4', NOW - 90 * MINUTE, NOW - MINUTE)], new Map([[WEDDING_B, wedding]]), NOW);
    expect({ onSite: found.onSite, expected: found.expected, next: found.nextCall?.booking.id }).toEqual({ onSite: 1, expected: 4, next: '3' });
  });
});

describe('payments in today', () => {
  const [template] = snapshot.rows.payments;
  if (!template) throw new Error('fixture');
  const pay = (at: string, amountMinor: number, more: Partial<Payment> = {}): Payment => ({ ...template, id: at + String(amountMinor), weddingId: WEDDING_A, status: 'completed', amountMinor, refundedMinor: 0, currency: 'GBP', paidAt: at, updatedAt: at, ...more });

  it('adds up per currency, never across, and only what was received on the venue’s day', () => {
    const sums = paymentsInToday(
      [pay('2026-06-20T09:00:00.000Z', 1000), pay('2026-06-20T10:00:00.000Z', 250), pay('2026-06-20T11:00:00.000Z', 700, { currency: 'EUR' }), pay('2026-06-20T12:00:00.000Z', 9, { status: 'failed' }), pay('2026-06-19T22:59:00.000Z', 5), pay('2026-06-19T23:00:00.000Z', 7)],
      null,
      'Europe/London',
      NOW,
    );
    expect(sums.map(({ currency, minor, count }) => ({ currency, minor, count }))).toEqual([
      { currency: 'GBP', minor: 1257, count: 3 },
      { currency: 'EUR', minor: 700, count: 1 },
    ]);
    expect(sums[0]?.points.map((point) => point.minor)).toEqual([7, 1007, 1257]);
  });

  it('subtracts a refund when it was learned of and compares with yesterday by the same time', () => {
    const [sum] = paymentsInToday(
      [pay('2026-06-20T09:00:00.000Z', 1000, { status: 'partly_refunded', refundedMinor: 300, updatedAt: '2026-06-20T10:00:00.000Z' }), pay('2026-06-19T14:05:00.000Z', 400), pay('2026-06-19T14:06:00.000Z', 90)],
      null,
      'Europe/London',
      NOW,
    );
    expect(sum).toMatchObject({ minor: 700, count: 1, refundedMinor: 300, yesterdayMinor: 400 });
  });

  it('narrows to one wedding, and to all of them includes what belongs to none', () => {
    const rows = [pay('2026-06-20T09:00:00.000Z', 1), pay('2026-06-20T09:00:00.000Z', 2, { weddingId: WEDDING_B }), pay('2026-06-20T09:00:00.000Z', 4, { weddingId: null })];
    expect(paymentsInToday(rows, WEDDING_B, 'Europe/London', NOW)[0]?.minor).toBe(2);
    expect(paymentsInToday(rows, null, 'Europe/London', NOW)[0]?.minor).toBe(7);
  });

  it('is thinned for drawing without losing where it stands', () => {
    const points = Array.from({ length: 1001 }, (_, index) => ({ at: index, minor: index }));
    const drawn = thinned(points, 100);
    expect(drawn.length).toBeLessThanOrEqual(100);
    expect(drawn.at(-1)).toEqual({ at: 1000, minor: 1000 });
    expect(thinned(points.slice(0, 100), 100)).toHaveLength(100);
  });

  it('knows the smallest unit of each currency', () => {
    expect(['GBP', 'JPY', 'KWD'].map(minorPerUnit)).toEqual([100, 1, 1000]);
  });
});

describe('open alerts', () => {
  it('come worst first, then newest, and count by severity', () => {
    const open = openAlerts(snapshot.rows.alerts, null);
    expect(open).toHaveLength(40);
    expect(open[0]?.severity).toBe('emergency');
    const criticals = open.filter((alert) => alert.severity === 'critical').map((alert) => alert.raisedAt);
    expect(criticals).toEqual([...criticals].sort().reverse());
    expect(countBySeverity(open).map((each) => each.severity)).toEqual(['emergency', 'critical', 'warning', 'notice', 'info']);
  });

  it('show a wedding its own and those of no wedding, and nobody the acknowledged', () => {
    const open = openAlerts(snapshot.rows.alerts, WEDDING_B);
    expect(open.some((alert) => alert.weddingId === null)).toBe(true);
    expect(open.some((alert) => alert.weddingId === WEDDING_A)).toBe(false);
    expect(openAlerts(snapshot.rows.alerts.map((alert) => ({ ...alert, state: 'acknowledged' as const })), null)).toEqual([]);
  });
});
