import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://slack.com/api';
/** How far a signed time may be off, either way. */
export const TOLERANCE_SECONDS = 300;

export const manifest: VendorManifest = {
  id: 'slack',
  name: 'Slack',
  category: 'messaging',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: false, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'signingSecret',
      label: 'Signing secret',
      help: 'Basic information > App credentials, in your Slack app.',
      sensitive: true,
      required: true,
      proves: 'only',
    },
    {
      key: 'signingSecretPrevious',
      label: 'Previous signing secret',
      help: 'Only while you regenerate it: both are accepted until you clear this field.',
      sensitive: true,
      required: false,
      proves: 'only',
    },
    {
      key: 'botToken',
      label: 'Bot token',
      help: 'OAuth & permissions; begins with xoxb-. Needed only to try the connection out.',
      sensitive: true,
      required: false,
    },
    { key: 'baseUrl', label: 'API address', help: `Leave empty for ${DEFAULT_BASE_URL}.`, sensitive: false, required: false, input: 'url' },
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Messages of the channels that the app is in, also when they are edited or taken back, within seconds.',
      steps: [
        'Open api.slack.com/apps and create an app for your workspace, from scratch.',
        'Under Basic information, copy the signing secret and paste it here; save.',
        'Under Event subscriptions, switch events on and enter this address: {webhookUrl}',
        'Wait until Slack says that it is verified, then subscribe to the bot events message.channels and message.groups.',
        'Under OAuth & permissions, install the app, copy the bot token and paste it here.',
        'In Slack, invite the app into each channel that belongs here: /invite and its name.',
      ],
    },
  ],
  webhook: {
    headers: ['x-slack-signature', 'x-slack-request-timestamp', 'x-slack-retry-num', 'x-slack-retry-reason'],
    mediaTypes: ['application/json', 'application/x-www-form-urlencoded'],
    events: ['message', 'message_changed', 'message_deleted'],
    verification: 'hmac_timestamped',
    toleranceSeconds: TOLERANCE_SECONDS,
    handshake: true,
  },
  bridge: null,
  file: null,
  mail: null,
  masks: ['token', 'text', 'blocks', 'user_profile', 'response_url', 'attachments', 'files', 'username', 'real_name', 'display_name'],
  limits: { perSecond: 1, atOnce: null },
  missing: [
    'What was said before the app was invited, and what is said in private.',
    'What apps write, reactions, and the content of files.',
    'Names of people, where Slack sends only their id.',
    'Anything from here to Slack.',
  ],
  sources: [
    'https://api.slack.com/authentication/verifying-requests-from-slack',
    'https://api.slack.com/apis/events-api',
    'https://api.slack.com/events/message',
    'https://github.com/slackapi/slack-api-specs',
  ],
};
