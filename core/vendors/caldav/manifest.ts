import { DAV_FIELDS } from '../davCalendars.ts';
import type { VendorManifest } from '../vendor.ts';

export const manifest: VendorManifest = {
  id: 'caldav',
  name: 'Calendar server (CalDAV)',
  category: 'calendar',
  paths: ['native'],
  capabilities: { webhook: false, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    {
      key: 'serverUrl', label: 'Server address', help: 'As your provider names it for calendars (CalDAV); the host alone is often enough.',
      sensitive: false, required: true, input: 'url',
    },
    { key: 'userName', label: 'User name', help: 'As you sign in there; often an e-mail address.', sensitive: false, required: true },
    {
      key: 'password', label: 'Password', help: 'Where the provider has app passwords, make one for this and enter that.',
      sensitive: true, required: true,
    },
    ...DAV_FIELDS,
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'The entries of the calendars that you choose, with their changes and deletions: looked for every five minutes.',
      steps: [
        'Look up the address of the calendar server in the help of your provider (Fastmail, Nextcloud, mailbox.org, Zoho); the word is CalDAV.',
        'Make an app password over there if the provider has them: it can be withdrawn without changing your own.',
        'Enter address, user name and password here. The test says which calendars there are, and which may only be read.',
        'To take only some of them, enter their names.',
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
    'Tasks, journals, descriptions and attachments.',
    'Who is invited to entries of others, and what they answered.',
    'Calendars of other accounts, and more than 20,000 entries of one calendar.',
  ],
  sources: [
    'https://www.rfc-editor.org/rfc/rfc4791',
    'https://www.rfc-editor.org/rfc/rfc6578',
    'https://www.rfc-editor.org/rfc/rfc6764',
    'https://www.rfc-editor.org/rfc/rfc5397',
  ],
};
