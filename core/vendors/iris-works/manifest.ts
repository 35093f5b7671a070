import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, feedGuide, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['mail', 'feed', 'file'];
export const feed: FeedOptions = { means: 'events', trade: 'photography' };
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i] };
const DOMAINS = ['iris-works.com'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'iris-works',
  name: 'Iris Works',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography', feed }),
  guides: [
    mailGuide(
      'New leads, if Iris Works mails them to you. No interface of Iris Works is documented, its mails included: what cannot be read is ' +
        'set aside for you.',
      DOMAINS,
    ),
    feedGuide('Sessions, as far as Iris Works writes them into a calendar that can be published.', [
      'In Iris Works, connect a Google calendar if your plan has it.',
      'In Google Calendar, open that calendar\'s settings and copy "Secret address in iCal format".',
    ]),
    fileGuide('Jobs and clients from any list that you can get out as CSV. No export is documented.', [
      'Get your jobs out of Iris Works as CSV, or keep them in a spreadsheet and save that as CSV.',
    ]),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: { domains: DOMAINS },
  missing: [
    'Contracts, invoices, payments, questionnaires and messages.',
    'Changes of a job, except where they show in a published calendar or a new file.',
  ],
  sources: [],
};
