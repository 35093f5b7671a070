import { createHmac } from 'node:crypto';
import { whatsapp } from '../../../core/vendors/whatsapp/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { bytes, call, fixtures } from '../ports.ts';

const SECRET = 'meta-app-secret';
const SYSTEM = 'meta-system-token';
export const VERIFY_TOKEN = 'verify-0123456789';

export const signed = (body: Uint8Array, secret = SECRET): Record<string, string> => ({ 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` });
export const question = (query: Readonly<Record<string, string>>): WebhookRequest => call(bytes(''), {}, { method: 'GET', query, mediaType: '' });
const refused = { status: 403, mediaType: 'text/plain', body: '' };

export const samples: VendorSamples = {
  vendor: whatsapp,
  nowMs: 1_793_000_100_000,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c013', settings: { phoneNumberId: '106540352242922', businessAccountId: '102290129340398', baseUrl: 'https://meta.test/v23.0' },
    secrets: { appSecret: SECRET, verifyToken: VERIFY_TOKEN, systemToken: SYSTEM },
  },
  prove: (body, { mediaType = 'application/json', secret } = {}) => call(body, signed(body, secret), { mediaType }),
  deliveries: fixtures('whatsapp').map((each) => ({ ...each, mediaType: 'application/json' })),
  handshakes: [
    { name: 'gives the challenge back', request: question({ 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' }), reply: { status: 200, mediaType: 'text/plain', body: '1158201444' } },
    { name: 'refuses another token', request: question({ 'hub.mode': 'subscribe', 'hub.verify_token': `${VERIFY_TOKEN}0`, 'hub.challenge': '1158201444' }), reply: refused },
    { name: 'refuses no token', request: question({ 'hub.mode': 'subscribe', 'hub.challenge': '1158201444' }), reply: refused },
    { name: 'refuses markup as challenge', request: question({ 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '<script>' }), reply: refused },
    { name: 'refuses another mode', request: question({ 'hub.mode': 'unsubscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1' }), reply: refused },
  ],
  tryOut: {
    respond: ({ url, headers }) => {
      const known = headers['authorization'] === `Bearer ${SYSTEM}`;
      const answer = (body: object) => ({ status: known ? 200 : 404, headers: {}, body: JSON.stringify(body) });
      if (url === 'https://meta.test/v23.0/102290129340398/subscribed_apps') return answer({ data: [{ whatsapp_business_api_data: { id: '670843887433847', name: 'Orchard desk', link: 'https://www.facebook.com/games/?app_id=670843887433847' } }] });
      if (!url.startsWith('https://meta.test/v23.0/106540352242922?')) return { status: 404, headers: {}, body: '' };
      return answer({ id: '106540352242922', verified_name: 'Orchard Barn', display_phone_number: '+44 1632 960001', quality_rating: 'GREEN' });
    },
    account: 'Orchard Barn',
    secretValues: [SYSTEM],
  },
};
