import type { Change } from './changes.ts';
import { draftCreated, draftUpdated } from './drafts.ts';
import { existing, type PlanTools } from './planTools.ts';

export type TradeChange = Extract<Change, { kind: 'wedding' | 'booking' | 'payment' }>;

/** As what the log tells a payment of each status. */
export const PAYMENT_EVENT = {
  pending: 'payment.recorded',
  completed: 'payment.completed',
  failed: 'payment.failed',
  refunded: 'payment.refunded',
  partly_refunded: 'payment.refunded',
} as const;

function planWedding({ fields: f, occurredAt }: Extract<TradeChange, { kind: 'wedding' }>, tools: PlanTools): void {
  const current = existing(tools, 'weddings');
  if (current) {
    const type = f.status === 'cancelled' && current.status !== 'cancelled' ? 'wedding.cancelled' : 'wedding.updated';
    tools.push(draftUpdated(type, 'weddings', current.id, current, f, occurredAt, tools.origin));
    tools.remember('weddings', current.id);
    return;
  }
  const { title, date, zone, startsAt, endsAt, room = null, status = 'enquiry', guestCount = null } = f;
  if (!title || !date || !zone || !startsAt || !endsAt) return tools.park(title ?? 'Wedding without a date', null);
  const id = tools.newId();
  const row = { id, title, date, zone, startsAt, endsAt, room, status, guestCount };
  tools.push(draftCreated('wedding.created', 'weddings', id, row, occurredAt, tools.origin));
  tools.remember('weddings', id);
}

function planBooking(change: Extract<TradeChange, { kind: 'booking' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const current = existing(tools, 'bookings');
  const contactId = tools.localId(change.contactRemote, 'contacts');
  const weddingId = current?.weddingId ?? tools.weddingId();
  if (current) {
    const type = change.begins !== true && f.status === 'cancelled' && current.status !== 'cancelled' ? 'booking.cancelled' : 'booking.updated';
    const { status: _begun, ...rest } = f;
    const fields = { ...(change.begins === true ? rest : f), weddingId, ...(contactId ? { contactId } : {}) };
    tools.push(draftUpdated(type, 'bookings', weddingId, current, fields, occurredAt, tools.origin));
    tools.remember('bookings', current.id);
    return;
  }
  const id = tools.newId();
  if (!weddingId) tools.park(f.title ?? 'Booking', { collection: 'bookings', id });
  tools.push(
    draftCreated(
      'booking.created',
      'bookings',
      weddingId,
      {
        id, weddingId, title: f.title ?? 'Booking', trade: f.trade ?? 'other', vendorName: f.vendorName ?? null, contactId, status: f.status ?? 'lead',
        startsAt: f.startsAt ?? null, endsAt: f.endsAt ?? null, callTime: f.callTime ?? null, place: f.place ?? null,
        amountMinor: f.amountMinor ?? null, currency: f.currency ?? null, lines: f.lines ?? null,
      },
      occurredAt,
      tools.origin,
    ),
  );
  tools.remember('bookings', id);
}

function planPayment(change: Extract<TradeChange, { kind: 'payment' }>, tools: PlanTools): void {
  const { fields: f, occurredAt } = change;
  const current = existing(tools, 'payments');
  const bookingId = tools.localId(change.bookingRemote, 'bookings');
  if (current) {
    const type = PAYMENT_EVENT[f.status ?? current.status];
    const fields = { ...f, ...(bookingId ? { bookingId } : {}) };
    tools.push(draftUpdated(type, 'payments', current.weddingId, current, fields, occurredAt, tools.origin));
    tools.remember('payments', current.id);
    return;
  }
  const booking = bookingId ? tools.view.row('bookings', bookingId) : null;
  const weddingId = tools.weddingId() ?? booking?.weddingId ?? null;
  const id = tools.newId();
  if (!weddingId) tools.park(f.description ?? f.payerName ?? 'Payment', { collection: 'payments', id });
  const status = f.status ?? 'pending';
  tools.push(
    draftCreated(
      PAYMENT_EVENT[status],
      'payments',
      weddingId,
      {
        id, weddingId, bookingId, description: f.description ?? null, payerName: f.payerName ?? null, status, amountMinor: f.amountMinor ?? 0,
        refundedMinor: f.refundedMinor ?? 0, currency: f.currency ?? 'XXX', paidAt: f.paidAt ?? null, failureReason: f.failureReason ?? null,
      },
      occurredAt,
      tools.origin,
    ),
  );
  tools.remember('payments', id);
}

/** Weddings, what is booked for them and what is paid, for `planChanges`. */
export function planTrade(change: TradeChange, tools: PlanTools): void {
  switch (change.kind) {
    case 'wedding':
      return planWedding(change, tools);
    case 'booking':
      return planBooking(change, tools);
    case 'payment':
      return planPayment(change, tools);
  }
}
