import type { RecordedEvent } from '../../core/contract/events.ts';
import { createIds } from '../../server/ports.ts';

const ids = createIds();
const AT = '2026-11-20T12:00:00.000Z';
const base = { occurredAt: AT, recordedAt: AT, actor: { kind: 'system' as const, id: null, name: 'test' }, source: null, deliveryId: null, before: null };

/** Events for a log under test; the store gives each its place. */
export const weddingCreated = (id: string) => (seq: number): RecordedEvent => ({
  ...base, seq, id: ids.next(), type: 'wedding.created', weddingId: id, collection: 'weddings',
  row: { id, version: 1, seq, updatedAt: AT, source: null, title: `Wedding ${id.slice(-4)}`, date: '2026-11-20', zone: 'Europe/London', startsAt: AT, endsAt: AT, room: null, status: 'confirmed', guestCount: 10 },
});

export const contactCreated = (weddingId: string | null, id = ids.next()) => (seq: number): RecordedEvent => ({
  ...base, seq, id: ids.next(), type: 'client.created', weddingId, collection: 'contacts',
  row: { id, version: 1, seq, updatedAt: AT, source: null, weddingId, name: `Guest ${seq}`, email: null, phone: null, company: null, role: 'couple', consents: null },
});

export const contactDeleted = (weddingId: string | null, id: string) => (seq: number): RecordedEvent => ({ ...contactCreated(weddingId, id)(seq), type: 'client.deleted' });

/** The same row again and again, about 4.5 kB each time: fills a line without filling the record. */
export const alertUpdated = (id: string) => (seq: number): RecordedEvent => ({
  ...base, seq, id: ids.next(), type: 'alert.raised', weddingId: null, collection: 'alerts',
  row: { id, version: seq, seq, updatedAt: AT, source: null, weddingId: null, severity: 'notice', rule: 'guest_count_changed', title: 'Many words', detail: `${seq} `.padEnd(4000, 'x'), raisedAt: AT, state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null },
});
