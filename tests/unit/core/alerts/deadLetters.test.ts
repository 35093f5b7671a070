import { expect, it } from 'vitest';
import { DEAD_LETTERS_MS, deadLetterAlerts, type DeadLetters } from '../../../../core/domain/alerts/deadLetters.ts';
import { deadLetters } from '../../../../core/domain/day/deadLetters.ts';
import type { ReviewItem } from '../../../../core/contract/record/attention.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const CONTEXT = { actor: { kind: 'system' as const, id: null, name: 'WedSync' }, source: null, deliveryId: null };
const some = (more: Partial<DeadLetters> = {}): DeadLetters => ({ connectionId: 'c', name: 'Foxglove', count: 3, since: new Date(NOW - DEAD_LETTERS_MS).toISOString(), alert: null, ...more });
const alerts = (letters: DeadLetters, nearWedding = false, now = NOW) => deadLetterAlerts([letters], { now, nearWedding }, CONTEXT, () => 'a');

it('waits ten minutes, but not near a wedding, and tells one thing once', () => {
  expect(alerts(some(), false, NOW - 1)).toEqual([]);
  expect(alerts(some())).toMatchObject([{ type: 'alert.raised', row: { severity: 'warning', rule: 'deliveries_dead', title: '3 deliveries of Foxglove were given up', subject: { collection: 'connections', id: 'c' } } }]);
  expect(alerts(some({ since: new Date(NOW).toISOString() }), true)).toMatchObject([{ row: { severity: 'critical' } }]);
  const [raised] = alerts(some());
  if (raised?.collection !== 'alerts') throw new Error('no alert');
  const alert = { ...raised.row, seq: 1, updatedAt: '' };
  expect(alerts(some({ alert }))).toEqual([]);
  expect(alerts(some({ count: 0, since: null, alert }))).toMatchObject([{ type: 'alert.resolved', row: { state: 'resolved' } }]);
  expect(alerts(some({ count: 0, since: null }))).toEqual([]);
});

it('counts what nobody has seen to, with the oldest', () => {
  const item = (kind: ReviewItem['kind'], state: ReviewItem['state'], receivedAt: string) => ({ kind, state, receivedAt }) as ReviewItem;
  const items = [item('dead', 'open', '2026-11-20T11:00:00.000Z'), item('dead', 'open', '2026-11-20T10:00:00.000Z'), item('dead', 'resolved', '2026-11-20T09:00:00.000Z'), item('parked', 'open', '2026-11-20T08:00:00.000Z')];
  expect(deadLetters(items)).toEqual({ count: 2, oldestAt: '2026-11-20T10:00:00.000Z' });
  expect(deadLetters([])).toEqual({ count: 0, oldestAt: null });
});
