import { honeybook } from '../../../core/vendors/honeybook/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';

const TOKEN = 'hb_fixture_token_0123456789';

export const samples: VendorSamples = {
  vendor: honeybook,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c002', settings: {}, secrets: { bearerToken: TOKEN } },
  prove: (body, options = {}) => {
    const mediaType = options.mediaType ?? 'application/json';
    return call(body, { authorization: `Bearer ${options.secret ?? TOKEN}`, 'content-type': mediaType }, { mediaType });
  },
  deliveries: fixtures('honeybook').map((each) => ({ ...each, mediaType: 'application/json' })),
};
