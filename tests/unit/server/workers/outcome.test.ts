import { expect, test } from 'vitest';
import { backoffMs, storable, understand, type DeliveryInHand } from '../../../../server/workers/outcome.ts';

const delivery: DeliveryInHand = { organisationId: 'o', id: 'd', arrival: 1, connectionId: 'c', system: 'nobody', vendorEvent: null, mediaType: 'application/json', body: '{}', receivedAt: '2026-11-20T12:00:00.000Z', origin: 'webhook', settings: {}, attempts: 1, paused: false, letThrough: false, replayId: null, found: 'received', ahead: false };

test('waits double up to ten minutes, are shortened by chance, and keep what the source asks for', () => {
  expect([1, 2, 3, 9, 10, 30].map((attempt) => backoffMs(attempt, 1, null))).toEqual([2_000, 4_000, 8_000, 512_000, 600_000, 600_000]);
  expect(backoffMs(3, 0, null)).toBe(4_000);
  expect(backoffMs(1, 0.5, 90_000)).toBe(90_000);
  expect(backoffMs(8, 0, 1)).toBe(128_000);
});

test('text that cannot be stored is cleaned at any depth; everything else stays', () => {
  expect(storable({ a: 'x\0y', b: [{ c: '\ud800!', d: 1, e: null, f: true }], g: '👰 שלום' })).toEqual({ a: 'xy', b: [{ c: '\ufffd!', d: 1, e: null, f: true }], g: '👰 שלום' });
});

test('a system that has no folder any more is a reason for review, not for a stop', () => {
  expect(understand(delivery, () => null)).toMatchObject({ kind: 'quarantined', code: 'normalise.event_unknown' });
});
