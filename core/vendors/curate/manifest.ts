import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['file'];
export const file: FileRecipe = { means: 'bookings' };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'curate',
  name: 'Curate',
  category: 'florist',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'florist' }),
  guides: [
    fileGuide(
      'Booked events from any list that you can get out as CSV. No interface of Curate is documented; its money goes to QuickBooks, which ' +
        'is not read here.',
      ['Get your booked events out of Curate as CSV, or keep them in a spreadsheet and save that as CSV.'],
    ),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Proposals, recipes, stem counts and invoices.',
    'Money: it goes to QuickBooks Online, which is not read.',
    'Anything by itself: a person brings the file.',
  ],
  sources: ['Curate help pages on QuickBooks Online'],
};
