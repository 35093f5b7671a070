import { baseUrlField, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.eventtemple.com/v2';

export const manifest: VendorManifest = {
  id: 'event-temple',
  name: 'Event Temple',
  category: 'venue',
  paths: ['native'],
  capabilities: { webhook: false, reread: true, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'organizationId',
      label: 'Organization ID',
      help: 'Event Temple > Settings > Organization, at the top of the page.',
      sensitive: false,
      required: true,
    },
    {
      key: 'apiKey',
      label: 'API key',
      help: 'Event Temple > Settings > Developers > API keys. It belongs to a person: choose one who may see all bookings.',
      sensitive: true,
      required: true,
    },
    { ...ZONE_FIELD, help: 'Where the venue is: days and times over there may come without a zone.' },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Bookings with their status, days and contact, every five minutes.',
      steps: [
        'In Event Temple open Settings, then Organization, and copy the organization ID here.',
        'Open Settings, then Developers, and make an API key.',
        'Paste the key here and choose the time zone of the venue.',
      ],
    },
  ],
  webhook: null,
  bridge: null,
  file: null,
  mail: null,
  masks: ['email', 'phone', 'first_name', 'last_name', 'name', 'address'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Rooms and their hours, room blocks, line items, invoices and payments.',
    'Deletions: such a booking stays until somebody cancels it here.',
    'Guest counts and tasks.',
  ],
  sources: ['https://eventtemple.github.io/api-docs/', 'https://jsonapi.org/format/'],
};
