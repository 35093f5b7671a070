import { createHash, createHmac } from 'node:crypto';
import twilioLibrary from 'twilio';
import { twilio } from '../../../core/vendors/twilio/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, CALLED_URL, fixtures } from '../ports.ts';

export const TOKEN = 'twilio-auth-token';
const SID = `AC${'0'.repeat(31)}a`;
export const FORM = 'application/x-www-form-urlencoded';

/** A form as Twilio sends it, signed by its own library. */
export function form(fields: Readonly<Record<string, string>>, secret = TOKEN, url = CALLED_URL): WebhookRequest {
  const body = new URLSearchParams(fields).toString();
  return call(Buffer.from(body), { 'x-twilio-signature': twilioLibrary.getExpectedTwilioSignature(secret, url, fields) }, { mediaType: FORM, url });
}

/** JSON: only the address is signed, and it carries the hash of the body. */
export function json(body: Uint8Array, secret = TOKEN): WebhookRequest {
  const bodySHA256 = createHash('sha256').update(body).digest('hex');
  const url = `${CALLED_URL}?bodySHA256=${bodySHA256}`;
  return call(body, { 'x-twilio-signature': twilioLibrary.getExpectedTwilioSignature(secret, url, {}) }, { url, query: { bodySHA256 } });
}

export const samples: VendorSamples = {
  vendor: twilio,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c012', settings: { accountSid: SID, baseUrl: 'https://twilio.test' }, secrets: { authToken: TOKEN } },
  prove(body, { mediaType = FORM, secret = TOKEN } = {}) {
    if (mediaType !== FORM) return json(body, secret);
    const text = Buffer.from(body).toString('utf8');
    const fields = Object.fromEntries(new URLSearchParams(text));
    // The library signs fields; what is no form is signed by the documented rule, as if it had none.
    if (new URLSearchParams(fields).toString() === text) return form(fields, secret);
    return call(body, { 'x-twilio-signature': createHmac('sha1', secret).update(CALLED_URL).digest('base64') }, { mediaType });
  },
  bodyKind: 'form',
  deliveries: [
    ...fixtures('twilio').map(({ name, body }) => ({ name, body: new URLSearchParams(JSON.parse(body) as Record<string, string>).toString(), mediaType: FORM })),
    { name: 'ignored.json', body: '{"event":"something else"}', mediaType: 'application/json' },
  ],
  tryOut: {
    respond: ({ url, headers }) => ({
      status: url === `https://twilio.test/2010-04-01/Accounts/${SID}.json` && headers['authorization'] === `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}` ? 200 : 404,
      headers: {},
      body: JSON.stringify({ sid: SID, friendly_name: 'Orchard Barn', status: 'active', type: 'Full', auth_token: TOKEN }),
    }),
    account: 'Orchard Barn',
    secretValues: [TOKEN],
  },
};
