import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { ANY_TRIGGERS, capabilitiesOf, feedGuide, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['bridge', 'feed', 'file'];
export const bridge: BridgeRecipe = { triggers: ANY_TRIGGERS };
export const feed: FeedOptions = { means: 'events', trade: 'photography' };
export const file: FileRecipe = { means: 'bookings' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'light-blue',
  name: 'Light Blue',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography', feed }),
  guides: [
    bridgeGuide({
      brings: 'What Light Blue tells Zapier. Its app exists; which of its triggers your version offers is for you to see, any of them ' +
        'fits the ones below.',
      zapier: 'Light Blue',
    }),
    feedGuide('Shoots and appointments, through a calendar that Light Blue publishes.', [
      'In Light Blue, publish your calendar, or mirror it to Google Calendar or iCloud.',
      'Copy the address for subscribing to that calendar.',
    ]),
    fileGuide('Shoots and contacts, whenever you export them.', [
      'In Light Blue, export your shoots as CSV.',
    ]),
  ],
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Invoices, contracts and payments, unless a trigger of your version tells of them.',
    'Changes and deletions, except where they show in a published calendar or a new file.',
    'Enquiries from here to Light Blue.',
  ],
  sources: ['Light Blue\'s page on its contact form interface', 'Light Blue\'s page in the Zapier app directory'],
};
