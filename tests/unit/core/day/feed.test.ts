import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import type { RowOf } from '../../../../core/contract/record.ts';
import { entryFromEvent, feed } from '../../../../core/domain/day/feed.ts';
import { fromSnapshot } from '../../../../core/domain/record/state.ts';
import { fixtureId, fixtureSnapshot, WEDDING_A } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-06-20T14:05:00.000Z');
const snapshot = fixtureSnapshot({ now: NOW });
const { tables } = fromSnapshot(snapshot);
const base = { id: fixtureId(10, 1), weddingId: WEDDING_A, occurredAt: snapshot.at, recordedAt: snapshot.at, actor: { kind: 'vendor' as const, id: null, name: 'Stripe' }, source: { system: 'stripe', connectionId: null, remoteId: 'pi_1' }, deliveryId: null };
const first = <T>(rows: readonly T[]): T => {
  const [row] = rows;
  if (row === undefined) throw new Error('fixture');
  return row;
};

describe('what just happened', () => {
  it('tells a moved call time with its minutes, and a cancellation as one', () => {
    const row = { ...first(snapshot.rows.bookings), callTime: '2026-06-20T15:00:00.000Z' };
    const moved: RecordedEvent = { ...base, seq: 900, type: 'booking.updated', collection: 'bookings', row, before: { callTime: '2026-06-20T15:40:00.000Z' } };
    expect(entryFromEvent(moved)).toMatchObject({ says: 'booking.call_time_moved', count: -40, system: 'stripe', subject: row.vendorName });
    const cancelled: RecordedEvent = { ...base, seq: 901, type: 'booking.cancelled', collection: 'bookings', row: { ...row, status: 'cancelled' }, before: { status: 'definite' } };
    expect(entryFromEvent(cancelled).says).toBe('booking.cancelled');
  });

  it('tells a guest count with the former one, and a part refund with its own amount', () => {
    const wedding: RecordedEvent = { ...base, seq: 902, type: 'wedding.updated', collection: 'weddings', row: { ...first(snapshot.rows.weddings), guestCount: 150 }, before: { guestCount: 148 } };
    expect(entryFromEvent(wedding)).toMatchObject({ says: 'wedding.guest_count_changed', count: 150, was: 148 });
    const refund: RecordedEvent = { ...base, seq: 903, type: 'payment.refunded', collection: 'payments', row: { ...first(snapshot.rows.payments), status: 'partly_refunded', refundedMinor: 500 }, before: { refundedMinor: 0 } };
    expect(entryFromEvent(refund)).toMatchObject({ says: 'payment.partly_refunded', amount: { minor: 500, currency: 'GBP' } });
  });

  it('tells a conflict that is found once, by its alert, and one that is settled once, by itself', () => {
    const conflict = (state: 'open' | 'resolved' | 'overridden', level: 'block' | 'warn' = 'block'): RowOf<'conflicts'> => ({
      id: fixtureId(22, 7), version: 1, seq: 1, updatedAt: snapshot.at, source: null, weddingId: null, kind: 'overlap', limitId: null, level, resourceIds: [fixtureId(20, 1)],
      members: [{ collection: 'weddings', id: WEDDING_A }, { collection: 'weddings', id: fixtureId(2, 99) }], startsAt: snapshot.at, endsAt: snapshot.at, missingMs: 60_000, missingUnits: 0,
      raisedAt: snapshot.at, state, settledAt: null, settledBy: null, settledBecause: null,
    });
    const alert = (state: 'open' | 'resolved'): RowOf<'alerts'> => ({ ...first(snapshot.rows.alerts), id: fixtureId(11, 7), state, rule: 'double_booking', title: 'Double booking: Orangery', subject: { collection: 'conflicts', id: fixtureId(22, 7) } });
    const told = (...events: RecordedEvent[]) => feed(events, { ...tables, alerts: {}, conflicts: {} }, null, events.length).filter(({ seq }) => seq >= 950).map(({ says }) => says);
    const raised: RecordedEvent = { ...base, seq: 950, type: 'conflict.raised', collection: 'conflicts', row: conflict('open'), before: null };
    const alerted: RecordedEvent = { ...base, seq: 951, type: 'alert.raised', collection: 'alerts', row: alert('open'), before: null };
    expect(told(raised, alerted)).toEqual(['alert.raised']);
    const resolved: RecordedEvent = { ...base, seq: 952, type: 'conflict.resolved', collection: 'conflicts', row: conflict('resolved'), before: { state: 'open' } };
    const settled: RecordedEvent = { ...base, seq: 953, type: 'alert.resolved', collection: 'alerts', row: alert('resolved'), before: { state: 'open' } };
    expect(told(resolved, settled)).toEqual(['conflict.resolved']);
    expect(told({ ...raised, row: conflict('open', 'warn') }), 'one without an alert').toEqual(['conflict.raised']);
  });

  it('tells a limit that is passed as what it is, and no double booking', () => {
    const row: RowOf<'conflicts'> = {
      id: fixtureId(22, 1), version: 1, seq: 920, updatedAt: snapshot.at, source: null, weddingId: null, kind: 'limit', limitId: fixtureId(23, 1), level: 'block', resourceIds: [fixtureId(20, 1)],
      members: [{ collection: 'allocations', id: fixtureId(21, 1) }], startsAt: snapshot.at, endsAt: snapshot.at, missingMs: 60_000, missingUnits: 0, raisedAt: snapshot.at, state: 'open', settledAt: null, settledBy: null, settledBecause: null,
    };
    const says = (type: 'conflict.raised' | 'conflict.resolved' | 'conflict.overridden', state: (typeof row)['state'], kind: (typeof row)['kind'] = 'limit') =>
      entryFromEvent({ ...base, seq: 920, source: null, type, collection: 'conflicts', row: { ...row, state, kind }, before: {} }).says;
    expect([says('conflict.raised', 'open'), says('conflict.resolved', 'resolved'), says('conflict.overridden', 'overridden')]).toEqual(['limit.passed', 'limit.kept', 'limit.accepted']);
    expect(says('conflict.raised', 'open', 'overlap')).toBe('conflict.raised');
    expect((['turnaround', 'travel', 'closure', 'capacity'] as const).map((kind) => says('conflict.raised', 'open', kind))).toEqual(['gap.short', 'gap.short', 'closed.taken', 'stock.short']);
  });

  it('tells messages, papers and the weather by what became of them', () => {
    const failed: RecordedEvent = { ...base, seq: 904, type: 'message.updated', collection: 'messages', row: { ...first(snapshot.rows.messages), direction: 'out', toAddress: 'a@b.test', status: 'failed', version: 2 }, before: { status: 'sent' } };
    expect(entryFromEvent(failed)).toMatchObject({ says: 'message.failed', subject: 'a@b.test', severity: 'warning' });
    const signed: RecordedEvent = { ...base, seq: 905, type: 'document.updated', collection: 'documents', row: { ...first(snapshot.rows.documents), status: 'signed' }, before: { status: 'viewed' } };
    expect(entryFromEvent(signed).says).toBe('document.signed');
    const gone: RecordedEvent = { ...base, seq: 906, type: 'calendar.event.deleted', collection: 'calendarEvents', row: first(snapshot.rows.calendarEvents), before: {} };
    expect(entryFromEvent(gone)).toMatchObject({ says: 'calendar.event.deleted', subject: 'Rehearsal in the Orangery' });
    const over: RecordedEvent = { ...base, seq: 907, type: 'weather.notice.updated', collection: 'weatherNotices', row: { ...first(snapshot.rows.weatherNotices), state: 'ended' }, before: { state: 'active' } };
    expect(entryFromEvent(over)).toMatchObject({ says: 'weather.ended', severity: null });
  });

  it('is never empty after a start from a snapshot: the rows’ own last changes fill it, newest first', () => {
    const entries = feed([], tables, null, 30);
    expect(entries).toHaveLength(30);
    const order = entries.map((entry) => entry.seq);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(new Set(order).size).toBe(30);
  });

  it('passes over a room that a fact has just named, and tells one that a person has made', () => {
    const row = { id: fixtureId(20, 1), version: 1, seq: 904, updatedAt: snapshot.at, source: null, kind: 'room' as const, name: 'Barn', keys: ['barn'], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' as const };
    const made = (kind: 'vendor' | 'person'): RecordedEvent => ({ ...base, seq: 904, type: 'resource.created', collection: 'resources', row, before: null, actor: { kind, id: null, name: 'x' } });
    const said = (kind: 'vendor' | 'person') => feed([made(kind)], { ...tables, resources: { [row.id]: row } }, null, 500).filter(({ collection }) => collection === 'resources').map(({ says }) => says);
    expect([said('vendor'), said('person')]).toEqual([[], ['resource.created']]);
  });

  it('prefers the held event to the row it left, and keeps to one wedding when asked', () => {
    const row = { ...first(snapshot.rows.weddings), seq: 950, guestCount: 151 };
    const event: RecordedEvent = { ...base, seq: 950, type: 'wedding.updated', collection: 'weddings', row, before: { guestCount: 150 } };
    const entries = feed([event], { ...tables, weddings: { ...tables.weddings, [row.id]: row } }, WEDDING_A, 20);
    expect(entries.filter((entry) => entry.seq === 950)).toEqual([expect.objectContaining({ was: 150 })]);
    expect(entries.every((entry) => entry.weddingId === WEDDING_A)).toBe(true);
  });
});
