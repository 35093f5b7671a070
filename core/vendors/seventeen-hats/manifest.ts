import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, feedGuide, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['bridge', 'feed', 'file'];
export const bridge: BridgeRecipe = {
  triggers: [
    { trigger: 'new_contact', label: 'New Contact', instant: false, kind: 'client' },
    { trigger: 'updated_contact', label: 'Updated Contact', instant: false, kind: 'client' },
  ],
};
export const feed: FeedOptions = { means: 'events', trade: 'other' };
export const file: FileRecipe = { means: 'contacts' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'seventeen-hats',
  name: '17hats',
  category: 'business_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'other', feed }),
  guides: [
    bridgeGuide({
      brings: 'Contacts only, new and changed: 17hats tells Zapier nothing of bookings or payments.',
      zapier: '17hats',
      first: ['In 17hats, open Account Settings > Integrations > Zapier and copy the key that is meant for Zapier. Only Zapier asks for ' +
        'it; we do not.'],
    }),
    feedGuide('Bookings, as far as 17hats writes them into a calendar that can be published.', [
      'In 17hats, connect a Google calendar.',
      'In Google Calendar, open that calendar\'s settings and copy "Secret address in iCal format".',
    ]),
    fileGuide('Contacts, whenever you export them.', [
      'In 17hats, export your contacts as CSV.',
    ]),
  ],
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Projects, quotes, contracts, invoices and questionnaires: its app in Zapier tells of contacts only.',
    'Payments: they come with the connection to Stripe, Square or PayPal.',
  ],
  sources: ['17hats\' page in the Zapier app directory', '17hats help pages on its Zapier key'],
};
