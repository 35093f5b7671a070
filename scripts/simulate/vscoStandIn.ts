import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A stand-in for the VSCO Workspace REST API v2: not the vendor's program and not its data. It answers on loopback, from
 * memory, in the shapes of the vendor's published contract (a test holds that), as far as our own reads need it:
 * one object by id, a job's contacts and orders, the studio. Used by `npm run simulate` and by tests.
 */

export const VSCO_KINDS = ['job', 'contact', 'order', 'payment', 'event', 'job-contact'] as const;
export type VscoKind = (typeof VSCO_KINDS)[number];
export type VscoObject = Readonly<Record<string, unknown>> & { readonly id: string };

export interface VscoStandIn {
  /** Base address, as it belongs into a connection's `baseUrl`. */
  readonly url: string;
  /** Adds or merges an object and stamps `modified`. Returns what stands now. */
  put(kind: VscoKind, object: VscoObject): VscoObject;
  /** The next `times` requests get this status; `retryAfterSeconds` goes with 429 and 503. */
  failNext(status: number, times: number, retryAfterSeconds?: number): void;
  /** How often an object was read with success. */
  reads(kind: VscoKind, id: string): number;
  /** All requests so far, answered in any way. */
  requestCount(): number;
  close(): Promise<void>;
}

const COLLECTION: Readonly<Record<VscoKind, string>> = {
  job: 'job',
  contact: 'address-book',
  order: 'order',
  payment: 'payment',
  event: 'event',
  'job-contact': 'job-contact',
};
const KIND_OF = new Map(Object.entries(COLLECTION).map(([kind, collection]) => [collection, kind as VscoKind]));

const DEFAULTS: Readonly<Record<VscoKind, Readonly<Record<string, unknown>>>> = {
  job: { stage: 'lead', closed: false, sample: false, webLead: false, eventDate: null, primarySessionId: null, externalMappings: [], totalRevenue: 0 },
  contact: { kind: 'person', email: null, externalMappings: [] },
  order: { status: 'open', bookedElectronically: false, bookedFromQuote: false, lineItems: [], paymentAllocations: [], invoices: [] },
  payment: {
    jobId: null,
    payerId: null,
    status: 'posted',
    amount: 0,
    refundedAmount: 0,
    memo: null,
    received: null,
    processedViaClientAccess: true,
    paymentAllocations: [],
  },
  event: { allDay: false, channel: 'InPerson', confirmed: true, jobId: null, startUtc: null, endUtc: null, location: null },
  'job-contact': { client: true, jobRoles: [], roleKinds: ['client'] },
};

export interface VscoStandInOptions {
  readonly port: number;
  /** The only key that is let in. */
  readonly apiKey: string;
  readonly currency?: string;
  readonly studioName?: string;
}

/** `port` 0 takes a free one. Rejects when the port is taken. */
export async function startVscoStandIn(options: VscoStandInOptions): Promise<VscoStandIn> {
  const objects = new Map<string, VscoObject>();
  const readCounts = new Map<string, number>();
  let failures: { status: number; left: number; retryAfterSeconds: number } | null = null;
  let requests = 0;
  let lastStamp = 0;
  let url = '';

  const now = (): string => {
    lastStamp = Math.max(Date.now(), lastStamp + 1);
    return new Date(lastStamp).toISOString();
  };
  const answer = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const refuse = (response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void => {
    const title = STATUS_CODES[status] ?? 'Error';
    answer(response, status, { type: status === 429 ? 'quota-limit' : 'unknown', title, detail: `${title}: this is the stand-in.`, status }, headers);
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests += 1;
    request.resume();
    if (failures && failures.left > 0) {
      failures.left -= 1;
      refuse(response, failures.status, failures.status === 429 || failures.status === 503 ? { 'retry-after': String(failures.retryAfterSeconds) } : {});
      return;
    }
    if (request.headers['x-api-key'] !== options.apiKey) return refuse(response, 401);
    if (request.method !== 'GET') return refuse(response, 405);
    const address = new URL(request.url ?? '/', 'http://stand-in');
    const [collection = '', id, ...rest] = address.pathname.replace(/^\/api\/v2(?=\/)/, '').split('/').slice(1);
    const listed = (kind: VscoKind, jobId: string | null, type: string) => {
      const items = [...objects].filter(([key, object]) => key.startsWith(`${kind}/`) && (jobId === null || object['jobId'] === jobId)).map(([, object]) => object);
      answer(response, 200, { meta: { currentPage: 1, totalPages: 1, totalItems: items.length, rows: items.length }, type, items });
    };
    if (collection === 'job' && id !== undefined && rest.length === 1 && rest[0] === 'order') return listed('order', id, 'joborder-collection');
    if (rest.length > 0) return refuse(response, 404);
    if (collection === 'studio' && id === 'me') {
      return answer(response, 200, { id: '01k0000000000000000000stud', name: options.studioName ?? 'Stand-in Studio', currencyCode: options.currency ?? 'GBP', hidden: false });
    }
    const kind = KIND_OF.get(collection);
    if (!kind) return refuse(response, 404);
    if (id === undefined || id === '') {
      if (kind !== 'job-contact') return refuse(response, 404);
      return listed('job-contact', address.searchParams.get('jobId'), 'jobcontact-collection');
    }
    const key = `${kind}/${id}`;
    const object = objects.get(key);
    if (!object) return refuse(response, 404);
    readCounts.set(key, (readCounts.get(key) ?? 0) + 1);
    answer(response, 200, object);
  };

  const server = createServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`;

  return {
    url,
    put(kind, object) {
      const key = `${kind}/${object.id}`;
      const stamp = now();
      const next = {
        links: { self: { href: `${url}/${COLLECTION[kind]}/${object.id}` } },
        created: stamp,
        hidden: false,
        ...DEFAULTS[kind],
        ...objects.get(key),
        ...object,
        modified: stamp,
      };
      objects.set(key, next);
      return next;
    },
    failNext(status, times, retryAfterSeconds = 1) {
      failures = { status, left: times, retryAfterSeconds };
    },
    reads: (kind, id) => readCounts.get(`${kind}/${id}`) ?? 0,
    requestCount: () => requests,
    async close() {
      const closed = new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
      server.closeAllConnections();
      await closed;
    },
  };
}
