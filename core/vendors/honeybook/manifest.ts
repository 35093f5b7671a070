import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import { capabilitiesOf, recipeFields, WITHOUT_API } from '../recipe.ts';
import type { VendorManifest } from '../vendor.ts';

export const recipe: BridgeRecipe = {
  triggers: [
    { trigger: 'client_created', label: 'Client Created', instant: true, kind: 'client' },
    { trigger: 'new_inquiry', label: 'New Inquiry', instant: true, kind: 'lead' },
    { trigger: 'project_booked', label: 'New Project Booked', instant: true, kind: 'booking' },
    { trigger: 'project_stage_changed', label: 'Project Stage Changed', instant: true, kind: 'stage' },
    { trigger: 'payment_paid', label: 'New Payment Paid', instant: true, kind: 'payment', gives: { payment_status: 'paid' } },
    { trigger: 'meeting_scheduled', label: 'Meeting Scheduled', instant: true, kind: 'meeting' },
  ],
};

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(recipe),
  id: 'honeybook',
  name: 'HoneyBook',
  category: 'business_crm',
  paths: ['bridge'],
  capabilities: capabilitiesOf(['bridge']),
  fields: recipeFields({ paths: ['bridge'], trade: 'other' }),
  guides: [
    bridgeGuide({
      brings: 'Clients, enquiries, bookings, stages, payments and meetings, at once: the triggers of HoneyBook are instant in Zapier and in Make.',
      zapier: 'HoneyBook',
      make: 'HoneyBook > Watch events',
    }),
  ],
  file: null,
  mail: null,
  missing: [
    'Messages, files, contracts, proposals and invoices: its apps in Zapier and Make do not tell of them.',
    'Refunds and cancellations, except where they show as a new stage.',
    'Whatever was there before the Zap or scenario was switched on.',
  ],
  sources: ['https://zapier.com/apps/honeybook/integrations', 'https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps'],
};
