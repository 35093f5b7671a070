import { EVENT_TYPES, type EventType } from './events.ts';

/**
 * Other names of the facts in the catalogue ({@link EVENT_TYPES}): three older vocabularies that systems and scripts around
 * the product may speak. Where the product has no such fact, the list is empty and says why.
 */
export interface Alias {
  readonly types: readonly EventType[];
  /** Why there is no fact of this name; null where there is one. */
  readonly why: string | null;
}

const means = (...types: readonly [EventType, ...EventType[]]): Alias => ({ types, why: null });
const nothing = (why: string): Alias => ({ types: [], why });

/** As webhooks name them. The invited client and the vendor who signed up are people of the record; that they were invited or signed up over there is not kept. */
export const WEBHOOK_NAMES = {
  'booking.created': means('booking.created'),
  'booking.updated': means('booking.updated'),
  'booking.cancelled': means('booking.cancelled'),
  'client.created': means('client.created'),
  'client.updated': means('client.updated'),
  'client.deleted': means('client.deleted'),
  'payment.completed': means('payment.completed'),
  'payment.failed': means('payment.failed'),
  'payment.refunded': means('payment.refunded'),
  'calendar.event.created': means('calendar.event.created'),
  'calendar.event.updated': means('calendar.event.updated'),
  'calendar.event.deleted': means('calendar.event.deleted'),
  'wedme.client.invited': means('client.created', 'client.updated'),
  'wedme.vendor.signup': means('client.created', 'client.updated'),
} as const satisfies Record<string, Alias>;

/** As integrations tell each other. */
export const INTEGRATION_NAMES = {
  wedding_timeline_update: means('runsheet.item.created', 'runsheet.item.updated', 'wedding.updated'),
  vendor_status_change: means('booking.created', 'booking.updated', 'booking.cancelled'),
  budget_modification: nothing('Budgets are not kept yet: the record has what was agreed and what was paid.'),
  guest_list_update: means('wedding.updated'),
  payment_status_change: means('payment.recorded', 'payment.completed', 'payment.failed', 'payment.refunded'),
  communication_sent: means('message.sent', 'message.updated'),
  document_shared: means('document.shared', 'document.updated'),
  calendar_event_created: means('calendar.event.created'),
  emergency_notification: means('alert.raised'),
} as const satisfies Record<string, Alias>;

/** As boards hear them live. */
export const LIVE_NAMES = {
  dashboard_kpi_update: nothing('Figures are counted from the record wherever they are shown; they are no facts of their own.'),
  wedding_coordination: means('wedding.updated', 'runsheet.item.created', 'runsheet.item.updated', 'booking.updated'),
  client_notification: means('message.sent', 'message.updated'),
  calendar_conflict: means('conflict.raised', 'conflict.updated', 'conflict.resolved', 'conflict.overridden'),
  sync_completion: means('connection.health_changed'),
  emergency_alert: means('alert.raised'),
} as const satisfies Record<string, Alias>;

export const VOCABULARY: Readonly<Record<string, Alias>> = { ...WEBHOOK_NAMES, ...INTEGRATION_NAMES, ...LIVE_NAMES };

const isEventType = (name: string): name is EventType => Object.hasOwn(EVENT_TYPES, name);

/** What a name stands for, our own names among them; null = nobody's word for anything. */
export function canonicalOf(name: string): Alias | null {
  if (isEventType(name)) return means(name);
  return Object.hasOwn(VOCABULARY, name) ? (VOCABULARY[name] ?? null) : null;
}
