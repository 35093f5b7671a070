import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const STRIPE_EVENTS = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.canceled',
  'charge.refunded',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'invoice.paid',
  'invoice.payment_failed',
] as const;

export const DEFAULT_BASE_URL = 'https://api.stripe.com/v1';

/** How far a signed time may be off, either way: the official library's default. */
export const TOLERANCE_SECONDS = 300;

export const manifest: VendorManifest = {
  id: 'stripe',
  name: 'Stripe',
  category: 'payments',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    { key: 'signingSecret', label: 'Signing secret', help: 'Developers > Webhooks > your endpoint. It begins with whsec_.', sensitive: true, required: true },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while you roll the secret: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
    },
    {
      key: 'apiKey',
      label: 'Restricted API key',
      help: 'Developers > API keys > Create restricted key, with Read for Events and Accounts. With it, what a webhook missed is fetched.',
      sensitive: true,
      required: false,
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Payments, refunds and failed payments, within seconds.',
      steps: [
        'In the Stripe dashboard open Developers, then Webhooks, and add an endpoint.',
        'Enter this address: {webhookUrl}',
        'Choose the events that are listed here, or all payment_intent, charge, checkout and invoice events.',
        'Save it, reveal the signing secret of the new endpoint and paste it here.',
        'To have missed events fetched, create a restricted key that may read Events and Accounts, and paste it here.',
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
  bridge: null,
  file: null,
  mail: null,
  masks: ['email', 'receipt_email', 'phone', 'name', 'customer_details', 'billing_details', 'client_secret'],
  limits: { perSecond: null, atOnce: null },
  sources: ['https://docs.stripe.com/webhooks', 'https://docs.stripe.com/api/events', 'https://github.com/stripe/openapi'],
};
