import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import { changedFields } from '../../../../core/domain/record/history.ts';
import { AT, payment, testId } from '../../../support/builders.ts';

const event = (type: 'payment.failed' | 'payment.completed', before: Record<string, unknown> | null, row = payment()): RecordedEvent => ({
  seq: 3, id: testId(), type, weddingId: null, occurredAt: AT, recordedAt: AT, actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null, before, collection: 'payments', row,
});

test('a new row comes from nothing, whatever its first event is called', () => {
  const changed = changedFields(event('payment.failed', null, payment({ status: 'failed', bookingId: null })));
  expect(changed).toContainEqual({ field: 'status', before: null, after: 'failed' });
  expect(changed.map(({ field }) => field)).not.toContain('bookingId');
  expect(changed.map(({ field }) => field)).not.toContain('version');
});

test('a change tells the fields that changed, as they were and are', () => {
  expect(changedFields(event('payment.completed', { status: 'pending', paidAt: null }, payment({ status: 'completed' })))).toEqual([
    { field: 'status', before: 'pending', after: 'completed' },
    { field: 'paidAt', before: null, after: AT },
  ]);
});

test('a deleted row goes to nothing', () => {
  const row = { id: testId(), version: 2, seq: 4, updatedAt: AT, source: null, weddingId: null, name: 'Noor', email: null, phone: null, company: null, role: 'couple' as const };
  const deleted = { ...event('payment.completed', {}), type: 'client.deleted', collection: 'contacts', row } as RecordedEvent;
  expect(changedFields(deleted)).toEqual([{ field: 'name', before: 'Noor', after: null }, { field: 'role', before: 'couple', after: null }]);
});
