import type { Document, Payment } from '../../contract/record/trade.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change, WeddingClue } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, localDate, minorUnitsOfDecimal, ownId, shortText } from '../fields.ts';
import type { Capture, Invoice, Money, Order, Refund } from './shapes.ts';

interface Sum {
  readonly amountMinor: number;
  readonly currency: string;
}

function sumOf(money: Money | null | undefined): Sum | null {
  const amountMinor = money ? minorUnitsOfDecimal(money.value, money.currency_code) : null;
  return money && amountMinor !== null && amountMinor >= 0 ? { amountMinor, currency: money.currency_code } : null;
}

interface Name {
  readonly given_name?: string | null | undefined;
  readonly surname?: string | null | undefined;
  readonly full_name?: string | null | undefined;
}
const nameOf = (name: Name | null | undefined): string | null =>
  shortText(name?.full_name) ?? shortText([name?.given_name, name?.surname].filter(Boolean).join(' '));

const CAPTURE_STATUS: Readonly<Record<Capture['status'], Payment['status']>> = {
  COMPLETED: 'completed',
  PENDING: 'pending',
  DECLINED: 'failed',
  FAILED: 'failed',
  PARTIALLY_REFUNDED: 'partly_refunded',
  REFUNDED: 'refunded',
};

const AMOUNT_DIGITS = 15;

/**
 * Money that came, under the capture's id. A capture says that something went back, not how much; `refund` is the one
 * that we came by, whose running total does.
 */
export function paymentOf(capture: Capture, refund: Refund | null, order: Order | null): Result<Change, string> {
  const sum = sumOf(capture.amount);
  if (sum === null) return err('the amount of the capture is not a sum in its currency');
  const status = CAPTURE_STATUS[capture.status];
  const said = sumOf(refund?.seller_payable_breakdown?.total_refunded_amount) ?? sumOf(refund?.amount);
  const back =
    status === 'refunded' ? sum.amountMinor : status === 'partly_refunded' ? (said?.currency === sum.currency ? said.amountMinor : null) : 0;
  const time = instantOfText(capture.update_time) ?? instantOfText(capture.create_time);
  const reason = shortText(capture.status_details?.reason)?.toLowerCase().replaceAll('_', ' ');
  const unit = order?.purchase_units?.[0];
  return ok({
    kind: 'payment',
    // Refunds of one capture may be read in any order: what has gone back in all decides between equal times.
    remote: { type: 'payment', id: capture.id, version: time && `${time}|${String(back ?? 0).padStart(AMOUNT_DIGITS, '0')}` },
    wedding: {
      weddingId: ownId(capture.custom_id) ?? ownId(capture.invoice_id) ?? ownId(unit?.custom_id),
      email: emailAddress(order?.payer?.email_address),
    },
    occurredAt: time,
    fields: {
      ...sum,
      status,
      failureReason: status === 'failed' ? (reason ?? 'PayPal declined it') : null,
      ...known({
        refundedMinor: back,
        description: shortText(unit?.description),
        payerName: nameOf(order?.payer?.name),
        paidAt: status === 'pending' || status === 'failed' ? null : instantOfText(capture.create_time),
      }),
    },
  });
}

const INVOICE_STATUS: Readonly<Record<Invoice['status'], Document['status'] | null>> = {
  DRAFT: null,
  SCHEDULED: null,
  SENT: 'shared',
  UNPAID: 'shared',
  PARTIALLY_PAID: 'shared',
  PAYMENT_PENDING: 'shared',
  PAID: 'completed',
  MARKED_AS_PAID: 'completed',
  REFUNDED: 'completed',
  PARTIALLY_REFUNDED: 'completed',
  MARKED_AS_REFUNDED: 'completed',
  CANCELLED: 'withdrawn',
};

/** Below any time: what the capture itself says is never overwritten by what an invoice says of it. */
const WEAKEST = '0';

/** The paper, and what was paid on it; a draft that nobody has seen is nothing yet. */
export function invoiceChanges(invoice: Invoice): Result<readonly Change[], string> {
  const status = INVOICE_STATUS[invoice.status];
  if (status === null) return ok([]);
  const { detail } = invoice;
  const recipient = invoice.primary_recipients?.[0]?.billing_info;
  const number = shortText(detail.invoice_number, 127);
  const title = number ? `Invoice ${number}` : 'Invoice';
  const time = instantOfText(detail.metadata?.last_update_time) ?? instantOfText(detail.metadata?.create_time);
  const view = detail.metadata?.recipient_view_url ?? '';
  const wedding: WeddingClue = { weddingId: ownId(detail.reference), email: emailAddress(recipient?.email_address) };
  const document: Change = {
    kind: 'document',
    remote: { type: 'invoice', id: invoice.id, version: time },
    wedding,
    occurredAt: time,
    fields: {
      kind: 'invoice',
      status,
      title,
      ...known({ url: /^https:\/\/\S{1,1900}$/.test(view) ? view : null, sharedAt: instantOfText(detail.metadata?.first_sent_time) }),
    },
  };

  const transactions = (invoice.payments?.transactions ?? []).filter((each) => shortText(each.payment_id, 64) !== null);
  const sums = transactions.map((each) => sumOf(each.amount));
  if (sums.some((sum) => sum === null)) return err('a payment on the invoice has no sum in its currency');
  const paid = sums.reduce((total, sum) => total + (sum?.amountMinor ?? 0), 0);
  const back = sumOf(invoice.refunds?.refund_amount)?.amountMinor ?? 0;
  const payments = transactions.map((each, index): Change => {
    const sum = sums[index]!;
    // What went back is told for the invoice as a whole: with several payments only "everything" can be placed.
    const own = back >= paid ? sum.amountMinor : transactions.length === 1 ? back : 0;
    const day = localDate(each.payment_date);
    return {
      kind: 'payment',
      remote: { type: 'payment', id: shortText(each.payment_id, 64)!, version: WEAKEST },
      wedding: { ...wedding, remote: { type: 'invoice', id: invoice.id } },
      occurredAt: null,
      fields: {
        ...sum,
        refundedMinor: own,
        status: own === 0 ? 'completed' : own >= sum.amountMinor ? 'refunded' : 'partly_refunded',
        description: title,
        // Only the day is known; noon UTC is that same day in almost every zone.
        ...known({ payerName: nameOf(recipient?.name), paidAt: day && `${day}T12:00:00.000Z` }),
      },
    };
  });
  return ok([document, ...payments]);
}
