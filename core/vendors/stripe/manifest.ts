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

/** How far a signed time may be off, either way: the official library's default. */
export const TOLERANCE_SECONDS = 300;

export const manifest: VendorManifest = {
  id: 'stripe',
  name: 'Stripe',
  category: 'payments',
  path: 'native',
  capabilities: { webhook: true, reread: false, poll: false, push: false },
  fields: [
    { key: 'signingSecret', label: 'Signing secret', help: 'Developers > Webhooks > your endpoint. It begins with whsec_.', sensitive: true, required: true },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while you roll the secret: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
    },
  ],
  webhook: {
    headers: ['stripe-signature'],
    mediaTypes: ['application/json'],
    events: [...STRIPE_EVENTS],
    verification: 'hmac_timestamped',
    toleranceSeconds: TOLERANCE_SECONDS,
  },
  sources: ['https://docs.stripe.com/webhooks', 'https://docs.stripe.com/api/events', 'https://github.com/stripe/openapi'],
};
