import type { VendorManifest } from '../vendor.ts';

export const manifest: VendorManifest = {
  id: 'microsoft-teams',
  name: 'Microsoft Teams',
  category: 'messaging',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: false, file: false, feed: false, mail: false, test: false, push: false },
  fields: [
    {
      key: 'securityToken',
      label: 'Security token',
      help: 'Teams shows it once, when the outgoing webhook is created.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'securityTokenPrevious',
      label: 'Previous security token',
      help: 'Only while you replace the outgoing webhook: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'What is said in a team to the name that you choose here, at once. Other messages are not seen.',
      steps: [
        'In Teams open the team, then Manage team, then Apps, and choose Create an outgoing webhook.',
        'Name it as people shall call it, e.g. WedSync.',
        'Enter this address as callback URL: {webhookUrl}',
        'Choose Create, copy the security token that is shown and paste it here.',
        'In a channel write @WedSync and a sentence: it appears here, and Teams shows our answer.',
      ],
    },
  ],
  webhook: { headers: [], mediaTypes: ['application/json'], events: ['message'], verification: 'hmac', toleranceSeconds: null, handshake: false },
  bridge: null,
  file: null,
  mail: null,
  masks: ['from', 'text', 'content', 'conversation', 'entities', 'serviceUrl'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Messages that do not call the name, edits, deletions, reactions and files.',
    'Private channels and chats.',
    'Anything from here to Teams.',
  ],
  sources: ['https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook'],
};
