import { baseUrlField, CURRENCY_FIELD, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const ACUITY_EVENTS = ['appointment.scheduled', 'appointment.rescheduled', 'appointment.canceled', 'appointment.changed'] as const;

export const DEFAULT_BASE_URL = 'https://acuityscheduling.com/api/v1';

export const manifest: VendorManifest = {
  id: 'acuity',
  name: 'Acuity Scheduling',
  category: 'booking',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    { key: 'userId', label: 'User ID', help: 'Acuity > Integrations > API > View Credentials.', sensitive: false, required: true },
    {
      key: 'apiKey',
      label: 'API key',
      help: 'On the same page, of the main administrator: Acuity signs its calls with this key.',
      sensitive: true,
      required: true,
      proves: 'also',
    },
    {
      key: 'apiKeyPrevious',
      label: 'Previous API key',
      help: 'Only while you replace the key: calls signed with either are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'also',
    },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    { ...CURRENCY_FIELD, help: 'Three letters. Without it prices are left out.' },
    { ...ZONE_FIELD, help: 'Tells on which day an appointment is, where several weddings share one address.' },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  calendarLacks: ['runSheets', 'reminders', 'invitations', 'category'],
  guides: [
    {
      path: 'native',
      brings:
        'Appointments as they are made, moved, changed and cancelled: at once, and read from Acuity each time. What is booked here can ' +
        'block its time in Acuity, and time that is blocked there can count as taken here.',
      steps: [
        'In Acuity open Integrations, then API, and choose View Credentials.',
        'Copy the user ID and the API key here.',
        'Open Integrations, then Webhooks, and enter this address for new, rescheduled and canceled appointments: {webhookUrl}',
        'Leave "changed" empty unless you want notes and prices at once: it repeats the other three.',
        'To block time in Acuity, open the connection once it is made, choose one of its calendars and say whose it is.',
      ],
    },
  ],
  webhook: {
    headers: ['x-acuity-signature'],
    mediaTypes: ['application/x-www-form-urlencoded'],
    events: [...ACUITY_EVENTS],
    verification: 'hmac',
    toleranceSeconds: null,
    handshake: false,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['firstName', 'lastName', 'email', 'phone', 'notes', 'forms', 'formsText', 'certificate', 'location'],
  limits: { perSecond: 10, atOnce: 20 },
  missing: [
    'Packages and gift certificates.',
    'Payments: they come with the connection to Stripe, Square or PayPal.',
    'Answers of intake forms, and notes on an appointment.',
    'Of blocked time that repeats, every time but the first.',
  ],
  sources: [
    'https://developers.acuityscheduling.com/docs/webhooks', 'https://developers.acuityscheduling.com/reference/get-appointments-id',
    'https://developers.acuityscheduling.com/reference/post-blocks',
  ],
};
