import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['mail', 'file'];
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i] };
const DOMAINS = ['shootq.com'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  id: 'shootq',
  name: 'ShootQ',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography' }),
  guides: [
    mailGuide(
      'New leads, if ShootQ mails them to you. Nothing current is known about ShootQ, its mails included: what cannot be read is set aside for you.',
      DOMAINS,
    ),
    fileGuide('Jobs and clients from any list that you can get out as CSV. No export of ShootQ is documented.', [
      'Get your jobs out of ShootQ as CSV, or keep them in a spreadsheet and save that as CSV.',
    ]),
  ],
  webhook: null,
  bridge: null,
  file: { columns: fileColumns(file.means) },
  mail: { domains: DOMAINS },
  missing: [
    'Contracts, invoices, payments and questionnaires.',
    'Changes of a job, except where they show in a new file.',
  ],
  sources: [],
};
