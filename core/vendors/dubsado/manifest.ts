import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['bridge'];
export const bridge: BridgeRecipe = {
  triggers: [
    { trigger: 'project_lead', label: 'New Project as Lead', instant: true, kind: 'lead' },
    { trigger: 'project_job', label: 'New Project as Job', instant: true, kind: 'booking' },
    { trigger: 'project_status_updated', label: 'Project Status Updated', instant: true, kind: 'stage' },
    {
      trigger: 'contract_signed',
      label: 'Contract Signed',
      instant: true,
      kind: 'document',
      gives: { document_kind: 'contract', document_status: 'signed' },
    },
    { trigger: 'payment_received', label: 'New Payment Received', instant: true, kind: 'payment', gives: { payment_status: 'paid' } },
  ],
};

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'dubsado',
  name: 'Dubsado',
  category: 'business_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'other' }),
  guides: [
    bridgeGuide({
      brings: 'Leads, jobs, status changes, signed contracts and payments, at once: the triggers of Dubsado are instant.',
      zapier: 'Dubsado',
      first: ['In Dubsado, open Settings > Integrations and copy the API key that is meant for Zapier. Only Zapier asks for it; we do not.'],
    }),
  ],
  file: null,
  mail: null,
  missing: [
    'Forms, questionnaires, invoices and appointments; of contracts only that one was signed.',
    'Deletions and refunds: no trigger for them is known.',
    'Whatever was there before the Zap was switched on.',
  ],
  sources: ['Dubsado\'s page in the Zapier app directory'],
};
