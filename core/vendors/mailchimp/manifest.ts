import type { VendorManifest } from '../vendor.ts';

/** How far a signed time may be off, either way. */
export const TOLERANCE_SECONDS = 300;
export const MAILCHIMP_EVENTS = ['subscribe', 'unsubscribe', 'profile', 'cleaned', 'upemail'] as const;

export const manifest: VendorManifest = {
  id: 'mailchimp',
  name: 'Mailchimp',
  category: 'marketing',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'apiKey',
      label: 'API key',
      help: 'Account > Extras > API keys. It ends in the data centre, e.g. -us21.',
      sensitive: true,
      required: true,
    },
    { key: 'listId', label: 'Audience ID', help: 'Audience > Settings > Audience name and defaults.', sensitive: false, required: true },
    {
      key: 'signingSecret',
      label: 'Signing secret',
      help: 'Only where Mailchimp has shown one for the webhook. Once filled in, every call must be signed.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while one webhook follows another: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'baseUrl',
      label: 'API address',
      help: 'Leave empty for the data centre that the key names.',
      sensitive: false,
      required: false,
      input: 'url',
    },
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings:
        'People of one audience and whether they may be mailed: those who changed within the last year first, then news within ' +
          'seconds, or every quarter of an hour without the webhook.',
      steps: [
        'In Mailchimp open Account, then Extras, then API keys, make a key and paste it here.',
        'Open the audience, then Settings, copy the audience ID and paste it here.',
        'For news at once, open Settings, then Webhooks, and create a webhook with this address: {webhookUrl}',
        'Choose subscribes, unsubscribes, profile updates, cleaned address and email changed; switch off the source "via the API".',
        'If Mailchimp shows a signing secret for the webhook, paste it here.',
      ],
    },
  ],
  webhook: {
    headers: ['x-mailchimp-signature'],
    mediaTypes: ['application/x-www-form-urlencoded', ''],
    events: [...MAILCHIMP_EVENTS],
    verification: 'secret_url',
    toleranceSeconds: TOLERANCE_SECONDS,
    handshake: true,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['email', 'email_address', 'full_name', 'merges', 'merge_fields', 'ip_opt', 'ip_signup', 'location', 'new_email', 'old_email'],
  limits: { perSecond: null, atOnce: 10 },
  missing: [
    'Permission for text messages, and the marketing permissions of a form: the record knows one answer for each address.',
    'Tags, groups, campaigns and their figures.',
    'Audiences other than the one that is named, and people who changed last more than a year ago.',
  ],
  sources: [
    'https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/',
    'https://mailchimp.com/developer/marketing/api/list-members/',
    'https://mailchimp.com/developer/marketing/api/ping/',
  ],
};
