import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, feedGuide, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['feed', 'mail', 'file'];
export const feed: FeedOptions = { means: 'events', trade: 'photography' };
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i] };
const DOMAINS = ['pixieset.com'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'pixieset',
  name: 'Pixieset Studio Manager',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography', feed }),
  guides: [
    feedGuide('Confirmed sessions, through the calendar feed of Studio Manager. Looked at every quarter of an hour; Pixieset itself may be slower.', [
      'In Pixieset Studio Manager, open the calendar\'s settings and copy the address for subscribing to it.',
    ]),
    mailGuide('New leads, as soon as the notification mail comes. How these mails are written is not documented: what cannot be read is ' +
      'set aside for you.', DOMAINS),
    fileGuide('Bookings and clients from any list that you can get out as CSV.', [
      'In Pixieset Studio Manager, export your clients or bookings as CSV.',
    ]),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: { domains: DOMAINS },
  missing: [
    'Galleries, sales, contracts, invoices and questionnaires.',
    'Changes of a lead: its mails tell of new ones only.',
  ],
  sources: ['Pixieset help pages on Studio Manager\'s calendar'],
};
