import { baseUrlField, CURRENCY_FIELD, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const TRIPLESEAT_EVENTS = [
  'CREATE_EVENT',
  'UPDATE_EVENT',
  'DELETE_EVENT',
  'STATUS_CHANGE_EVENT',
  'CHANGE_EVENT_DATETIME',
  'CHANGE_EVENT_GUEST_COUNTS',
  'CREATE_LEAD',
  'CREATE_INTERNAL_LEAD',
  'CONVERT_LEAD',
  'CONVERT_LEAD_TO_BOOKING',
  'LEAD_TURNED_DOWN',
] as const;
export type TripleseatEvent = (typeof TRIPLESEAT_EVENTS)[number];

export const DEFAULT_BASE_URL = 'https://api.tripleseat.com/v1';

export const manifest: VendorManifest = {
  id: 'tripleseat',
  name: 'Tripleseat',
  category: 'venue',
  paths: ['native'],
  capabilities: { webhook: true, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'clientId',
      label: 'Application ID',
      help: 'Tripleseat > Settings > Tripleseat API > OAuth 2.0 applications.',
      sensitive: false,
      required: true,
    },
    { key: 'clientSecret', label: 'Application secret', help: 'Beside the application ID.', sensitive: true, required: true },
    {
      key: 'signingKey',
      label: 'Signing key',
      help: 'Settings > Tripleseat API > Webhooks, behind the address of this connection.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'signingKeyPrevious',
      label: 'Previous signing key',
      help: 'Only while you replace the webhook: both keys are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    { ...ZONE_FIELD, help: 'Where the venue is: some times over there come without a zone.' },
    { ...CURRENCY_FIELD, help: 'Three letters. Without it the totals of events are left out.' },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: {
    authorizeUrl: 'https://api.tripleseat.com/oauth/authorize',
    tokenUrl: 'https://api.tripleseat.com/oauth/token',
    scopes: ['read'],
    pkce: false,
    extra: {},
    clientAuth: 'body',
  },
  guides: [
    {
      path: 'native',
      brings: 'Leads and events with their contact, status, rooms and times: at once, and read from Tripleseat each time.',
      steps: [
        'In Tripleseat open Settings, then Tripleseat API, and add an OAuth 2.0 application.',
        'Enter this redirect address: {redirectUrl}',
        'Copy the application ID and secret here, and sign in when you are asked to.',
        'On the same page add a webhook with this address: {webhookUrl}',
        'Tick all event and lead triggers, save, and paste the signing key of the webhook here.',
      ],
    },
  ],
  webhook: {
    headers: ['x-signature'],
    mediaTypes: ['application/json'],
    events: [...TRIPLESEAT_EVENTS],
    verification: 'hmac',
    toleranceSeconds: null,
    handshake: false,
  },
  priority: { urgent: ['DELETE_EVENT', 'STATUS_CHANGE_EVENT', 'CHANGE_EVENT_DATETIME'], bulk: [] },
  bridge: null,
  file: null,
  mail: null,
  masks: [
    'first_name',
    'last_name',
    'email_address',
    'email_addresses',
    'phone_number',
    'phone_numbers',
    'company',
    'additional_information',
    'name',
    'event_name',
    'event_description',
    'description',
    'contact',
    'address',
  ],
  limits: { perSecond: 10, atOnce: null },
  missing: [
    'Guest counts: an event over there may be only a part of a wedding, a rehearsal dinner for instance, and its guests are not the wedding’s.',
    'Menus, payments and documents of an event.',
    'Accounts, tasks and discussions.',
    'A deletion, where the call that tells of it is lost.',
  ],
  sources: [
    'https://support.tripleseat.com/hc/en-us/articles/212171807-Events-API',
    'https://support.tripleseat.com/hc/en-us/articles/212528787-API-Leads-Endpoint',
    'https://asyncapi.apis.io/asyncapis/tripleseat/tripleseat-webhooks-asyncapi/',
  ],
};
