import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, fileGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['file'];
export const file: FileRecipe = { means: 'orders', statuses: { exported: 'completed', locked: 'completed' } };

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'catertrax',
  name: 'CaterTrax',
  category: 'catering',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'catering' }),
  guides: [
    fileGuide('Completed orders, from the nightly export that CaterTrax arranges with its partners, or from a list that you export. An ' +
      'order no longer changes once it is in that export.', [
      'Ask CaterTrax to arrange the nightly export of completed orders, or save a list of orders as CSV.',
      'Bring each night\'s file here by hand: it is not fetched by itself yet.',
    ]),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: null,
  missing: [
    'Orders that are not completed yet: its export has completed ones only.',
    'Menus and ingredients.',
    'Anything by itself: a person brings the file.',
  ],
  sources: ['a partner\'s page on the nightly export'],
};
