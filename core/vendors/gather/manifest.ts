import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, feedGuide, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['feed', 'mail', 'file'];
export const feed: FeedOptions = { means: 'events', trade: 'venue' };
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i] };
const DOMAINS = ['gatherhere.com'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'gather',
  name: 'Gather',
  category: 'venue',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'venue', feed }),
  guides: [
    feedGuide(
      'Bookings, through the Google calendar that Gather fills. Bookings without a start time are not in it. Looked at every quarter of an hour.',
      [
        'In Gather, connect a Google calendar for your bookings.',
        'In Google Calendar, open that calendar\'s settings and copy "Secret address in iCal format".',
      ],
    ),
    mailGuide(
      'New leads, as soon as the notification mail comes. No interface of Gather is documented, its mails included: what cannot be read ' +
        'is set aside for you.',
      DOMAINS,
    ),
    fileGuide('Bookings from any list that you can get out as CSV. No export is documented.', ['In Gather, save a list of your bookings as CSV.']),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: { domains: DOMAINS },
  missing: [
    'Bookings without a start time: its calendar leaves them out.',
    'Menus, floor plans, proposals and payments.',
  ],
  sources: ['Gather help pages on bookings and the Google calendar'],
};
