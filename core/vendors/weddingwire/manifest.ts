import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { LeadRecipe } from '../mails.ts';
import { siteField, type MailSite } from '../mailSites.ts';
import type { IntegrationPath, VendorManifest } from '../manifest.ts';
import { capabilitiesOf, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';

const PATHS: IntegrationPath[] = ['mail', 'bridge'];
export const bridge: BridgeRecipe = {
  triggers: [
    {
      trigger: 'lead_mail',
      label: 'New email in the mailbox that gets the leads',
      instant: false,
      kind: 'lead',
      required: ['source_id', 'client_name', 'client_email'],
    },
  ],
};
/** Both are of one company, and its third domain sends for both. */
const SITES: readonly MailSite[] = [
  { id: 'weddingwire', name: 'WeddingWire', domains: ['weddingwire.com'], called: /\bwedding ?wire\b/i },
  { id: 'theknot', name: 'The Knot', domains: ['theknot.com'], called: /\bthe ?knot\b(?! worldwide)/i },
];
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i], sites: SITES };
const DOMAINS = ['weddingwire.com', 'theknot.com', 'weddingpro.com'];

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(bridge),
  id: 'weddingwire',
  name: 'WeddingWire and The Knot',
  category: 'leads',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: [...recipeFields({ paths: PATHS, trade: 'venue' }), siteField(SITES)],
  guides: [
    mailGuide('New leads and booking requests of both sites, as soon as the notification mail comes.', DOMAINS),
    bridgeGuide({
      brings: 'New leads, out of the mailbox that gets them: for mailboxes that cannot forward by themselves. A few minutes later.',
      zapier: 'Gmail, Outlook or Email Parser by Zapier',
    }),
  ],
  file: null,
  mail: { domains: DOMAINS },
  missing: [
    'Answers and messages after the first one, reviews and deposits.',
    'Leads from before mails were forwarded.',
  ],
  sources: ['WeddingPro help pages on the inbox'],
};
