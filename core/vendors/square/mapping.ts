import type { Booking as OurBooking, Document, Payment as OurPayment } from '../../contract/record/trade.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, ownId, shortText } from '../fields.ts';
import { dayOfInstant, tradeOf, vendorNameOf } from '../settings.ts';
import type { Booking, Customer, Invoice, Payment } from './shapes.ts';

type Settings = Readonly<Record<string, string>>;

const BOOKING_STATUS: Readonly<Record<Booking['status'], OurBooking['status']>> = {
  PENDING: 'hold',
  ACCEPTED: 'definite',
  CANCELLED_BY_CUSTOMER: 'cancelled',
  CANCELLED_BY_SELLER: 'cancelled',
  DECLINED: 'cancelled',
  // Nobody came: what was booked did not take place.
  NO_SHOW: 'cancelled',
};

const nameOf = (customer: Customer | null): string | null =>
  shortText([customer?.given_name, customer?.family_name].filter(Boolean).join(' ')) ?? shortText(customer?.company_name);

export function contactOf(customer: Customer): Change {
  const version = instantOfText(customer.updated_at);
  return {
    kind: 'contact',
    remote: { type: 'customer', id: customer.id, version },
    wedding: { weddingId: ownId(customer.reference_id), email: emailAddress(customer.email_address), phone: shortText(customer.phone_number) },
    occurredAt: version,
    fields: {
      role: 'couple',
      ...known({
        name: nameOf(customer),
        email: emailAddress(customer.email_address),
        phone: shortText(customer.phone_number),
        company: shortText(customer.company_name),
      }),
    },
  };
}

function endOf(booking: Booking, startsAt: string | null): string | null {
  const minutes = (booking.appointment_segments ?? []).reduce(
    (sum, segment) => sum + (segment.duration_minutes ?? 0) + (segment.intermission_minutes ?? 0),
    0,
  );
  const end = startsAt === null || minutes <= 0 ? Number.NaN : Date.parse(startsAt) + minutes * 60_000;
  return Number.isFinite(end) && Math.abs(end) < 7e12 ? new Date(end).toISOString() : null;
}

export function bookingOf(booking: Booking, customer: Customer | null, settings: Settings): Change {
  const startsAt = instantOfText(booking.start_at);
  const name = nameOf(customer);
  return {
    kind: 'booking',
    remote: {
      type: 'booking',
      id: booking.id,
      version: typeof booking.version === 'number' ? String(booking.version) : instantOfText(booking.updated_at),
    },
    wedding: {
      weddingId: ownId(customer?.reference_id),
      email: emailAddress(customer?.email_address),
      phone: shortText(customer?.phone_number),
      date: dayOfInstant(startsAt, settings),
    },
    occurredAt: instantOfText(booking.updated_at) ?? instantOfText(booking.created_at),
    fields: {
      trade: tradeOf(settings),
      status: BOOKING_STATUS[booking.status],
      ...known({
        title: name === null ? null : shortText(`Appointment: ${name}`),
        vendorName: vendorNameOf(settings),
        startsAt,
        endsAt: endOf(booking, startsAt),
      }),
    },
    ...(customer ? { contactRemote: { type: 'customer', id: customer.id } } : {}),
  };
}

function paymentStatus(payment: Payment, amount: number, back: number): OurPayment['status'] {
  // APPROVED is money set aside on a card, not money that came.
  if (payment.status === 'APPROVED' || payment.status === 'PENDING') return 'pending';
  if (payment.status === 'CANCELED' || payment.status === 'FAILED') return 'failed';
  if (back <= 0) return 'completed';
  return back >= amount ? 'refunded' : 'partly_refunded';
}

function failureOf(payment: Payment): string | null {
  const [problem] = payment.card_details?.errors ?? [];
  return shortText(problem?.detail) ?? shortText(problem?.code) ?? (payment.status === 'CANCELED' ? 'Cancelled' : null);
}

export function paymentOf(payment: Payment, customer: Customer | null): Result<Change, string> {
  // With the tip, which is what the payer has paid and what can be given back.
  const money = payment.total_money ?? payment.amount_money;
  if (!money) return err('The payment has no amount.');
  const back = payment.refunded_money?.amount ?? 0;
  const status = paymentStatus(payment, money.amount, back);
  const version = instantOfText(payment.updated_at);
  return ok({
    kind: 'payment',
    remote: { type: 'payment', id: payment.id, version },
    wedding: {
      weddingId: ownId(payment.reference_id) ?? ownId(customer?.reference_id),
      email: emailAddress(payment.buyer_email_address) ?? emailAddress(customer?.email_address),
      phone: shortText(customer?.phone_number),
    },
    occurredAt: version ?? instantOfText(payment.created_at),
    fields: {
      status,
      amountMinor: money.amount,
      refundedMinor: back,
      currency: money.currency,
      failureReason: status === 'failed' ? failureOf(payment) : null,
      ...known({
        description: shortText(payment.note),
        payerName: nameOf(customer) ?? shortText(payment.card_details?.card?.cardholder_name),
        paidAt: status === 'pending' || status === 'failed' ? null : instantOfText(payment.created_at),
      }),
    },
  });
}

const INVOICE_STATUS: Readonly<Record<Invoice['status'], Document['status'] | null>> = {
  DRAFT: null,
  SCHEDULED: null,
  UNPAID: 'shared',
  PARTIALLY_PAID: 'shared',
  PAYMENT_PENDING: 'shared',
  PAID: 'completed',
  PARTIALLY_REFUNDED: 'completed',
  REFUNDED: 'completed',
  CANCELED: 'withdrawn',
  FAILED: 'withdrawn',
};

/** The paper only: what is paid on it comes as payments of their own. Nobody outside has seen a draft yet: null. */
export function invoiceOf(invoice: Invoice, customer: Customer | null): Change | null {
  const status = INVOICE_STATUS[invoice.status];
  if (status === null) return null;
  const number = shortText(invoice.invoice_number, 100);
  const url = typeof invoice.public_url === 'string' && /^https:\/\/\S{1,1900}$/.test(invoice.public_url) ? invoice.public_url : null;
  return {
    kind: 'document',
    remote: {
      type: 'invoice',
      id: invoice.id,
      version: typeof invoice.version === 'number' ? String(invoice.version) : instantOfText(invoice.updated_at),
    },
    wedding: {
      weddingId: ownId(customer?.reference_id),
      email: emailAddress(invoice.primary_recipient?.email_address) ?? emailAddress(customer?.email_address),
    },
    occurredAt: instantOfText(invoice.updated_at) ?? instantOfText(invoice.created_at),
    fields: { kind: 'invoice', status, title: shortText(invoice.title) ?? (number ? `Invoice ${number}` : 'Invoice'), ...known({ url }) },
  };
}
