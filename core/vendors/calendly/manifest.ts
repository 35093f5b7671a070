import { baseUrlField, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const CALENDLY_EVENTS = ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted'] as const;

export const DEFAULT_BASE_URL = 'https://api.calendly.com';

/** The narrower of the two that integrators use: the vendor's own figure is not published. */
export const TOLERANCE_SECONDS = 180;

export const manifest: VendorManifest = {
  id: 'calendly',
  name: 'Calendly',
  category: 'booking',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'accessToken',
      label: 'Personal access token',
      help: 'Calendly > Integrations & apps > API and webhooks > Personal access tokens.',
      sensitive: true,
      required: true,
    },
    {
      key: 'signingKey',
      label: 'Signing key',
      help: 'Give this to Calendly as signing_key when you make the webhook subscription.',
      sensitive: true,
      required: false,
      proves: 'only',
      input: 'generated',
    },
    {
      key: 'signingKeyPrevious',
      label: 'Previous signing key',
      help: 'Only while you replace the subscription: both keys are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'scope',
      label: 'Whose events',
      help: 'The whole organisation needs the token of an administrator.',
      sensitive: false,
      required: false,
      input: 'choice',
      choices: [
        { value: 'user', label: 'Those of the token’s owner' },
        { value: 'organization', label: 'Those of the whole organisation' },
      ],
      initial: 'user',
    },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    { ...ZONE_FIELD, help: 'Tells on which day an appointment is, where several weddings share one address.' },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Appointments as they are made, moved and cancelled: every ten minutes, or at once with a webhook subscription.',
      steps: [
        'In Calendly open Integrations & apps, then API and webhooks, and make a personal access token.',
        'Paste the token here. Appointments come over from now on; the next steps only make them come at once.',
        'On a paid plan open developer.calendly.com, API reference, Create webhook subscription, and enter your token.',
        'Enter this as url: {webhookUrl}',
        'Enter this as signing_key: {generated}',
        'Enter as organization, scope and user what trying out the connection shows here. With the scope organization leave user out; it needs the ' +
          'token of an owner or administrator.',
        `Enter as events these four: ${CALENDLY_EVENTS.join(', ')}. Send it; the answer is 201.`,
      ],
    },
  ],
  webhook: {
    headers: ['calendly-webhook-signature'],
    mediaTypes: ['application/json'],
    events: [...CALENDLY_EVENTS],
    verification: 'hmac_timestamped',
    toleranceSeconds: TOLERANCE_SECONDS,
    handshake: false,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: [
    'email',
    'name',
    'first_name',
    'last_name',
    'text_reminder_number',
    'questions_and_answers',
    'cancel_url',
    'reschedule_url',
    'event_guests',
    'user_email',
  ],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Answers to the questions of the booking page, and routing forms.',
    'Payments: they come with the connection to Stripe or PayPal.',
    'Group events beyond their first 100 guests.',
  ],
  sources: [
    'https://developer.calendly.com/api-docs',
    'https://developer.calendly.com/receive-data-from-scheduled-events-in-real-time-with-webhook-subscriptions',
  ],
};
