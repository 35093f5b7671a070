import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://graph.facebook.com/v23.0';

export const manifest: VendorManifest = {
  id: 'whatsapp',
  name: 'WhatsApp Business',
  category: 'messaging',
  paths: ['native'],
  capabilities: { webhook: true, reread: false, poll: false, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    { key: 'appSecret', label: 'App secret', help: 'App settings > Basic, in your Meta app.', sensitive: true, required: true, proves: 'only' },
    {
      key: 'appSecretPrevious',
      label: 'Previous app secret',
      help: 'Only while you reset it: both are accepted until you clear this field.',
      sensitive: true,
      required: false, proves: 'only',
    },
    {
      key: 'verifyToken',
      label: 'Verify token',
      help: 'Made up here; Meta asks for it when the address is entered.',
      sensitive: true,
      required: true, proves: 'only',
      input: 'generated',
    },
    {
      key: 'phoneNumberId',
      label: 'Phone number ID',
      help: 'WhatsApp > API setup; digits. Needed only to try the connection out.',
      sensitive: false,
      required: false,
    },
    {
      key: 'businessAccountId',
      label: 'WhatsApp Business account ID',
      help: 'WhatsApp > API setup, beside the phone number ID; digits. With it, trying out says whether your app is subscribed to that account.',
      sensitive: false,
      required: false,
    },
    {
      key: 'systemToken',
      label: 'System user token',
      help: 'Business settings > System users, with whatsapp_business_management. Needed only to try the connection out.',
      sensitive: true,
      required: false,
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'WhatsApp messages to your business number, how far those that you send have got, and who stops or resumes your news, within seconds.',
      steps: [
        'Open developers.facebook.com/apps and choose the app that your WhatsApp number belongs to.',
        'Under App settings, then Basic, show the app secret and paste it here; save.',
        'Under WhatsApp, then Configuration, edit the webhook and enter this address: {webhookUrl}',
        'Enter this verify token: {generated}',
        'Choose Verify and save, then subscribe to the fields messages and user_preferences.',
        'Subscribe the app to the business account that the number is in, or nothing comes: with the system user token send a POST to ' +
          `${DEFAULT_BASE_URL}/ID/subscribed_apps, ID being the WhatsApp Business account ID. The answer is {"success": true}.`,
        'Enter that ID here as well: then trying out says whether the app is subscribed.',
        'Write to the number from a phone; the message appears here.',
      ],
    },
  ],
  webhook: {
    headers: ['x-hub-signature-256'],
    mediaTypes: ['application/json', ''],
    events: ['messages', 'user_preferences'],
    verification: 'hmac',
    toleranceSeconds: null,
    handshake: true,
  },
  priority: { urgent: ['messages'], bulk: [] },
  bridge: null,
  file: null,
  mail: null,
  masks: ['from', 'wa_id', 'recipient_id', 'profile', 'text', 'contacts', 'caption', 'location', 'title', 'filename'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Reactions, groups, pictures, voice and places; they are named, not fetched.',
    'Texts of messages that were sent from elsewhere; only how far they got.',
    'What was written before it was connected, and anything from here to WhatsApp.',
  ],
  sources: [
    'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
    'https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks',
    'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences',
    'https://github.com/facebook/openapi',
  ],
};
