import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['bridge'];
export const bridge: BridgeRecipe = {
  triggers: [
    { trigger: 'new_lead', label: 'New Lead', instant: true, kind: 'lead' },
    { trigger: 'new_booking', label: 'New Booking', instant: true, kind: 'booking' },
    { trigger: 'new_payment', label: 'New Payment', instant: true, kind: 'payment', gives: { payment_status: 'paid' } },
  ],
};

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'sprout-studio',
  name: 'Sprout Studio',
  category: 'photo_crm',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: recipeFields({ paths: PATHS, trade: 'photography' }),
  guides: [
    bridgeGuide({ brings: 'New leads, bookings (a lead that became a shoot) and payments, at once: the triggers of Sprout Studio are ' +
      'instant.', zapier: 'Sprout Studio' }),
  ],
  file: null,
  mail: null,
  missing: [
    'Changes and cancellations of a shoot: its app in Zapier has no trigger for them.',
    'Contracts, questionnaires, galleries, invoices and messages.',
    'Whatever was there before the Zap was switched on.',
  ],
  sources: ['Sprout Studio\'s page in the Zapier app directory'],
};
