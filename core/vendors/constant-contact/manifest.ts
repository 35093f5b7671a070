import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.cc.email/v3';

export const manifest: VendorManifest = {
  id: 'constant-contact',
  name: 'Constant Contact',
  category: 'marketing',
  paths: ['native'],
  capabilities: { webhook: false, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'clientId',
      label: 'API key',
      help: 'app.constantcontact.com/pages/dma/portal > My applications. It is the client ID.',
      sensitive: false,
      required: true,
    },
    { key: 'clientSecret', label: 'App secret', help: 'Shown once when it is generated, beside the API key.', sensitive: true, required: true },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: {
    authorizeUrl: 'https://authz.constantcontact.com/oauth2/default/v1/authorize',
    tokenUrl: 'https://authz.constantcontact.com/oauth2/default/v1/token',
    scopes: ['contact_data', 'account_read', 'offline_access'],
    pkce: true,
    extra: {},
    clientAuth: 'basic',
  },
  guides: [
    {
      path: 'native',
      brings:
        'Contacts and whether they may be mailed: those who changed within the last year first, then news every quarter of an hour. ' +
          'Constant Contact has no webhooks for contacts.',
      steps: [
        'Open the developer portal of Constant Contact and make an application with the authorization code flow and rotating refresh tokens.',
        'Enter this redirect address there: {redirectUrl}',
        'Copy its API key and paste it here; generate the app secret and paste it here.',
        'Sign in with the account whose contacts these are.',
      ],
    },
  ],
  webhook: null,
  bridge: null,
  file: null,
  mail: null,
  masks: ['email_address', 'first_name', 'last_name', 'phone_numbers', 'company_name', 'street_addresses', 'birthday_day', 'birthday_month'],
  limits: { perSecond: 4, atOnce: null },
  missing: [
    'Permission for text messages, and addresses that bounced: their list of contacts does not tell of the latter.',
    'Lists, tags and campaigns.',
  ],
  sources: [
    'https://developer.constantcontact.com/api_guide/get_contacts.html',
    'https://developer.constantcontact.com/api_guide/server_flow.html',
    'https://developer.constantcontact.com/api_reference/index.html',
  ],
};
