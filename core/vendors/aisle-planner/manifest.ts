import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['bridge'];
export const bridge: BridgeRecipe = {
  triggers: [
    { trigger: 'new_project', label: 'New Project', instant: false, kind: 'booking' },
    { trigger: 'new_lead', label: 'New Lead', instant: false, kind: 'lead' },
    { trigger: 'payment_received', label: 'Payment Received', instant: false, kind: 'payment', gives: { payment_status: 'paid' } },
  ],
};

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'aisle-planner',
  name: 'Aisle Planner',
  category: 'planning',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'planning' }),
  guides: [
    bridgeGuide({
      brings: 'New projects, leads and payments. Whether the triggers are instant is not said; count on a few minutes.',
      zapier: 'Aisle Planner',
      first: [
        'In Aisle Planner, open Business Settings > Integrations and copy the API key that is meant for Zapier. Only Zapier asks for it; we do not.',
      ],
    }),
  ],
  file: null,
  mail: null,
  missing: [
    'Changes and cancellations: its app in Zapier tells what is new only.',
    'Timelines, checklists, budgets, guest lists and seating.',
    'Whatever was there before the Zap was switched on.',
  ],
  sources: ['Aisle Planner help pages on Zapier'],
};
