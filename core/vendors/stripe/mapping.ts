import type { Payment } from '../../contract/record/trade.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change, WeddingClue } from '../../domain/record/changes.ts';
import { currencyCode, emailAddress, instantOfSeconds, known, minorUnits, objectAt, ownId, shortText } from '../fields.ts';
import { whyIgnored } from '../placeless.ts';
import type { Hint, Normalised, NormaliseError } from '../vendor.ts';
import { PLACELESS, STRIPE_EVENTS, type StripeEvent } from './manifest.ts';
import { customerOf, paperOf, type PaperEvent } from './others.ts';
import { refId, type Body, type Told } from './told.ts';

export type PaymentFields = Extract<Change, { kind: 'payment' }>['fields'];

/** What one kind of object says about the money: the fields, under which id, and whose it may be. */
export interface Said {
  readonly id: string | null;
  readonly amount: number | null;
  readonly fields: PaymentFields;
  readonly emails: readonly unknown[];
}

/**
 * Order within one second: `created` counts whole seconds, and events come in any order. A payment that has succeeded
 * cannot fail any more, and only a succeeded one is refunded, so the later state wins a tie.
 */
const RANK: Readonly<Record<Payment['status'], number>> = { pending: 1, failed: 3, completed: 5, partly_refunded: 7, refunded: 9 };

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const isUnderstood = (type: string): type is StripeEvent => (STRIPE_EVENTS as readonly string[]).includes(type);

const PAPERS: readonly string[] = ['invoice.finalized', 'invoice.paid', 'invoice.voided', 'invoice.marked_uncollectible'] satisfies PaperEvent[];
const isPaper = (type: StripeEvent): type is PaperEvent => PAPERS.includes(type);
const isMoney = (type: StripeEvent): type is MoneyEvent => Object.hasOwn(READ, type);

/** What has to be read from the source, since neither says what has become of the payment as a whole. */
function hintOf(type: 'charge.dispute.closed' | 'refund.failed', object: Body): Hint | null {
  const id = refId(type === 'refund.failed' ? object['charge'] : object['id']);
  return id === null ? null : { remoteType: type === 'refund.failed' ? 'charge' : 'dispute', remoteId: id };
}

export function changesOf(event: Body): Result<Normalised, NormaliseError> {
  const type = shortText(event['type'], 100);
  if (type === null) return shapeUnknown('The event has no type.');
  if (!isUnderstood(type)) return ok({ kind: 'ignored', why: whyIgnored(type, PLACELESS) });

  const created = event['created'];
  const at = instantOfSeconds(created);
  if (at === null) return shapeUnknown(`${type}: created is not a time in seconds.`);
  const object = objectAt(objectAt(event, 'data'), 'object');
  const told: Told = { type, object, at, second: Math.floor(created as number) };
  if (type === 'charge.dispute.closed' || type === 'refund.failed') {
    if (type === 'charge.dispute.closed' && object['status'] !== 'lost') {
      return ok({ kind: 'ignored', why: 'The dispute was not lost: the payment is as it was' });
    }
    const hint = hintOf(type, object);
    return hint ? ok({ kind: 'reread', hints: [hint] }) : shapeUnknown(`${type}: the object has no id of its payment.`);
  }
  if (type === 'customer.created' || type === 'customer.updated' || type === 'customer.deleted') {
    const customer = customerOf(told);
    return customer ? ok({ kind: 'changes', changes: [customer] }) : shapeUnknown(`${type}: the object has no id.`);
  }
  const changes: Change[] = [];
  if (isPaper(type)) {
    const paper = paperOf({ ...told, type });
    if (paper === null) return shapeUnknown(`${type}: the object has no id.`);
    changes.push(paper);
  }
  if (isMoney(type)) {
    const money = paymentOf(READ[type](object, at), told);
    if (!money.ok) return shapeUnknown(`${type}: ${money.error}`);
    changes.push(money.value);
  }
  return ok({ kind: 'changes', changes });
}

/** Errors are what is wrong with the object, in words. */
export function paymentOf(said: Said, { object, at, second }: Pick<Told, 'object' | 'at' | 'second'>): Result<Change, string> {
  const currency = currencyCode(object['currency']);
  if (said.id === null) return err('the object has no id.');
  if (said.amount === null) return err('the amount is not a whole number.');
  if (currency === null) return err('the currency is not a three-letter code.');

  const metadata = objectAt(object, 'metadata');
  const customer = refId(object['customer']);
  const wedding: WeddingClue = {
    weddingId: ownId(metadata['wedsync_wedding_id']),
    email: [...said.emails, metadata['wedsync_email']].map(emailAddress).find((email) => email !== null) ?? null,
    ...(customer === null ? {} : { remote: { type: 'customer', id: customer } }),
  };
  const rank = RANK[said.fields.status ?? 'pending'];
  return ok({
    kind: 'payment',
    remote: { type: 'payment', id: said.id, version: `${second}.${rank}` },
    wedding,
    occurredAt: at,
    fields: { ...said.fields, amountMinor: said.amount, currency },
  });
}

const paid = (at: string): PaymentFields => ({ status: 'completed', paidAt: at, failureReason: null });
const pending = (): PaymentFields => ({ status: 'pending' });
const failed = (reason: string | null): PaymentFields => ({ status: 'failed', failureReason: reason });

