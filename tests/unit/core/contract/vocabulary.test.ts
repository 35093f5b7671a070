import { describe, expect, it } from 'vitest';
import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../../../../core/contract/events.ts';
import { canonicalOf, INTEGRATION_NAMES, LIVE_NAMES, VOCABULARY, WEBHOOK_NAMES } from '../../../../core/contract/vocabulary.ts';

describe('vocabulary', () => {
  it('has every name of the three older vocabularies', () => {
    expect(Object.keys(WEBHOOK_NAMES)).toEqual([
      'booking.created', 'booking.updated', 'booking.cancelled', 'client.created', 'client.updated', 'client.deleted', 'payment.completed', 'payment.failed', 'payment.refunded',
      'calendar.event.created', 'calendar.event.updated', 'calendar.event.deleted', 'wedme.client.invited', 'wedme.vendor.signup',
    ]);
    expect(Object.keys(INTEGRATION_NAMES)).toEqual([
      'wedding_timeline_update', 'vendor_status_change', 'budget_modification', 'guest_list_update', 'payment_status_change', 'communication_sent', 'document_shared', 'calendar_event_created', 'emergency_notification',
    ]);
    expect(Object.keys(LIVE_NAMES)).toEqual(['dashboard_kpi_update', 'wedding_coordination', 'client_notification', 'calendar_conflict', 'sync_completion', 'emergency_alert']);
  });

  it('stands for facts that there are, or says why there is none', () => {
    for (const [name, { types, why }] of Object.entries(VOCABULARY)) {
      expect(types.length > 0, name).toBe(why === null);
      for (const type of types) expect(EVENT_TYPES).toHaveProperty([type]);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it('knows our own names as themselves, and nobody else', () => {
    for (const type of EVENT_TYPE_NAMES) expect(canonicalOf(type)).toEqual({ types: [type], why: null });
    // A name that is ours and theirs means the same in both.
    for (const name of EVENT_TYPE_NAMES.filter((type) => type in VOCABULARY)) expect(VOCABULARY[name]?.types).toEqual([name]);
    for (const name of ['', 'booking', 'constructor', '__proto__', 'toString', 'Booking.Created']) expect(canonicalOf(name)).toBeNull();
  });
});
