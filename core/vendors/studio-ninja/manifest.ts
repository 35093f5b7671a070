import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { ANY_TRIGGERS, capabilitiesOf, feedGuide, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['feed', 'mail', 'file', 'bridge'];
export const bridge: BridgeRecipe = { triggers: ANY_TRIGGERS };
export const feed: FeedOptions = { means: 'events', trade: 'photography' };
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i] };
const DOMAINS = ['studioninja.co'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'studio-ninja',
  name: 'Studio Ninja',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography', feed }),
  guides: [
    feedGuide('Shoots and appointments, through the Google calendar that Studio Ninja fills. Looked at every quarter of an hour.', [
      'In Studio Ninja, connect a Google calendar of its own for your shoots.',
      'In Google Calendar, open that calendar\'s settings and copy "Secret address in iCal format".',
    ]),
    mailGuide(
      'New leads, as soon as the notification mail comes. How these mails are written is not documented: what cannot be read is set aside for you.',
      DOMAINS,
    ),
    fileGuide('Jobs with their dates and clients, whenever you export them.', ['In Studio Ninja, export your jobs as CSV.']),
    bridgeGuide({
      brings: 'Only if your account offers a Zapier app, which is not confirmed; or from another tool that hears of the fact.',
      zapier: null,
    }),
  ],
  file: { columns: fileColumns(file.means) },
  mail: { domains: DOMAINS },
  missing: [
    'Contracts, invoices, payments and questionnaires.',
    'Clients of a calendar entry, unless an address stands in it.',
    'Changes of a lead: its mails tell of new ones only.',
  ],
  sources: ['Studio Ninja help pages on jobs, calendars and integrations'],
};
