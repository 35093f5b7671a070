import { DAV_FIELDS } from '../davCalendars.ts';
import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DISCOVERY_URL = 'https://caldav.icloud.com';

export const manifest: VendorManifest = {
  id: 'icloud',
  name: 'Apple iCloud Calendar',
  category: 'calendar',
  paths: ['native'],
  capabilities: { webhook: false, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    {
      key: 'appleAccount', label: 'Apple Account', help: 'The e-mail address that you sign in with at Apple.',
      sensitive: false, required: true, input: 'email',
    },
    {
      key: 'appPassword', label: 'App-specific password', help: 'Made for this at account.apple.com; not the password of the account.',
      sensitive: true, required: true,
    },
    ...DAV_FIELDS,
    baseUrlField(DISCOVERY_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'The entries of the calendars that you choose, with their changes and deletions: looked for every five minutes.',
      steps: [
        'Two-factor authentication must be on for the Apple Account.',
        'At account.apple.com, under Sign-In and Security, choose App-Specific Passwords and make one for this.',
        'Enter the address of the Apple Account and that password here. The test says which calendars there are.',
        'When the password of the account is changed, Apple withdraws all app-specific ones: make a new one and enter it here.',
      ],
    },
  ],
  webhook: null,
  bridge: null,
  file: null,
  mail: null,
  masks: ['title', 'description', 'place', 'answers'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Reminders, descriptions and attachments.',
    'Who is invited to entries of others, and what they answered.',
    'Calendars that you only subscribe to.',
  ],
  sources: [
    'https://support.apple.com/en-us/102654',
    'https://www.rfc-editor.org/rfc/rfc4791',
    'https://www.rfc-editor.org/rfc/rfc6578',
    'https://www.rfc-editor.org/rfc/rfc6764',
  ],
};
