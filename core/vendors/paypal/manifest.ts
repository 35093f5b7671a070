import { baseUrlField } from '../settings.ts';
import type { Placeless } from '../placeless.ts';
import type { VendorManifest } from '../vendor.ts';

export const PAYPAL_EVENTS = [
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.PENDING',
  'PAYMENT.CAPTURE.DENIED',
  'PAYMENT.CAPTURE.DECLINED',
  'PAYMENT.CAPTURE.REFUNDED',
  'PAYMENT.CAPTURE.REVERSED',
  'INVOICING.INVOICE.CREATED',
  'INVOICING.INVOICE.UPDATED',
  'INVOICING.INVOICE.PAID',
  'INVOICING.INVOICE.CANCELLED',
  'INVOICING.INVOICE.REFUNDED',
] as const;
export type PaypalEvent = (typeof PAYPAL_EVENTS)[number];

export const PLACELESS: Placeless = [
  // Money that a dispute takes back is told as a capture that was reversed.
  ['CUSTOMER.DISPUTE.', 'disputes'],
  ['PAYMENT.PAYOUTS', 'payouts'],
];

export const DEFAULT_BASE_URL = 'https://api-m.paypal.com';

export const manifest: VendorManifest = {
  id: 'paypal',
  name: 'PayPal',
  category: 'payments',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    { key: 'clientId', label: 'Client ID', help: 'developer.paypal.com > Apps & Credentials > Live > your app.', sensitive: false, required: true },
    { key: 'clientSecret', label: 'Secret key', help: 'Beside the client ID of the same app.', sensitive: true, required: true },
    {
      key: 'webhookId',
      label: 'Webhook ID',
      help: 'In the list of webhooks of the app, behind the address. PayPal signs it with every call.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'webhookIdPrevious',
      label: 'Previous webhook ID',
      help: 'Only while you replace the webhook: calls of both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Payments, refunds and invoices, within seconds.',
      steps: [
        'Open developer.paypal.com, sign in with your business account and switch to Live.',
        'Under Apps & Credentials create an app, or open the one you have, and copy its client ID and secret key here.',
        'In the same app add a webhook with this address: {webhookUrl}',
        'Choose the events that begin with Payment capture and Invoicing invoice, and save.',
        'Copy the ID of the new webhook and paste it here.',
      ],
    },
  ],
  webhook: {
    headers: ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-transmission-sig', 'paypal-cert-url', 'paypal-auth-algo'],
    mediaTypes: ['application/json'],
    events: [...PAYPAL_EVENTS],
    verification: 'certificate',
    toleranceSeconds: null,
    handshake: false,
  },
  priority: { urgent: ['PAYMENT.CAPTURE.DENIED', 'PAYMENT.CAPTURE.DECLINED', 'PAYMENT.CAPTURE.REVERSED'], bulk: [] },
  bridge: null,
  file: null,
  mail: null,
  masks: [
    'email_address',
    'given_name',
    'surname',
    'full_name',
    'payer',
    'payer_id',
    'phones',
    'phone',
    'address',
    'shipping',
    'billing_info',
    'shipping_info',
    'note_to_payer',
    'description',
  ],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Disputes and payouts as such: they are kept, and the record has no place for them yet.',
    'Subscriptions.',
    'What happened more than 28 days before it was connected.',
  ],
  sources: [
    'https://developer.paypal.com/api/rest/webhooks/rest/',
    'https://developer.paypal.com/docs/api/payments/v2/',
    'https://github.com/paypal/paypal-rest-api-specifications',
  ],
};
