import type { Placeless } from '../placeless.ts';
import { baseUrlField, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const SQUARE_EVENTS = [
  'booking.created',
  'booking.updated',
  'payment.created',
  'payment.updated',
  'refund.created',
  'refund.updated',
  'invoice.published',
  'invoice.updated',
  'invoice.payment_made',
  'invoice.scheduled_charge_failed',
  'invoice.canceled',
  'invoice.refunded',
] as const;
export type SquareEvent = (typeof SQUARE_EVENTS)[number];

export const PLACELESS: Placeless = [
  ['dispute.', 'disputes'],
  ['payout.', 'payouts'],
];

export const DEFAULT_BASE_URL = 'https://connect.squareup.com/v2';

export const manifest: VendorManifest = {
  id: 'square',
  name: 'Square',
  category: 'payments',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'accessToken',
      label: 'Access token',
      help: 'Developer Console > your application > Credentials > Production access token.',
      sensitive: true,
      required: true,
    },
    {
      key: 'signatureKey',
      label: 'Signature key',
      help: 'Developer Console > your application > Webhooks > your subscription > Signature key.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'signatureKeyPrevious',
      label: 'Previous signature key',
      help: 'Only while you replace the key: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    ZONE_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Appointments, payments, refunds and invoices, usually within a minute.',
      steps: [
        'Open developer.squareup.com, sign in with your Square account and create an application, or open the one you have.',
        'Switch the application to Production. Under Credentials copy the production access token and paste it here.',
        'Open Webhooks, then Subscriptions, and add a subscription with this address, exactly as it stands: {webhookUrl}',
        'Choose all booking, payment, refund and invoice events and save.',
        'Open the new subscription, show its signature key and paste it here.',
      ],
    },
  ],
  webhook: {
    headers: ['x-square-hmacsha256-signature'],
    mediaTypes: ['application/json'],
    events: [...SQUARE_EVENTS],
    verification: 'hmac',
    toleranceSeconds: null,
    handshake: false,
  },
  priority: { urgent: ['invoice.scheduled_charge_failed'], bulk: [] },
  bridge: null,
  file: null,
  mail: null,
  masks: [
    'email_address',
    'buyer_email_address',
    'phone_number',
    'given_name',
    'family_name',
    'cardholder_name',
    'customer_note',
    'note',
    'title',
    'description',
    'address',
    'billing_address',
    'shipping_address',
    'card',
  ],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Bookings and payments from before events were switched on, or from more than 27 days ago.',
    'Disputes and payouts as such: they are kept, and the record has no place for them yet.',
    'Orders, items, stock and staff.',
  ],
  sources: [
    'https://developer.squareup.com/docs/webhooks/overview',
    'https://developer.squareup.com/reference/square',
    'https://github.com/square/connect-api-specification',
  ],
};
