import { z } from 'zod';
import { Id, Instant, Seq } from './primitives.ts';
import { Alert, ReviewItem } from './record/attention.ts';
import { Calendar, Difference, Push } from './record/calendars.ts';
import { Connection } from './record/connections.ts';
import { CalendarEvent, RunSheetItem, WeatherNotice, Wedding } from './record/day.ts';
import { Contact, Message } from './record/people.ts';
import { Source } from './record/row.ts';
import { Allocation, Conflict, HouseRules, Limit, Resource } from './record/taking.ts';
import { Booking, Document, Payment } from './record/trade.ts';
import type { CollectionName } from './record.ts';

/** One catalogue of facts. Each type names the collection whose row it changes, and how. */
export const EVENT_TYPES = {
  'wedding.created': { collection: 'weddings', change: 'created' },
  'wedding.updated': { collection: 'weddings', change: 'updated' },
  'wedding.cancelled': { collection: 'weddings', change: 'updated' },
  'client.created': { collection: 'contacts', change: 'created' },
  'client.updated': { collection: 'contacts', change: 'updated' },
  'client.deleted': { collection: 'contacts', change: 'deleted' },
  'booking.created': { collection: 'bookings', change: 'created' },
  'booking.updated': { collection: 'bookings', change: 'updated' },
  'booking.cancelled': { collection: 'bookings', change: 'updated' },
  'payment.recorded': { collection: 'payments', change: 'created' },
  'payment.completed': { collection: 'payments', change: 'updated' },
  'payment.failed': { collection: 'payments', change: 'updated' },
  'payment.refunded': { collection: 'payments', change: 'updated' },
  'runsheet.item.created': { collection: 'runSheetItems', change: 'created' },
  'runsheet.item.updated': { collection: 'runSheetItems', change: 'updated' },
  'message.received': { collection: 'messages', change: 'created' },
  'message.sent': { collection: 'messages', change: 'created' },
  'message.updated': { collection: 'messages', change: 'updated' },
  'document.shared': { collection: 'documents', change: 'created' },
  'document.updated': { collection: 'documents', change: 'updated' },
  'calendar.event.created': { collection: 'calendarEvents', change: 'created' },
  'calendar.event.updated': { collection: 'calendarEvents', change: 'updated' },
  'calendar.event.deleted': { collection: 'calendarEvents', change: 'deleted' },
  'weather.notice.issued': { collection: 'weatherNotices', change: 'created' },
  'weather.notice.updated': { collection: 'weatherNotices', change: 'updated' },
  'resource.created': { collection: 'resources', change: 'created' },
  'resource.updated': { collection: 'resources', change: 'updated' },
  'allocation.created': { collection: 'allocations', change: 'created' },
  'allocation.updated': { collection: 'allocations', change: 'updated' },
  'allocation.cancelled': { collection: 'allocations', change: 'updated' },
  'limit.created': { collection: 'limits', change: 'created' },
  'limit.updated': { collection: 'limits', change: 'updated' },
  'rules.created': { collection: 'houseRules', change: 'created' },
  'rules.updated': { collection: 'houseRules', change: 'updated' },
  'calendar.found': { collection: 'calendars', change: 'created' },
  'calendar.changed': { collection: 'calendars', change: 'updated' },
  'calendar.removed': { collection: 'calendars', change: 'deleted' },
  'push.wanted': { collection: 'pushes', change: 'created' },
  'push.queued': { collection: 'pushes', change: 'updated' },
  'push.confirmed': { collection: 'pushes', change: 'updated' },
  'push.answered': { collection: 'pushes', change: 'updated' },
  'push.failed': { collection: 'pushes', change: 'updated' },
  'push.dropped': { collection: 'pushes', change: 'deleted' },
  'difference.raised': { collection: 'differences', change: 'created' },
  'difference.updated': { collection: 'differences', change: 'updated' },
  'difference.settled': { collection: 'differences', change: 'updated' },
  'difference.dropped': { collection: 'differences', change: 'deleted' },
  'conflict.raised': { collection: 'conflicts', change: 'created' },
  'conflict.updated': { collection: 'conflicts', change: 'updated' },
  'conflict.resolved': { collection: 'conflicts', change: 'updated' },
  'conflict.overridden': { collection: 'conflicts', change: 'updated' },
  'alert.raised': { collection: 'alerts', change: 'created' },
  'alert.acknowledged': { collection: 'alerts', change: 'updated' },
  'alert.resolved': { collection: 'alerts', change: 'updated' },
  'review.opened': { collection: 'reviewItems', change: 'created' },
  'review.updated': { collection: 'reviewItems', change: 'updated' },
  'review.resolved': { collection: 'reviewItems', change: 'updated' },
  'connection.created': { collection: 'connections', change: 'created' },
  'connection.renamed': { collection: 'connections', change: 'updated' },
  'connection.health_changed': { collection: 'connections', change: 'updated' },
  'connection.reading': { collection: 'connections', change: 'updated' },
  'connection.removed': { collection: 'connections', change: 'deleted' },
  // Personal data was taken out of the row and of all that was recorded of it before (`ERASURES`).
  'wedding.erased': { collection: 'weddings', change: 'updated' },
  'contact.erased': { collection: 'contacts', change: 'updated' },
  'booking.erased': { collection: 'bookings', change: 'updated' },
  'payment.erased': { collection: 'payments', change: 'updated' },
  'runsheet.item.erased': { collection: 'runSheetItems', change: 'updated' },
  'message.erased': { collection: 'messages', change: 'updated' },
  'document.erased': { collection: 'documents', change: 'updated' },
  'calendar.event.erased': { collection: 'calendarEvents', change: 'updated' },
  'weather.notice.erased': { collection: 'weatherNotices', change: 'updated' },
  'resource.erased': { collection: 'resources', change: 'updated' },
  'allocation.erased': { collection: 'allocations', change: 'updated' },
  'limit.erased': { collection: 'limits', change: 'updated' },
  'rules.erased': { collection: 'houseRules', change: 'updated' },
  'conflict.erased': { collection: 'conflicts', change: 'updated' },
  'calendar.erased': { collection: 'calendars', change: 'updated' },
  'push.erased': { collection: 'pushes', change: 'updated' },
  'difference.erased': { collection: 'differences', change: 'updated' },
  'alert.erased': { collection: 'alerts', change: 'updated' },
  'review.erased': { collection: 'reviewItems', change: 'updated' },
  'connection.erased': { collection: 'connections', change: 'updated' },
} as const satisfies Record<string, { collection: CollectionName; change: 'created' | 'updated' | 'deleted' }>;

