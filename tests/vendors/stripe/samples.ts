import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { stripe } from '../../../core/vendors/stripe/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { fixtures } from '../ports.ts';

const SECRET = 'whsec_test_fixture_secret';
const nowMs = 1_793_000_100_000;

/** Signed by Stripe's own library; it takes text only, so bytes that are no text are signed by the documented rule. */
function header(body: Uint8Array, secret: string, at: number): string {
  const payload = Buffer.from(body).toString('utf8');
  const timestamp = Math.floor(at / 1000);
  if (Buffer.from(payload, 'utf8').equals(Buffer.from(body))) return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return `t=${timestamp},v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

export const samples: VendorSamples = {
  vendor: stripe,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c001', settings: {}, secrets: { signingSecret: SECRET } },
  prove: (body, options = {}) => ({
    rawBody: body,
    mediaType: options.mediaType ?? 'application/json',
    headers: { 'stripe-signature': header(body, options.secret ?? SECRET, options.at ?? nowMs), 'content-type': 'application/json' },
  }),
  deliveries: fixtures('stripe').map((each) => ({ ...each, mediaType: 'application/json' })),
};
