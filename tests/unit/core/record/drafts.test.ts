import { expect, test } from 'vitest';
import type { Push } from '../../../../core/contract/record/calendars.ts';
import { draftUpdated } from '../../../../core/domain/record/drafts.ts';
import { AT, testId } from '../../../support/builders.ts';

const context = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null } as const;
const id = testId();
const push: Push = {
  id, version: 3, seq: 9, updatedAt: AT, source: null, weddingId: null, calendarId: testId(), subject: { collection: 'bookings', id }, wish: 'present', state: 'queued', wantedVersion: 1, writtenVersion: null,
  attempts: 0, reason: null, nextAttemptAt: null, writtenAt: null,
};
const told = (subject: Push['subject']) => draftUpdated('push.queued', 'pushes', null, push, { subject }, null, context);

test('a value whose fields stand in another order is the same value, as the database gives it back', () => {
  expect(told({ id, collection: 'bookings' })).toBeNull();
});

test('another value, within the value too, is a change', () => {
  expect(told({ id, collection: 'weddings' })).toMatchObject({ before: { subject: push.subject }, row: { version: 4, subject: { collection: 'weddings' } } });
});