export type EventType = keyof typeof EVENT_TYPES;
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[];

/** By collection, the fact that a person was forgotten in a row: whoever keeps older events of that row drops them. */
export const ERASURES = {
  weddings: 'wedding.erased',
  contacts: 'contact.erased',
  bookings: 'booking.erased',
  payments: 'payment.erased',
  runSheetItems: 'runsheet.item.erased',
  messages: 'message.erased',
  documents: 'document.erased',
  calendarEvents: 'calendar.event.erased',
  weatherNotices: 'weather.notice.erased',
  resources: 'resource.erased',
  allocations: 'allocation.erased',
  limits: 'limit.erased',
  houseRules: 'rules.erased',
  conflicts: 'conflict.erased',
  calendars: 'calendar.erased',
  pushes: 'push.erased',
  differences: 'difference.erased',
  alerts: 'alert.erased',
  reviewItems: 'review.erased',
  connections: 'connection.erased',
} as const satisfies Record<CollectionName, EventType>;

export const isErasure = (type: EventType): boolean => type.endsWith('.erased');

/** Who made it so. */
export const Actor = z.object({
  kind: z.enum(['vendor', 'person', 'system', 'demo']),
  id: z.string().nullable(),
  name: z.string(),
});
export type Actor = z.infer<typeof Actor>;

const eventBase = {
  seq: Seq,
  id: Id,
  type: z.enum(EVENT_TYPE_NAMES as [EventType, ...EventType[]]),
  weddingId: Id.nullable(),
  /** When it happened outside, as far as the source says; else equal to recordedAt. */
  occurredAt: Instant,
  recordedAt: Instant,
  actor: Actor,
  source: Source.nullable(),
  /** The stored delivery that caused it. */
  deliveryId: Id.nullable(),
  /** Values of the changed fields before; null for a new row. */
  before: z.record(z.string(), z.unknown()).nullable(),
};

/** One row of the log as it travels. `row` is the whole row after the change. Unknown fields are tolerated and dropped. */
export const RecordedEvent = z.discriminatedUnion('collection', [
  z.object({ ...eventBase, collection: z.literal('weddings'), row: Wedding }),
  z.object({ ...eventBase, collection: z.literal('contacts'), row: Contact }),
  z.object({ ...eventBase, collection: z.literal('bookings'), row: Booking }),
  z.object({ ...eventBase, collection: z.literal('payments'), row: Payment }),
  z.object({ ...eventBase, collection: z.literal('runSheetItems'), row: RunSheetItem }),
  z.object({ ...eventBase, collection: z.literal('messages'), row: Message }),
  z.object({ ...eventBase, collection: z.literal('documents'), row: Document }),
  z.object({ ...eventBase, collection: z.literal('calendarEvents'), row: CalendarEvent }),
  z.object({ ...eventBase, collection: z.literal('weatherNotices'), row: WeatherNotice }),
  z.object({ ...eventBase, collection: z.literal('resources'), row: Resource }),
  z.object({ ...eventBase, collection: z.literal('allocations'), row: Allocation }),
  z.object({ ...eventBase, collection: z.literal('limits'), row: Limit }),
  z.object({ ...eventBase, collection: z.literal('houseRules'), row: HouseRules }),
  z.object({ ...eventBase, collection: z.literal('conflicts'), row: Conflict }),
  z.object({ ...eventBase, collection: z.literal('calendars'), row: Calendar }),
  z.object({ ...eventBase, collection: z.literal('pushes'), row: Push }),
  z.object({ ...eventBase, collection: z.literal('differences'), row: Difference }),
  z.object({ ...eventBase, collection: z.literal('alerts'), row: Alert }),
  z.object({ ...eventBase, collection: z.literal('reviewItems'), row: ReviewItem }),
  z.object({ ...eventBase, collection: z.literal('connections'), row: Connection }),
]);
export type RecordedEvent = z.infer<typeof RecordedEvent>;
