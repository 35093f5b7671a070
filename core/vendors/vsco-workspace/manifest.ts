import type { VendorManifest } from '../vendor.ts';

/** The four events that the published contract lists for `/rest-hook`; there are none for changes and deletions. */
export const VSCO_EVENTS = ['contact.created', 'job.created', 'order.booked', 'payment.created'] as const;
export type VscoEvent = (typeof VSCO_EVENTS)[number];

export const DEFAULT_BASE_URL = 'https://workspace.vsco.co/api/v2';

/** A hook's call says which object, not what happened: the address of each hook says it. One line is the whole body of the call that makes it. */
const hookStep = (what: string, event: VscoEvent): string => `Body for ${what}: {"event":"${event}","url":"{webhookUrl}?event=${event}"}`;

export const manifest: VendorManifest = {
  id: 'vsco-workspace',
  name: 'VSCO Workspace',
  category: 'photo_crm',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: true },
  fields: [
    {
      key: 'apiKey',
      label: 'API key',
      help: 'Settings > API in VSCO Workspace; a read-only key is enough, unless its calendar is to be written.',
      sensitive: true,
      required: true,
    },
    { key: 'baseUrl', label: 'API address', help: `Leave empty for ${DEFAULT_BASE_URL}.`, sensitive: false, required: false, input: 'url' },
    {
      key: 'vendorName',
      label: 'Studio name',
      help: 'Shown on bookings: the photographer as your couples know them.',
      sensitive: false,
      required: false,
    },
    {
      key: 'currency',
      label: 'Currency',
      help: 'Three letters. Leave empty to take the one that the studio is set to.',
      sensitive: false,
      required: false,
    },
    {
      key: 'moneyUnit',
      label: 'Money unit',
      help: 'minor (pence, cents; the default) or major (pounds, dollars): the vendor only documents "an integer in the studio\'s currency".',
      sensitive: false,
      required: false,
    },
  ],
  oauth: null,
  calendarLacks: ['runSheets', 'reminders', 'invitations', 'category'],
  guides: [
    {
      path: 'native',
      brings:
        'Jobs with their clients, packages, sessions and payments: every 15 minutes, and at once what the studio sends as hooks. What is booked ' +
        'here can stand in the studio\'s calendar, and what stands there can take its time here.',
      steps: [
        'In VSCO Workspace open Settings, then API, and make a key; one that may only read is enough, unless its calendar is to be written.',
        'Paste the key here.',
        'That is enough: everything comes by looking. For news at once as well, four REST hooks are needed. They are made by calls of the API, ' +
          'not on a page, with a key that may write (a read-only one is refused). It need not be the one that you pasted.',
        `Send each of the four bodies below by POST to ${DEFAULT_BASE_URL}/rest-hook, with the headers X-API-KEY (the key that may write) and ` +
          'Content-Type application/json. The answer is 201. Do not leave out what stands after the question mark: it tells us what happened.',
        hookStep('new jobs', 'job.created'),
        hookStep('orders that are booked', 'order.booked'),
        hookStep('payments', 'payment.created'),
        hookStep('new contacts', 'contact.created'),
        'A GET of the same address lists the hooks that there are. Make a job to see the first call come in.',
        'To use the studio\'s calendar, open the connection once it is made, choose the calendar and say whose it is.',
      ],
    },
  ],
  webhook: {
    headers: [],
    mediaTypes: ['application/json'],
    events: [...VSCO_EVENTS],
    verification: 'secret_url',
    toleranceSeconds: null,
    handshake: false,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['email', 'phone', 'firstName', 'lastName', 'name', 'place'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Quotes, contracts and questionnaires; taxes, the options of an item and the price of what is in a package.',
    'Deletions: what is deleted over there stays until somebody cancels it here.',
    'The hour of a payment; of all sessions of a job, only its main one. The others take time while the studio\'s calendar is in use.',
    'Who takes part in an event, its type, reminders and video links; whose time in the studio it is.',
    'Jobs that changed last more than 120 days before it was connected.',
  ],
  sources: ['https://workspace.vsco.co/settings/api', 'https://help.workspace.vsco.co/', 'https://resthooks.org/'],
};
