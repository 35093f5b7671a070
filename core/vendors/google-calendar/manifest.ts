import { baseUrlField, CHANNEL_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://www.googleapis.com/calendar/v3';

/** Entries of every calendar that the account may write; the list of calendars is asked for apart. */
export const WRITE_SCOPE = 'https://www.googleapis.com/auth/calendar.events';

export const manifest: VendorManifest = {
  id: 'google-calendar',
  name: 'Google Calendar',
  category: 'calendar',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    { key: 'clientId', label: 'Client ID', help: 'Google Cloud console > Credentials > your OAuth client.', sensitive: false, required: true },
    { key: 'clientSecret', label: 'Client secret', help: 'Shown beside the client ID.', sensitive: true, required: true },
    {
      key: 'calendarId',
      label: 'Calendar ID',
      help: 'Calendar settings > Integrate calendar. Leave empty for the main calendar of the account.',
      sensitive: false,
      required: false,
    },
    { ...ZONE_FIELD, help: 'For whole days of a calendar that names no zone.' },
    CHANNEL_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: {
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scopes: [WRITE_SCOPE, 'https://www.googleapis.com/auth/calendar.calendarlist.readonly'],
    pkce: true,
    // Without both Google gives no refresh token on a second sign-in.
    extra: { access_type: 'offline', prompt: 'consent' },
    clientAuth: 'body',
  },
  guides: [
    {
      path: 'native',
      brings:
        'Entries of the main calendar, or of the one that you name, and of every other calendar of the account that you put to use here, with ' +
          'their changes and deletions: within seconds where this server has a public https address, and looked for every five minutes in any ' +
          'case. What is booked here can be written into every calendar that you may change.',
      steps: [
        'In the Google Cloud console make a project, switch on the Google Calendar API, and publish the consent screen.',
        'Under Credentials make an OAuth client of the type Desktop app or Web application, with this redirect address: {redirectUrl}',
        'Paste the client ID and the client secret here, then sign in with the account whose calendar it is.',
        'For another calendar than the main one, copy its calendar ID out of its settings and paste it here. The others are put to use afterwards.',
      ],
    },
  ],
  webhook: {
    headers: [
      'x-goog-channel-id',
      'x-goog-channel-token',
      'x-goog-channel-expiration',
      'x-goog-resource-id',
      'x-goog-resource-uri',
      'x-goog-resource-state',
      'x-goog-message-number',
    ],
    mediaTypes: ['', 'application/json', 'text/plain'],
    events: ['exists', 'not_exists'],
    verification: 'secret_in_call',
    toleranceSeconds: null,
    handshake: false,
    channel: true,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['summary', 'description', 'location', 'attendees', 'creator', 'organizer', 'conferenceData', 'hangoutLink'],
  limits: { perSecond: null, atOnce: null },
  calendarLacks: ['category'],
  missing: [
    'Changes at once where this server has no public https address: they come within five minutes then.',
    'Who is invited to entries of others and what they answered, descriptions, attachments and links to video calls.',
    'Birthdays and working places.',
    'What others enter in a calendar that is used in one direction only, out of WedSync: of such a one our own entries alone are looked at.',
    'Tasks.',
  ],
  sources: [
    'https://developers.google.com/workspace/calendar/api/guides/push',
    'https://developers.google.com/workspace/calendar/api/guides/sync',
    'https://developers.google.com/workspace/calendar/api/v3/reference/events',
  ],
};
