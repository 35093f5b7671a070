import { createHmac } from 'node:crypto';
import { microsoftTeams } from '../../../core/vendors/microsoft-teams/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';

export const TOKEN = Buffer.from('teams-fixture-security-token-32b').toString('base64');

/** By the documented rule; there is no official library for it. */
export const signed = (body: Uint8Array, token = TOKEN): Record<string, string> => ({
  authorization: `HMAC ${createHmac('sha256', Buffer.from(token, 'base64')).update(body).digest('base64')}`,
});

export const samples: VendorSamples = {
  vendor: microsoftTeams,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c015', settings: {}, secrets: { securityToken: TOKEN } },
  prove: (body, { mediaType = 'application/json', secret } = {}) => call(body, signed(body, secret), { mediaType }),
  deliveries: fixtures('microsoft-teams').map((each) => ({ ...each, mediaType: 'application/json' })),
};
