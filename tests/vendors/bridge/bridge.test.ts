import { describe, expect, it } from 'vitest';
import { EVENT_TYPE_NAMES } from '../../../core/contract/events.ts';
import { VOCABULARY } from '../../../core/contract/vocabulary.ts';
import { bridge } from '../../../core/vendors/bridge/index.ts';
import { resolveName } from '../../../core/vendors/bridge/names.ts';
import { mailDomainsOf } from '../../../core/vendors/mailSenders.ts';
import { hashing, noCertificates, clockAt, proverOf, webhookOf } from '../ports.ts';
import { bodyBytes, bodyOf, bridged, changesOf, entryWords, mailChanges, rowWords, SETTINGS, triggerWords, word } from '../recipes.ts';
import { samples } from './samples.ts';

const TRIGGERS = (bridge.manifest.bridge?.triggers ?? []).map((trigger) => trigger.trigger);

describe('any system through Zapier or Make', () => {
  it('means by each trigger', () => {
    expect(triggerWords(bridge)).toEqual({
      lead_created: ['contact', 'booking:lead', 'message:received'],
      booking_created: ['contact', 'booking:definite'],
      booking_updated: ['contact', 'booking:definite'],
      booking_cancelled: ['contact', 'booking:cancelled'],
      client_created: ['contact'],
      client_updated: ['contact'],
      client_invited: ['contact'],
      vendor_signed_up: ['contact'],
      client_deleted: ['contact:gone'],
      payment_recorded: ['payment:pending'],
      payment_completed: ['payment:completed'],
      payment_failed: ['payment:failed'],
      payment_refunded: ['payment:refunded'],
      payment_updated: ['payment:completed'],
      document_shared: ['document:shared'],
      document_updated: ['document:viewed'],
      message_received: ['message:received'],
      message_sent: ['message:sent'],
      calendar_event_created: ['calendarEvent:confirmed'],
      calendar_event_updated: ['calendarEvent:confirmed'],
      calendar_event_deleted: ['calendarEvent:gone'],
      wedding_created: ['wedding:confirmed'],
      wedding_updated: ['wedding:confirmed'],
      wedding_cancelled: ['wedding:cancelled'],
    });
  });

  it('takes the invited client and the vendor who signed up for people, whatever role is sent', () => {
    const told = (event: string) => changesOf(bridged(bridge, { event, client_name: 'Fern & Field', client_email: 'hello@fern.example', client_role: 'other', client_company: 'Fern & Field Ltd' }))[0];
    expect(told('wedme.client.invited')).toMatchObject({ kind: 'contact', fields: { role: 'couple', email: 'hello@fern.example' } });
    expect(told('wedme.vendor.signup')).toMatchObject({ kind: 'contact', fields: { role: 'vendor', company: 'Fern & Field Ltd' } });
  });

  it('reads a calendar, a file and mails of a system that has nothing else', () => {
    expect(entryWords(samples, SETTINGS)).toEqual([['calendarEvent:confirmed']]);
    expect(rowWords(samples)).toEqual([['contact', 'booking:definite'], ['contact', 'booking:hold']]);
    expect(mailChanges(samples).map((changes) => changes.map(word))).toEqual([['contact', 'booking:lead', 'message:received'], ['contact', 'booking:lead', 'message:received']]);
  });

  it('believes only the domain that was named, and none where anybody can write', () => {
    const settings = (senderDomain: string) => ({ senderDomain });
    expect(mailDomainsOf(bridge.manifest, settings('Bookings@Halls.Example.'))).toEqual(['halls.example']);
    for (const none of ['', 'gmail.com', 'me@outlook.com', 'co.uk', 'example', 'halls..example', '*.example', 'a b.example', '-x.example']) expect(mailDomainsOf(bridge.manifest, settings(none))).toEqual([]);
    expect(mailDomainsOf({ mail: { domains: ['studioninja.co'] } }, settings('evil.example'))).toEqual(['studioninja.co']);
    expect(mailDomainsOf({ mail: null }, settings('halls.example'))).toEqual([]);
  });

  it('has an answer for every name of the catalogue and of the older vocabularies', () => {
    for (const name of [...EVENT_TYPE_NAMES, ...Object.keys(VOCABULARY)]) {
      const meaning = resolveName(name);
      if (meaning && 'trigger' in meaning) expect(TRIGGERS, name).toContain(meaning.trigger);
      else expect(meaning?.why ?? '', name).toMatch(/\.$/);
    }
    for (const name of ['', 'constructor', '__proto__', 'booking', 'payment.lost']) expect(resolveName(name)).toBeNull();
  });

  it.each([
    ['booking.created', 'booking_created'],
    ['Booking-Created', 'booking_created'],
    ['vendor_status_change', 'booking_updated'],
    ['document_shared', 'document_shared'],
    ['communication_sent', 'message_sent'],
    ['guest_list_update', 'wedding_updated'],
    ['calendar.event.deleted', 'calendar_event_deleted'],
  ])('takes %s as %s, in the field event as well', (event, trigger) => {
    const body = bodyOf(bridge, trigger, { trigger: undefined, event });
    expect(changesOf(bridged(bridge, body)).map(word)).toEqual(triggerWords(bridge)[trigger]);
    const verified = webhookOf(bridge).verify(proverOf(samples)(bodyBytes(body)), samples.access, { hashing, clock: clockAt(0), certificates: noCertificates });
    expect(verified).toMatchObject({ ok: true, value: { vendorEvent: trigger, deliveryKey: expect.stringContaining(`${trigger}:`) as string } });
  });

  it.each(['budget_modification', 'calendar_conflict', 'dashboard_kpi_update', 'emergency_alert', 'review.opened', 'wedding.erased'])('ignores %s, and says why', (event) => {
    expect(bridged(bridge, { event })).toMatchObject({ ok: true, value: { kind: 'ignored', why: expect.stringMatching(/\.$/) as string } });
  });

  it('sets a changed payment aside that does not say how it stands', () => {
    expect(bridged(bridge, bodyOf(bridge, 'payment_updated', { payment_status: '' }))).toMatchObject({ ok: false, error: { message: expect.stringContaining('paid, pending, failed') as string } });
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_updated', { payment_status: 'Partially refunded', refunded_amount: '100' })))[0]?.fields).toMatchObject({ status: 'partly_refunded', refundedMinor: 10_000, amountMinor: 45_000 });
    expect(bridged(bridge, bodyOf(bridge, 'payment_updated', { payment_status: 'partly refunded' }))).toMatchObject({ ok: false });
  });

  it('brings a wedding of the house with its times, guests and room', () => {
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'wedding_created')))).toMatchObject([
      { kind: 'wedding', fields: { date: '2027-06-12', zone: 'Europe/London', startsAt: '2027-06-12T13:00:00.000Z', endsAt: '2027-06-12T22:00:00.000Z', guestCount: 120, room: 'Larkfield House' } },
    ]);
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'wedding_created'), {}))[0]?.fields).not.toHaveProperty('zone');
    expect(bridged(bridge, bodyOf(bridge, 'wedding_updated', { guest_count: 'about 90' }), SETTINGS)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});
