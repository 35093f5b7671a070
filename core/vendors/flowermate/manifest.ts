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
  id: 'flowermate',
  name: 'Flowermate',
  category: 'florist',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'florist' }),
  guides: [
    fileGuide('Orders from any list that you can get out as CSV. Nothing is known of how Flowermate exchanges data.', [
      'Get your orders out of Flowermate as CSV, or keep them in a spreadsheet and save that as CSV.',
    ]),
    bridgeGuide({
      brings: 'Nothing is known of a Zapier app of Flowermate: use this from another tool that hears of the fact, such as a form or a sheet.',
      zapier: null,
    }),
  ],
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Anything by itself: no way of exchanging data with Flowermate is known.',
    'Recipes, proposals and payments.',
  ],
  sources: [],
};
