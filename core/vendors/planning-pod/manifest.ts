import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { ANY_TRIGGERS, capabilitiesOf, feedGuide, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['feed', 'file', 'bridge'];
export const bridge: BridgeRecipe = { triggers: ANY_TRIGGERS };
export const feed: FeedOptions = { means: 'events', trade: 'planning' };
export const file: FileRecipe = { means: 'bookings' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'planning-pod',
  name: 'Planning Pod',
  category: 'planning',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'planning', feed }),
  guides: [
    feedGuide('Events, leads and appointments, through the calendars of Planning Pod. Looked at every quarter of an hour.', [
      'In Planning Pod, open the calendar that you want and copy its address for subscribing, or mirror it to Google Calendar.',
      'With Google Calendar: open that calendar\'s settings and copy "Secret address in iCal format".',
    ]),
    fileGuide('Events and leads from any list that you can get out as CSV.', ['In Planning Pod, save a report of your events as CSV.']),
    bridgeGuide({
      brings:
        'Nothing is known of a Zapier app of Planning Pod: use this only if your account offers one, or from another tool that hears of the fact.',
      zapier: null,
    }),
  ],
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Floor plans, budgets, to-do lists, proposals and payments.',
    'Changes, except where they show in a published calendar or a new file.',
  ],
  sources: ['Planning Pod help pages on calendars'],
};
