import { baseUrlField } from '../settings.ts';
import type { Placeless } from '../placeless.ts';
import type { VendorManifest } from '../vendor.ts';

/** Stripe lets a list of events be asked for by twenty names at most. */
export const STRIPE_EVENTS = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.canceled',
  'charge.refunded',
  'charge.dispute.closed',
  'refund.failed',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'invoice.finalized',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'customer.created',
  'customer.updated',
  'customer.deleted',
] as const;
export type StripeEvent = (typeof STRIPE_EVENTS)[number];

/** Only by webhook: the list of events has no room for more names. */
export const PLACELESS: Placeless = [
  ['charge.dispute.', 'disputes that go on'],
  ['payout.', 'payouts'],
  ['invoice.overdue', 'days on which something is due'],
];

export const DEFAULT_BASE_URL = 'https://api.stripe.com/v1';

/** How far a signed time may be off, either way: the official library's default. */
export const TOLERANCE_SECONDS = 300;

export const manifest: VendorManifest = {
  id: 'stripe',
  name: 'Stripe',
  category: 'payments',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'signingSecret',
      label: 'Signing secret',
      help: 'Developers > Webhooks > your endpoint. It begins with whsec_.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while you roll the secret: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'apiKey',
      label: 'Restricted API key',
      help:
        'Developers > API keys > Create restricted key, with Read for Events, Accounts, Charges and Disputes. ' +
        'With it, what a webhook missed is fetched.',
      sensitive: true,
      required: false,
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Payments, refunds, lost disputes, failed payments, invoices and customers, within seconds.',
      steps: [
        'In the Stripe dashboard open Developers, then Webhooks, and add an endpoint.',
        'Enter this address: {webhookUrl}',
        'Choose the events that are listed here, or all payment_intent, charge, refund, checkout, invoice and customer events.',
        'Save it, reveal the signing secret of the new endpoint and paste it here.',
        'To have missed events fetched, create a restricted key that may read Events, Accounts, Charges and Disputes, and paste it here.',
      ],
    },
  ],
  webhook: {
    headers: ['stripe-signature'],
    mediaTypes: ['application/json'],
    events: [...STRIPE_EVENTS],
    verification: 'hmac_timestamped',
    toleranceSeconds: TOLERANCE_SECONDS,
    handshake: false,
  },
  priority: { urgent: ['payment_intent.payment_failed', 'checkout.session.async_payment_failed', 'invoice.payment_failed', 'charge.dispute.closed', 'refund.failed'], bulk: ['customer.created', 'customer.updated'] },
  bridge: null,
  file: null,
  mail: null,
  masks: [
    ...['email', 'receipt_email', 'phone', 'name', 'business_name', 'individual_name', 'address', 'shipping'],
    ...['shipping_details', 'customer_details', 'billing_details', 'customer_email', 'customer_name', 'customer_phone', 'customer_address'],
    ...['customer_shipping', 'evidence', 'description', 'wedsync_description', 'client_secret', 'hosted_invoice_url', 'invoice_pdf', 'receipt_url'],
  ],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Disputes while they go on, and payouts: they are kept, and the record has no place for them yet.',
    'Subscriptions, products and prices.',
    'What happened more than 29 days before it was connected.',
  ],
  sources: ['https://docs.stripe.com/webhooks', 'https://docs.stripe.com/api/events', 'https://github.com/stripe/openapi'],
};