function intent(object: Body, amountKey: string, fields: PaymentFields): Said {
  const charge = objectAt(object, 'latest_charge');
  const billing = objectAt(charge, 'billing_details');
  const shipping = objectAt(object, 'shipping');
  return {
    id: refId(object['id']),
    amount: minorUnits(object[amountKey]) ?? minorUnits(object['amount']),
    fields: {
      ...fields,
      ...known({ description: shortText(object['description']), payerName: shortText(billing['name']) ?? shortText(shipping['name']) }),
    },
    emails: [object['receipt_email'], billing['email'], objectAt(object, 'customer')['email']],
  };
}

function intentFailure(object: Body): string | null {
  const problem = objectAt(object, 'last_payment_error');
  return shortText(problem['message']) ?? shortText(problem['decline_code']) ?? shortText(problem['code']);
}

function intentCancelled(object: Body): string {
  const reason = shortText(object['cancellation_reason']);
  return reason ? `Cancelled: ${reason.replaceAll('_', ' ')}` : 'Cancelled';
}

/** How much of a charge is back where it came from; `lost` = to a dispute, which a charge does not count as refunded. */
export function chargeSaid(object: Body, lost: { readonly amount: number; readonly reason: string | null } | null): Said {
  const amount = minorUnits(object['amount']);
  const refunded = minorUnits(object['amount_refunded']);
  const billing = objectAt(object, 'billing_details');
  const back = refunded === null || amount === null ? refunded : Math.min(amount, refunded + (lost?.amount ?? 0));
  const full = object['refunded'] === true || (amount !== null && back !== null && back >= amount);
  const standing = object['status'] === 'failed' ? 'failed' : object['status'] === 'pending' ? 'pending' : 'completed';
  const reason = lost?.reason?.replaceAll('_', ' ');
  return {
    // The charge belongs to a payment intent wherever there is one: then it is that payment's row.
    id: refId(object['payment_intent']) ?? refId(object['id']),
    // A refund without its amount is no fact to record.
    amount: back === null ? null : amount,
    fields: {
      status: back === 0 ? standing : full ? 'refunded' : 'partly_refunded',
      ...(lost ? { failureReason: `The payer disputed it and was given right${reason ? `: ${reason}` : ''}` } : {}),
      ...known({
        refundedMinor: back,
        description: shortText(object['description']),
        payerName: shortText(billing['name']),
        paidAt: object['paid'] === true ? instantOfSeconds(object['created']) : null,
      }),
    },
    emails: [object['receipt_email'], billing['email']],
  };
}

function session(object: Body, fields: PaymentFields): Said {
  const customer = objectAt(object, 'customer_details');
  return {
    id: refId(object['payment_intent']) ?? refId(object['invoice']) ?? refId(object['id']),
    amount: minorUnits(object['amount_total']),
    // A session has no description of its own; its lines do not come with the event.
    fields: {
      ...fields,
      ...known({ description: shortText(objectAt(object, 'metadata')['wedsync_description']), payerName: shortText(customer['name']) }),
    },
    emails: [customer['email'], object['customer_email']],
  };
}

/** Since 2025 an invoice names its payment intent only inside `payments`, and a webhook may come without that list. */
function intentOfInvoice(object: Body): string | null {
  const list = objectAt(object, 'payments')['data'];
  const payments = Array.isArray(list) ? (list as unknown[]).filter((item): item is Body => typeof item === 'object' && item !== null) : [];
  const main = payments.find((item) => item['is_default'] === true) ?? payments[0];
  return refId(object['payment_intent']) ?? (main ? refId(objectAt(main, 'payment')['payment_intent']) : null);
}

function invoice(object: Body, amountKey: string, fields: PaymentFields): Said {
  const number = shortText(object['number'], 100);
  return {
    id: intentOfInvoice(object) ?? refId(object['id']),
    amount: minorUnits(object[amountKey]),
    fields: {
      ...fields,
      ...known({
        description: shortText(object['description']) ?? (number ? `Invoice ${number}` : null),
        payerName: shortText(object['customer_name']),
      }),
    },
    emails: [object['customer_email']],
  };
}

type MoneyEvent = Extract<
  StripeEvent,
  `payment_intent.${string}` | `checkout.session.${string}` | 'charge.refunded' | 'invoice.paid' | 'invoice.payment_failed'
>;
const READ: Readonly<Record<MoneyEvent, (object: Body, at: string) => Said>> = {
  'payment_intent.succeeded': (object, at) => intent(object, 'amount_received', paid(at)),
  'payment_intent.payment_failed': (object) => intent(object, 'amount', failed(intentFailure(object))),
  'payment_intent.processing': (object) => intent(object, 'amount', pending()),
  'payment_intent.canceled': (object) => intent(object, 'amount', failed(intentCancelled(object))),
  'charge.refunded': (object) => chargeSaid(object, null),
  // `completed` says that the page was finished, not that money came: delayed methods are still unpaid here.
  'checkout.session.completed': (object, at) => session(object, object['payment_status'] === 'unpaid' ? pending() : paid(at)),
  'checkout.session.async_payment_succeeded': (object, at) => session(object, paid(at)),
  'checkout.session.async_payment_failed': (object) => session(object, failed('The delayed payment did not arrive')),
  'checkout.session.expired': (object) => session(object, failed('The payment page expired unpaid')),
  'invoice.paid': (object, at) => invoice(object, 'amount_paid', paid(at)),
  'invoice.payment_failed': (object) => invoice(object, 'amount_due', failed('The invoice could not be collected')),
};
