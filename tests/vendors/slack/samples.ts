import { createHmac } from 'node:crypto';
import { slack } from '../../../core/vendors/slack/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { bytes, call, fixtures } from '../ports.ts';

const SECRET = 'slack-signing-secret';
const TOKEN = 'xoxb-fixture-token';
export const nowMs = 1_793_000_100_000;

/** By the documented rule; the official verifier is asked about it in the tests. */
export function signed(body: Uint8Array, secret = SECRET, at = nowMs): Record<string, string> {
  const seconds = String(Math.floor(at / 1000));
  return { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest('hex')}` };
}

const challenge = bytes(JSON.stringify({ token: 'legacy', challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P', type: 'url_verification' }));

export const samples: VendorSamples = {
  vendor: slack,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c011', settings: { baseUrl: 'https://slack.test/api' }, secrets: { signingSecret: SECRET, botToken: TOKEN } },
  prove: (body, { mediaType = 'application/json', secret, at } = {}) => call(body, signed(body, secret, at), { mediaType }),
  deliveries: [
    ...fixtures('slack').map((each) => ({ ...each, mediaType: 'application/json' })),
    { name: 'a button', body: `payload=${encodeURIComponent(JSON.stringify({ type: 'block_actions', trigger_id: '1.2.a' }))}`, mediaType: 'application/x-www-form-urlencoded' },
    { name: 'a command', body: 'command=%2Fwedding&text=today&trigger_id=1.2.b', mediaType: 'application/x-www-form-urlencoded' },
  ],
  handshakes: [
    {
      name: 'answers the signed challenge',
      request: call(challenge, signed(challenge)),
      reply: { status: 200, mediaType: 'text/plain', body: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
    },
  ],
  tryOut: {
    respond: ({ url, headers }) => ({
      status: url === 'https://slack.test/api/auth.test' && headers['authorization'] === `Bearer ${TOKEN}` ? 200 : 404,
      headers: {},
      body: JSON.stringify({ ok: true, url: 'https://orchard.slack.test/', team: 'Orchard Barn', user: 'wedsync', team_id: 'T0FIXTURE', user_id: 'U0BOT', bot_id: 'B0FIXTURE' }),
    }),
    account: 'Orchard Barn',
    secretValues: [TOKEN],
  },
};
