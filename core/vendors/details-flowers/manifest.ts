import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['file'];
export const file: FileRecipe = { means: 'orders' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'details-flowers',
  name: 'Details Flowers',
  category: 'florist',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'florist' }),
  guides: [
    fileGuide('Orders from any list that you can get out as CSV. No interface of Details Flowers is documented; its payments run through ' +
      'the florist\'s Stripe account, which is a connection of its own.', [
      'Get your orders out of Details Flowers as CSV, or keep them in a spreadsheet and save that as CSV.',
    ]),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Recipes, proposals and orders to wholesalers.',
    'Payments: they come with the connection to the florist\'s Stripe account.',
    'Anything by itself: a person brings the file.',
  ],
  sources: ['Details Flowers help pages on payments'],
};
