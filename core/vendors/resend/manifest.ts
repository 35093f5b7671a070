import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.resend.com';
/** How far a signed time may be off, either way. */
export const TOLERANCE_SECONDS = 300;

export const RESEND_EVENTS = [
  'email.scheduled', 'email.sent', 'email.delivered', 'email.delivery_delayed', 'email.opened', 'email.clicked', 'email.bounced', 'email.complained',
  'email.failed', 'email.suppressed', 'email.received',
] as const;

export const manifest: VendorManifest = {
  id: 'resend',
  name: 'Resend',
  category: 'messaging',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: false, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'signingSecret',
      label: 'Signing secret',
      help: 'Webhooks > your webhook. It begins with whsec_.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while you replace the webhook: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'apiKey',
      label: 'API key',
      help: 'Begins with re_; full access, since reading needs it. Needed to try the connection out, and for the texts of received mails.',
      sensitive: true,
      required: false,
    },
    {
      key: 'receivedTexts',
      label: 'Texts of received mails',
      help: 'With Yes each mail that comes in is fetched with the API key, since the event has no text; without a key it would wait for one.',
      sensitive: false,
      required: false,
      input: 'choice',
      choices: [
        { value: 'no', label: 'No, who wrote and the subject are enough' },
        { value: 'yes', label: 'Yes, fetch them' },
      ],
      initial: 'no',
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Whether the mails that you send arrive, are read or bounce, and that mails came in, within seconds.',
      steps: [
        'In Resend open Webhooks and choose Add webhook.',
        'Enter this address: {webhookUrl}',
        'Choose all events that begin with email.',
        'Open the new webhook, copy its signing secret and paste it here.',
        'For the texts of mails that come in, make an API key with full access, paste it here too and choose Yes.',
      ],
    },
  ],
  webhook: {
    headers: ['svix-id', 'svix-timestamp', 'svix-signature'],
    mediaTypes: ['application/json'],
    events: [...RESEND_EVENTS],
    verification: 'hmac_timestamped',
    toleranceSeconds: TOLERANCE_SECONDS,
    handshake: false,
  },
  priority: { urgent: ['email.received', 'email.bounced', 'email.failed'], bulk: ['email.opened', 'email.clicked'] },
  bridge: null,
  file: null,
  mail: null,
  masks: ['from', 'to', 'cc', 'bcc', 'subject', 'headers', 'ipAddress', 'userAgent', 'link', 'diagnosticCode'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Texts of mails that were sent, attachments, and what a received mail has only as HTML.',
    'All recipients of a mail but the first.',
    'Contacts, audiences and domains; mails that went out before it was connected.',
  ],
  sources: [
    'https://resend.com/docs/dashboard/webhooks/introduction',
    'https://docs.svix.com/receiving/verifying-payloads/how-manual',
    'https://www.standardwebhooks.com',
    'https://github.com/resend/resend-openapi',
  ],
};
