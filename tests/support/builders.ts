import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import type { Contact } from '../../core/contract/record/people.ts';
import type { Booking, Payment } from '../../core/contract/record/trade.ts';
import { phoneEnd } from '../../core/domain/record/needs.ts';
import { tellerKey } from '../../core/domain/record/tellers.ts';
import { tellerOf } from '../../core/domain/record/told.ts';
import type { Mapping, View } from '../../core/domain/record/view.ts';
import { emptyTables, type RecordState, type Tables } from '../../core/domain/record/state.ts';

/** Small rows with sensible values; every builder takes what the test cares about. */

export const AT = '2026-11-20T12:00:00.000Z';
let counter = 0;
/** A valid, unique UUIDv7-shaped id; same order as asked for. */
export const testId = (): string => `01900000-0000-7000-8000-${(counter += 1).toString(16).padStart(12, '0')}`;

const base = { version: 1, seq: 1, updatedAt: AT, source: null };

export const wedding = (fields: Partial<Wedding> = {}): Wedding => ({ ...base, id: testId(), title: 'Amara & Tom', date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:30:00.000Z', room: 'Orangery', status: 'confirmed', guestCount: 120, ...fields });
export const contact = (fields: Partial<Contact> = {}): Contact => ({ ...base, id: testId(), weddingId: null, name: 'Amara Okafor', email: 'amara@example.org', phone: null, company: null, role: 'couple', ...fields });
export const booking = (fields: Partial<Booking> = {}): Booking => ({ ...base, id: testId(), weddingId: null, title: 'Flowers', trade: 'florist', vendorName: 'Fern & Field', contactId: null, status: 'definite', startsAt: null, endsAt: null, callTime: null, place: null, amountMinor: null, currency: null, ...fields });
export const payment = (fields: Partial<Payment> = {}): Payment => ({ ...base, id: testId(), weddingId: null, bookingId: null, description: 'Balance', payerName: 'Amara Okafor', status: 'completed', amountMinor: 250_000, refundedMinor: 0, currency: 'GBP', paidAt: AT, failureReason: null, ...fields });
export const alert = (fields: Partial<Alert> = {}): Alert => ({ ...base, id: testId(), weddingId: null, severity: 'critical', rule: 'payment_failed', title: 'Payment failed: £2,500.00', detail: 'Balance for Amara & Tom.', raisedAt: AT, state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null, ...fields });

export const state = (tables: Partial<Tables> = {}, seq = 0): RecordState => ({ epoch: 'e1', seq, organisation: { id: testId(), name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: false }, tables: { ...emptyTables(), ...tables } });

export const alertRaised = (row: Alert, fields: Partial<RecordedEvent> = {}): RecordedEvent => ({ seq: row.seq, id: testId(), type: 'alert.raised', weddingId: row.weddingId, occurredAt: AT, recordedAt: AT, actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null, before: null, collection: 'alerts', row, ...fields }) as RecordedEvent;

export const keyed = <R extends { id: string }>(...rows: R[]): Record<string, R> => Object.fromEntries(rows.map((row) => [row.id, row]));

/** A view over rows given by the test, as one connection sees it; mappings as `type:id` -> local, those of others as `connection:type:id`. */
export function viewOf(tables: Partial<Tables>, mappings: Record<string, Mapping> = {}, connectionId: string | null = null, elsewhere: Record<string, Mapping> = {}): View {
  const all = { ...emptyTables(), ...tables };
  return {
    mapping: (type, id) => mappings[`${type}:${id}`] ?? null,
    row: (collection, id) => (all[collection][id] ?? null) as never,
    weddingsByEmail: (email) => {
      const ids = new Set(Object.values(all.contacts).filter((row) => row.email?.toLowerCase() === email).map((row) => row.weddingId));
      return Object.values(all.weddings).filter((row) => ids.has(row.id));
    },
    weddingsByDate: (date) => Object.values(all.weddings).filter((row) => row.date === date),
    contactsByEmail: (email) => Object.values(all.contacts).filter((row) => row.email?.toLowerCase() === email),
    contactsByPhone: (phone) => Object.values(all.contacts).filter((row) => row.phone !== null && phoneEnd(row.phone) === phoneEnd(phone)),
    tellers: (contactId) =>
      [...Object.entries(mappings).map(([key, mapping]): [string, Mapping] => [`${connectionId ?? ''}:${key}`, mapping]), ...Object.entries(elsewhere)].flatMap(([key, { collection, id, told }]) => {
        const [connection = '', type = '', ...remoteId] = key.split(':');
        return collection === 'contacts' && id === contactId ? [tellerOf(tellerKey(connection, type, remoteId.join(':')), told)] : [];
      }),
    unresolvedAlerts: (subjectId) => Object.values(all.alerts).filter((row) => row.state !== 'resolved' && row.subject?.id === subjectId),
  };
}
