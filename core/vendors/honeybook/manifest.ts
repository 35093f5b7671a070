import type { VendorManifest } from '../vendor.ts';

export const HONEYBOOK_TRIGGERS = ['client_created', 'new_inquiry', 'project_booked', 'project_stage_changed', 'payment_paid', 'meeting_scheduled'] as const;
export type HoneybookTrigger = (typeof HONEYBOOK_TRIGGERS)[number];

export const manifest: VendorManifest = {
  id: 'honeybook',
  name: 'HoneyBook',
  category: 'business_crm',
  path: 'bridge',
  capabilities: { webhook: true, reread: false, poll: false, push: false },
  fields: [
    { key: 'bearerToken', label: 'Bearer token', help: 'Goes into the Authorization header of your Zap or scenario, after Bearer.', sensitive: true, required: true },
    {
      key: 'bearerTokenPrevious',
      label: 'Previous bearer token',
      help: 'Only while you change the token in your Zaps: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
    },
  ],
  webhook: {
    headers: ['authorization'],
    mediaTypes: ['application/json', 'application/x-www-form-urlencoded'],
    events: [...HONEYBOOK_TRIGGERS],
    verification: 'secret_url_and_bearer',
    toleranceSeconds: null,
  },
  sources: ['https://zapier.com/apps/honeybook/integrations', 'https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps'],
};
