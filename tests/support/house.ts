import { randomUUID } from 'node:crypto';
import type { Access, Role } from '../../core/contract/access.ts';
import { draftCreated, type DraftContext } from '../../core/domain/record/drafts.ts';
import type { OpenedStore } from '../../server/store/internals.ts';

/** A small house of two weddings with everybody in it, for tests of who sees what. */
export interface House {
  readonly organisationId: string;
  readonly here: string;
  readonly elsewhere: string;
  /** The florist of the wedding here. */
  readonly florist: string;
  readonly flowers: string;
  readonly item: string;
  readonly alert: string;
  /** What a device of that role is let in as; bound to the wedding here where the role can be. */
  access(role: Role): Access;
}

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const AT = '2026-11-20T12:00:00.000Z';

export async function furnish(store: OpenedStore, organisationId: string): Promise<House> {
  const [here, elsewhere, florist, flowers, item, alert] = Array.from({ length: 6 }, () => randomUUID()) as [string, string, string, string, string, string];
  const person = (id: string, weddingId: string, role: 'couple' | 'vendor', name: string) =>
    draftCreated('client.created', 'contacts', weddingId, { id, weddingId, name, email: `${name}@example.org`, phone: `tel ${name}`, company: null, role }, null, context);
  const wedding = (id: string, title: string) =>
    draftCreated('wedding.created', 'weddings', id, { id, title, date: '2026-11-20', zone: 'Europe/London', startsAt: AT, endsAt: AT, room: null, status: 'confirmed', guestCount: 80 }, null, context);
  const booking = (id: string, weddingId: string, contactId: string | null) =>
    draftCreated('booking.created', 'bookings', weddingId, { id, weddingId, title: 'Flowers', trade: 'florist', vendorName: 'Fern', contactId, status: 'definite', startsAt: null, endsAt: null, callTime: null, place: null, amountMinor: 90_000, currency: 'GBP' }, null, context);
  const payment = (weddingId: string, bookingId: string | null) =>
    draftCreated('payment.completed', 'payments', weddingId, { id: randomUUID(), weddingId, bookingId, description: 'Part', payerName: 'Amara', status: 'completed', amountMinor: 100, refundedMinor: 0, currency: 'GBP', paidAt: AT, failureReason: null }, null, context);
  const sheet = (id: string, weddingId: string) =>
    draftCreated('runsheet.item.created', 'runSheetItems', weddingId, { id, weddingId, title: 'Doors', startsAt: AT, endsAt: null, place: null, owner: null, status: 'planned' }, null, context);
  const raised = (id: string, weddingId: string) =>
    draftCreated('alert.raised', 'alerts', weddingId, { id, weddingId, severity: 'warning', rule: 'payment_failed', title: 'Payment failed', detail: 'x', raisedAt: AT, state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null }, null, context);
  await store.internals.writer.write(organisationId, ({ record }) =>
    record([
      wedding(here, 'Here'), wedding(elsewhere, 'Elsewhere'),
      person(florist, here, 'vendor', 'fern'), person(randomUUID(), here, 'couple', 'amara'), person(randomUUID(), elsewhere, 'couple', 'zoe'),
      booking(flowers, here, florist), booking(randomUUID(), here, null), booking(randomUUID(), elsewhere, null),
      payment(here, flowers), payment(here, null), payment(elsewhere, null),
      sheet(item, here), sheet(randomUUID(), elsewhere), raised(alert, here), raised(randomUUID(), elsewhere),
    ]),
  );
  return {
    organisationId, here, elsewhere, florist, flowers, item, alert,
    access: (role) => ({
      role,
      weddingId: role === 'vendor' || role === 'couple' ? here : null,
      contactId: role === 'vendor' ? florist : null,
      bookingIds: role === 'vendor' ? [flowers] : [],
    }),
  };
}

/** A device of that kind, let in. */
export async function letIn(store: Pick<OpenedStore, 'mintTicket' | 'enrol'>, organisationId: string, access: Access): Promise<{ token: string; deviceId: string; headers: { authorization: string } }> {
  const enrolled = await store.enrol(await store.mintTicket(organisationId, access), { name: `A ${access.role}`, kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  const { token, device } = enrolled.value;
  return { token, deviceId: device.id, headers: { authorization: `Bearer ${token}` } };
}
