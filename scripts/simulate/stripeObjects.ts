/** Stripe objects as far as an event about money carries them, in the shapes of API version 2026-10-28.endive. */

export interface StripeMoney {
  readonly event: string;
  /** Without a prefix; the same money has the same id in every event. */
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly weddingId: string | null;
  readonly email: string;
  readonly payer: string;
  readonly refunded?: number | undefined;
  readonly description?: string | undefined;
  readonly reason?: string | undefined;
  readonly unpaid?: boolean | undefined;
}

export function stripeObject(money: StripeMoney): Record<string, unknown> {
  const { event, id, created, amount, weddingId, email, payer } = money;
  const intent = `pi_${id}`;
  const description = money.description ?? null;
  const common = {
    created,
    currency: money.currency.toLowerCase(),
    livemode: false,
    metadata: {
      ...(weddingId ? { wedsync_wedding_id: weddingId } : {}),
      ...(event.startsWith('checkout.session.') && description ? { wedsync_description: description } : {}),
    },
  };
  if (event.startsWith('checkout.session.')) {
    const expired = event === 'checkout.session.expired';
    return {
      ...common,
      id: `cs_test_${id}`,
      object: 'checkout.session',
      mode: 'payment',
      amount_total: amount,
      payment_intent: expired ? null : intent,
      payment_status: expired || money.unpaid === true || event.endsWith('failed') ? 'unpaid' : 'paid',
      status: expired ? 'expired' : 'complete',
      customer_details: expired ? null : { email, name: payer },
      customer_email: expired ? email : null,
    };
  }
  if (event.startsWith('invoice.')) {
    const paid = event === 'invoice.paid';
    return {
      ...common,
      id: `in_${id}`,
      object: 'invoice',
      description,
      amount_due: amount,
      amount_paid: paid ? amount : 0,
      amount_remaining: paid ? 0 : amount,
      customer_email: email,
      customer_name: payer,
      status: paid ? 'paid' : 'open',
      payments: { object: 'list', data: [{ object: 'invoice_payment', is_default: true, payment: { type: 'payment_intent', payment_intent: intent } }] },
    };
  }
  if (event === 'charge.refunded') {
    const back = money.refunded ?? amount;
    return {
      ...common,
      id: `ch_${id}`,
      object: 'charge',
      description,
      amount,
      amount_refunded: back,
      refunded: back >= amount,
      paid: true,
      payment_intent: intent,
      receipt_email: email,
      billing_details: { email, name: payer },
      status: 'succeeded',
    };
  }
  if (event.startsWith('payment_intent.')) {
    return {
      ...common,
      id: intent,
      object: 'payment_intent',
      description,
      amount,
      amount_received: event === 'payment_intent.succeeded' ? amount : 0,
      receipt_email: email,
      last_payment_error: money.reason ? { type: 'card_error', code: 'card_declined', message: money.reason } : null,
      latest_charge: event === 'payment_intent.succeeded' ? `ch_${id}` : null,
      shipping: { name: payer },
    };
  }
  return { ...common, id: `po_${id}`, object: 'payout', amount, description };
}
