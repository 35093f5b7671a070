import { vscoWorkspace } from '../../../core/vendors/vsco-workspace/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call, fixtures } from '../ports.ts';
import { contact, IDS, job, jobContact, order, payment, session } from './objects.ts';

const API_KEY = 'vsco-fixture-key';

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** Lists sorted by change: a job too old to matter, a session that was moved, a payment. */
export function lists(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  if (url.searchParams.get('sortBy') !== 'modified desc') return { status: 400, headers: {}, body: '{}' };
  const page = Number(url.searchParams.get('page'));
  const collections: Readonly<Record<string, readonly (readonly object[])[]>> = {
    '/api/v2/job': [[{ ...job, id: '01k9second', modified: '2026-10-21T10:00:00Z' }, job], [{ ...job, id: '01k9old', modified: '2025-01-01T10:00:00Z' }], [{ ...job, id: '01k9older', modified: '2024-01-01T10:00:00Z' }]],
    '/api/v2/event': [[session]],
    '/api/v2/payment': [[payment]],
    '/api/v2/order': [[order]],
  };
  const pages = collections[url.pathname] ?? [[]];
  return answer({ type: 'collection', meta: { currentPage: page, totalPages: pages.length }, items: pages[page - 1] ?? [] });
}

export const samples: VendorSamples = {
  vendor: vscoWorkspace,
  nowMs: 1_793_000_100_000,
  knownAgainMs: 900,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c003',
    settings: { baseUrl: 'http://vsco.test/api/v2', currency: 'GBP', vendorName: 'Northlight Photography' },
    secrets: { apiKey: API_KEY },
  },
  prove: (body, options = {}) => call(body, { 'content-type': 'application/json' }, { mediaType: options.mediaType ?? 'application/json' }),
  // `hook.<event>`: the body is the same for all, the event stands in the address that the hook was made with.
  deliveries: fixtures('vsco-workspace').map((each) => ({ ...each, mediaType: 'application/json', query: { event: each.name.replace('hook.', '') } })),
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
      [`/api/v2/job/${IDS.job}/order`, { items: [order] }],
    ]),
    secretValues: [API_KEY],
  },
  calendar: { calendarRef: '01k9studiofx00000000000001', remoteId: '01k9event00000000000000001', secretValues: [API_KEY] },
  poll: { respond: lists, brings: 5, secretValues: [API_KEY] },
  tryOut: { respond: () => answer({ name: 'Northlight Photography', currencyCode: 'GBP' }), account: 'Northlight Photography', secretValues: [API_KEY] },
};
