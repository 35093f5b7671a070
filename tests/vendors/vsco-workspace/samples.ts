import { vscoWorkspace } from '../../../core/vendors/vsco-workspace/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { fixtures } from '../ports.ts';
import { contact, IDS, job, jobContact, order, payment, session } from './objects.ts';

const API_KEY = 'vsco-fixture-key';

export const samples: VendorSamples = {
  vendor: vscoWorkspace,
  nowMs: 1_793_000_100_000,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c003',
    settings: { baseUrl: 'http://vsco.test/api/v2', currency: 'GBP', vendorName: 'Northlight Photography' },
    secrets: { apiKey: API_KEY },
  },
  prove: (body, options = {}) => ({ rawBody: body, mediaType: options.mediaType ?? 'application/json', headers: { 'content-type': 'application/json' } }),
  deliveries: fixtures('vsco-workspace').map((each) => ({ ...each, mediaType: 'application/json' })),
  reread: {
    hints: [
      { remoteType: 'job', remoteId: IDS.job },
      { remoteType: 'contact', remoteId: IDS.contact },
      { remoteType: 'order', remoteId: IDS.order },
      { remoteType: 'payment', remoteId: IDS.payment },
    ],
    answers: new Map<string, unknown>([
      [`/api/v2/job/${IDS.job}`, job],
      [`/api/v2/event/${IDS.session}`, session],
      [`/api/v2/address-book/${IDS.contact}`, contact],
      [`/api/v2/order/${IDS.order}`, order],
      [`/api/v2/payment/${IDS.payment}`, payment],
      ['/api/v2/job-contact', { items: [jobContact] }],
    ]),
    secretValues: [API_KEY],
  },
};
