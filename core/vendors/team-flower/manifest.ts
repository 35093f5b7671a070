import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { ANY_TRIGGERS, capabilitiesOf, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['file', 'bridge'];
export const bridge: BridgeRecipe = { triggers: ANY_TRIGGERS };
export const file: FileRecipe = { means: 'orders' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'team-flower',
  name: 'Team Flower',
  category: 'florist',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'florist' }),
  guides: [
    fileGuide(
      'Orders from any list that is kept as CSV. Nothing is known of how Team Flower exchanges data; it seems to be a community rather ' +
        'than a system that keeps bookings.',
      ['Keep your orders in a spreadsheet and save that as CSV.'],
    ),
    bridgeGuide({
      brings: 'From whatever tool hears of the fact, such as a form or a sheet; Team Flower itself is not known to tell anything.',
      zapier: null,
    }),
  ],
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Anything by itself: it looks like a community rather than a system that keeps bookings.',
  ],
  sources: [],
};
