import { baseUrlField, CURRENCY_FIELD, TRADE_FIELD, VENDOR_NAME_FIELD, ZONE_FIELD } from '../settings.ts';
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
    { ...CURRENCY_FIELD, help: 'Three letters, for payments that come without one.' },
    TRADE_FIELD,
    VENDOR_NAME_FIELD,
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Bookings with their status, days, rooms, hours, contact and payments, every five minutes, as far as they name them.',
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
  masks: ['email', 'phone', 'first_name', 'last_name', 'name', 'address', 'description', 'memo', 'title', 'notes'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Payments whose amount could be read two ways; room blocks, line items and invoices.',
    'News of a room, an hour or a payment alone: it comes with the next change of the booking itself.',
    'Deletions: such a booking stays until somebody cancels it here.',
    'Guest counts and tasks.',
  ],
  sources: ['https://eventtemple.github.io/api-docs/', 'https://jsonapi.org/format/'],
};
