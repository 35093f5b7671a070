import { createHmac, createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { resend } from '../../../core/vendors/resend/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';

const KEY = 're_fixture_key';
export const SECRET = `whsec_${Buffer.from('resend-fixture-secret-32-bytes!!').toString('base64')}`;
export const nowMs = 1_793_000_100_000;
const asSecret = (secret: string): string => (secret.startsWith('whsec_') ? secret : `whsec_${Buffer.from(secret).toString('base64')}`);

/** Signed by the official library; it takes text only, so bytes that are no text are signed by the documented rule. */
export function signed(body: Uint8Array, secret = SECRET, at = nowMs): Record<string, string> {
  const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 20)}`;
  const seconds = Math.floor(at / 1000);
  const text = Buffer.from(body).toString('utf8');
  const signature = Buffer.from(text, 'utf8').equals(Buffer.from(body))
    ? new Webhook(asSecret(secret)).sign(id, new Date(at), text)
    : `v1,${createHmac('sha256', Buffer.from(asSecret(secret).slice(6), 'base64')).update(`${id}.${seconds}.`).update(body).digest('base64')}`;
  return { 'svix-id': id, 'svix-timestamp': String(seconds), 'svix-signature': signature };
}

export const RECEIVED_ID = '56761188-7520-42d8-8898-ff6fc54ce007';
/** A received mail as the interface answers it; made up. */
export const receivedMail = {
  object: 'email', id: RECEIVED_ID, to: ['events@orchard.example'], from: '"Ada Host" <Ada@Example.org>', subject: 'Your final numbers', message_id: '<fixture@example.org>',
  bcc: [], cc: [], reply_to: [], html: '<p>We are eighty.</p>', text: 'We are eighty.\nAda', headers: {}, created_at: '2026-10-26T07:33:20.000Z', attachments: [],
};

export const samples: VendorSamples = {
  vendor: resend,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c014', settings: { baseUrl: 'https://resend.test' }, secrets: { signingSecret: SECRET, apiKey: KEY } },
  prove: (body, { mediaType = 'application/json', secret, at } = {}) => call(body, signed(body, secret, at), { mediaType }),
  deliveries: fixtures('resend').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [{ remoteType: 'received', remoteId: RECEIVED_ID }],
    answers: new Map([[`/emails/receiving/${RECEIVED_ID}`, receivedMail]]),
    secretValues: [KEY],
  },
  tryOut: {
    respond: ({ url, headers }) => ({
      status: url === 'https://resend.test/domains' && headers['authorization'] === `Bearer ${KEY}` ? 200 : 404,
      headers: {},
      body: JSON.stringify({ object: 'list', has_more: false, data: [{ id: 'd91cd9bd-1176-453e-8fc1-35364d380206', name: 'orchard.example', status: 'verified', created_at: '2026-01-01T00:00:00.000Z', region: 'eu-west-1' }] }),
    }),
    account: 'orchard.example',
    secretValues: [KEY],
  },
};
