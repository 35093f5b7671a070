import type { Payment } from '../../contract/record.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change, WeddingClue } from '../../domain/record/changes.ts';
import { currencyCode, emailAddress, instantOfSeconds, known, minorUnits, objectAt, ownId, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';
import { STRIPE_EVENTS } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;
type StripeEvent = (typeof STRIPE_EVENTS)[number];
type PaymentFields = Extract<Change, { kind: 'payment' }>['fields'];

/** What one kind of object says about the money: the fields, under which id, and whose it may be. */
interface Said {
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

/** An expandable reference: the id as text, or the object that has it. */
function refId(value: unknown): string | null {
  if (typeof value === 'object' && value !== null) return refId((value as Body)['id']);
  return typeof value === 'string' && value !== '' && value.length <= 255 ? shortText(value, 255) : null;
}

export function changesOf(event: Body): Result<Normalised, NormaliseError> {
  const type = shortText(event['type'], 100);
  if (type === null) return shapeUnknown('The event has no type.');
  if (!isUnderstood(type)) return ok({ kind: 'ignored', why: `${type} is not needed for the record` });

  const created = event['created'];
  const at = instantOfSeconds(created);
  if (at === null) return shapeUnknown(`${type}: created is not a time in seconds.`);
  const data = objectAt(event, 'data');
  const object = objectAt(data, 'object');
  const said = READ[type](object, at);
  const currency = currencyCode(object['currency']);
  if (said.id === null) return shapeUnknown(`${type}: the object has no id.`);
  if (said.amount === null) return shapeUnknown(`${type}: the amount is not a whole number.`);
  if (currency === null) return shapeUnknown(`${type}: the currency is not a three-letter code.`);

  const metadata = objectAt(object, 'metadata');
  const wedding: WeddingClue = {
    weddingId: ownId(metadata['wedsync_wedding_id']),
    email: [...said.emails, metadata['wedsync_email']].map(emailAddress).find((email) => email !== null) ?? null,
  };
  const rank = RANK[said.fields.status ?? 'pending'];
  return ok({
    kind: 'changes',
    changes: [
      {
        kind: 'payment',
        remote: { type: 'payment', id: said.id, version: `${Math.floor(created as number)}.${rank}` },
        wedding,
        occurredAt: at,
        fields: { ...said.fields, amountMinor: said.amount, currency },
      },
    ],
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
    fields: { ...fields, ...known({ description: shortText(object['description']), payerName: shortText(billing['name']) ?? shortText(shipping['name']) }) },
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

function refundedCharge(object: Body): Said {
  const amount = minorUnits(object['amount']);
  const back = minorUnits(object['amount_refunded']);
  const billing = objectAt(object, 'billing_details');
  const full = object['refunded'] === true || (amount !== null && back !== null && back >= amount);
  return {
    // The charge belongs to a payment intent wherever there is one: then it is that payment's row.
    id: refId(object['payment_intent']) ?? refId(object['id']),
    // A refund without its amount is no fact to record.
    amount: back === null ? null : amount,
    fields: {
      status: full ? 'refunded' : 'partly_refunded',
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
    fields: { ...fields, ...known({ description: shortText(objectAt(object, 'metadata')['wedsync_description']), payerName: shortText(customer['name']) }) },
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
      ...known({ description: shortText(object['description']) ?? (number ? `Invoice ${number}` : null), payerName: shortText(object['customer_name']) }),
    },
    emails: [object['customer_email']],
  };
}

const READ: Readonly<Record<StripeEvent, (object: Body, at: string) => Said>> = {
  'payment_intent.succeeded': (object, at) => intent(object, 'amount_received', paid(at)),
  'payment_intent.payment_failed': (object) => intent(object, 'amount', failed(intentFailure(object))),
  'payment_intent.processing': (object) => intent(object, 'amount', pending()),
  'payment_intent.canceled': (object) => intent(object, 'amount', failed(intentCancelled(object))),
  'charge.refunded': (object) => refundedCharge(object),
  // `completed` says that the page was finished, not that money came: delayed methods are still unpaid here.
  'checkout.session.completed': (object, at) => session(object, object['payment_status'] === 'unpaid' ? pending() : paid(at)),
  'checkout.session.async_payment_succeeded': (object, at) => session(object, paid(at)),
  'checkout.session.async_payment_failed': (object) => session(object, failed('The delayed payment did not arrive')),
  'checkout.session.expired': (object) => session(object, failed('The payment page expired unpaid')),
  'invoice.paid': (object, at) => invoice(object, 'amount_paid', paid(at)),
  'invoice.payment_failed': (object) => invoice(object, 'amount_due', failed('The invoice could not be collected')),
};
