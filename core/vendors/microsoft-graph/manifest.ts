import { baseUrlField, CHANNEL_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://graph.microsoft.com/v1.0';

export const WRITE_SCOPE = 'Calendars.ReadWrite';

export const manifest: VendorManifest = {
  id: 'microsoft-graph',
  name: 'Outlook Calendar',
  category: 'calendar',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    { key: 'clientId', label: 'Application ID', help: 'Microsoft Entra > App registrations > your app.', sensitive: false, required: true },
    {
      key: 'clientSecret',
      label: 'Client secret',
      help: 'Certificates & secrets of the same app; the value, not its ID.',
      sensitive: true,
      required: true,
    },
    { key: 'calendarId', label: 'Calendar ID', help: 'Leave empty for the main calendar of the account.', sensitive: false, required: false },
    { ...ZONE_FIELD, help: 'For whole days of entries that name no zone.' },
    CHANNEL_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: {
    authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scopes: ['offline_access', 'User.Read', WRITE_SCOPE],
    pkce: true,
    extra: {},
    clientAuth: 'body',
    // The form for redirect addresses refuses http://127.0.0.1; of http://localhost the port does not count.
    loopback: 'localhost',
  },
  guides: [
    {
      path: 'native',
      brings:
        'Entries of the main calendar, or of the one that you name, and of every other calendar of the account that you put to use here, from a ' +
          'month ago to three years ahead, with their changes and deletions: within seconds where this server has a public https address, ' +
          'and looked for every five minutes in any case. What is booked here can be written into every calendar that you may change.',
      steps: [
        'In Microsoft Entra open App registrations, then New registration, and choose accounts in any organisation and personal accounts.',
        'Under Redirect URI choose the platform Web and enter: {redirectUrl}',
        'Under API permissions add the delegated permissions Calendars.ReadWrite, User.Read and offline_access of Microsoft Graph.',
        'Under Certificates & secrets make a client secret.',
        'Paste the application ID and the value of the secret here, then sign in with the account whose calendar it is.',
      ],
    },
  ],
  webhook: {
    headers: [],
    mediaTypes: ['application/json', 'text/plain', ''],
    events: ['created', 'updated', 'deleted', 'missed', 'reauthorizationRequired', 'subscriptionRemoved'],
    verification: 'secret_in_call',
    toleranceSeconds: null,
    handshake: true,
    channel: true,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['subject', 'bodyPreview', 'body', 'location', 'locations', 'attendees', 'organizer', 'onlineMeeting', 'clientState'],
  limits: { perSecond: null, atOnce: 4 },
  missing: [
    'Changes at once where this server has no public https address: they come within five minutes then.',
    'Who is invited to entries of others and what they answered, texts of entries, attachments and links to meetings.',
    'Entries more than a month old or more than three years ahead.',
    'What others enter in a calendar that is used in one direction only, out of WedSync: of such a one our own entries alone are looked at.',
    'Tasks and mails.',
  ],
  sources: [
    'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks',
    'https://learn.microsoft.com/graph/change-notifications-lifecycle-events',
    'https://learn.microsoft.com/graph/delta-query-events',
    'https://github.com/microsoftgraph/msgraph-metadata',
    'https://learn.microsoft.com/entra/identity-platform/reply-url',
  ],
};
