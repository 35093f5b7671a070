import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.twilio.com';

export const manifest: VendorManifest = {
  id: 'twilio',
  name: 'Twilio',
  category: 'messaging',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: false, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    {
      key: 'accountSid',
      label: 'Account SID',
      help: 'On the first page of the Twilio console; begins with AC. Needed to try the connection out.',
      sensitive: false,
      required: false,
    },
    {
      key: 'authToken',
      label: 'Auth token',
      help: 'The primary one, below the account SID. Twilio signs with it, also where API keys are used.',
      sensitive: true,
      required: true, proves: 'also',
    },
    {
      key: 'authTokenPrevious',
      label: 'Previous auth token',
      help: 'Only while you promote a secondary token: both are accepted until you clear this field.',
      sensitive: true,
      required: false, proves: 'also',
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Text and WhatsApp messages to your Twilio numbers, how far those that you send have got, and who asks not to be texted, within seconds.',
      steps: [
        'In the Twilio console copy the account SID and the auth token and paste them here; save.',
        'Open Phone numbers, then your number, then Messaging configuration.',
        'Under "A message comes in" choose Webhook, HTTP POST, and enter this address: {webhookUrl}',
        'With a messaging service, enter the same address under Integration: incoming messages, and as delivery status callback.',
        'Switch on Advanced Opt-Out in the messaging service: only then Twilio tells who stops and resumes texts.',
        'Send a text to the number; it appears here.',
      ],
    },
  ],
  webhook: {
    headers: ['x-twilio-signature', 'i-twilio-idempotency-token'],
    mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
    events: ['message.received', 'message.queued', 'message.sent', 'message.delivered', 'message.undelivered', 'message.failed', 'message.read'],
    verification: 'hmac',
    toleranceSeconds: null,
    handshake: false,
  },
  priority: { urgent: ['message.received', 'message.undelivered', 'message.failed'], bulk: [] },
  bridge: null,
  file: null,
  mail: null,
  masks: ['From', 'To', 'Body', 'WaId', 'ProfileName', 'FromCity', 'FromZip', 'ToCity', 'ToZip'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Who stopped texts before it was connected, or without Advanced Opt-Out.',
    'Calls and voice mail.',
    'Pictures and files: they are counted, not fetched.',
    'Texts of messages that were sent from elsewhere; only how far they got.',
    'Anything from here to Twilio.',
  ],
  sources: [
    'https://www.twilio.com/docs/usage/security',
    'https://www.twilio.com/docs/messaging/guides/webhook-request',
    'https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out',
    'https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks',
    'https://github.com/twilio/twilio-oai',
  ],
};
