import { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { createServer } from '@stoplight/prism-http-server';
import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { collectingLog } from '../../support/store.ts';
import { fitsPath, type Specification } from './specification.ts';

/** Prism in this process: it holds each call against the vendor's contract and answers with what the contract allows. */

export type Operations = Awaited<ReturnType<typeof getHttpOperationsFromSpec>>;

export const operationsOf = async (documents: readonly Specification[]): Promise<Operations> => (await Promise.all(documents.map((document) => getHttpOperationsFromSpec(document)))).flat();

const silent = () => undefined;
const quiet = { info: silent, warn: silent, error: silent, debug: silent, trace: silent, fatal: silent, success: silent, silent, level: 'silent', child: () => quiet };

export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** What of the call is not as the contract says; empty = nothing. */
  readonly wrong: readonly string[];
}

export interface Mock {
  readonly url: string;
  /** Our own way out, with every call noted. `alter` changes an answer before it is taken. */
  http(alter?: (exchange: Exchange) => string): Http;
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

const PROBLEM = 'application/problem+json';

/** Names of the question that the contract does not have there; the mock itself lets them pass. `created[gte]` is documented under its first word. */
function unknownNames({ method, url }: HttpRequest, operations: Operations): string[] {
  const { pathname, searchParams } = new URL(url);
  const operation = operations.find((each) => each.method.toLowerCase() === method.toLowerCase() && fitsPath(each.path, pathname));
  const names = new Set((operation?.request?.query ?? []).map(({ name }) => name.replace(/\[\]$/, '')));
  return operation ? [...new Set(searchParams.keys())].filter((name) => !names.has(name) && !names.has(name.replace(/\[.*$/, ''))).map((name) => `request.query: ${name} is not documented`) : [];
}

/** Answers of Prism's own, and what it has found in calls that it let pass. */
function wrongIn({ status, headers, body }: HttpResponse): string[] {
  if ((headers['content-type'] ?? '').startsWith(PROBLEM)) return [`${status}: ${body}`];
  const found = JSON.parse(headers['sl-violations']?.replace(/^Too many violations!.*/s, '[]') ?? '[]') as { location: string[]; severity: string; message: string }[];
  return found.filter(({ location }) => location[0] === 'request').map(({ location, message }) => `${location.join('.')}: ${message}`);
}

/** @param seed null = the contract's own examples; else made-up answers, the same for the same seed. */
export async function startMock(operations: Operations, seed: string | null): Promise<Mock> {
  const mock = { dynamic: seed !== null, ...(seed === null ? {} : { seed }) };
  const server = createServer(operations, {
    cors: false,
    config: { isProxy: false, validateRequest: true, validateResponse: true, checkSecurity: true, errors: false, upstreamProxy: undefined, mock },
    components: { logger: quiet },
  } as unknown as Parameters<typeof createServer>[1]);
  const url = await server.listen(0, '127.0.0.1');
  const exchanges: Exchange[] = [];
  const egress = createEgressHttp({ allow: [new URL(url).host], log: collectingLog() });
  return {
    url,
    exchanges,
    http: (alter) => ({
      async send(request) {
        const response = await egress.send(request);
        const exchange = { request, response, wrong: [...wrongIn(response), ...unknownNames(request, operations)] };
        exchanges.push(exchange);
        return alter ? { ...response, body: alter(exchange) } : response;
      },
    }),
    close: () => server.close(),
  };
}
