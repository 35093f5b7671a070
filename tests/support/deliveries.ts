import type { NewDelivery } from '../../server/store/store.ts';
import type { TestStore, TestSystem } from './store.ts';

let counter = 0;

/** A delivery as the intake would store it. */
export function delivery(t: TestStore, system: TestSystem, body: unknown, fields: Partial<NewDelivery> = {}): NewDelivery {
  counter += 1;
  return {
    organisationId: t.organisation.id,
    connectionId: t.connections[system].connectionId,
    system,
    deliveryKey: `key-${counter}`,
    vendorEvent: null,
    mediaType: 'application/json',
    headers: {},
    bodyText: JSON.stringify(body),
    receivedAt: new Date(t.options.clock.now()).toISOString(),
    ...fields,
  };
}

export interface IntentFields {
  readonly id?: string;
  readonly type?: 'payment_intent.succeeded' | 'payment_intent.payment_failed' | 'payment_intent.processing';
  readonly amount?: number;
  readonly email?: string | null;
  readonly weddingId?: string | null;
  readonly created?: number;
  readonly description?: string;
}

/** A Stripe event about a payment intent, as far as the mapping reads it. */
export function stripeIntent(fields: IntentFields = {}): Record<string, unknown> {
  counter += 1;
  const { id = `pi_${counter}`, type = 'payment_intent.succeeded', amount = 12_500, email = null, weddingId = null, created = 1_763_640_000, description = 'Balance' } = fields;
  return {
    id: `evt_${counter}`,
    object: 'event',
    type,
    created,
    data: { object: { id, object: 'payment_intent', amount, amount_received: amount, currency: 'gbp', description, receipt_email: email, metadata: weddingId ? { wedsync_wedding_id: weddingId } : {} } },
  };
}

/** For workers on replays and dry runs, milliseconds between their looks: a test waits for each of them. */
export const IN_A_HURRY = { pace: { runningMs: 20, idleMs: 20 }, lookMs: 20 } as const;
