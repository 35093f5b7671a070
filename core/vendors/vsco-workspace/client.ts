import type { z } from 'zod';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Clock, Http, HttpResponse } from '../../ports/ports.ts';
import type { ConnectionAccess, RereadError } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { SAFE_ID } from './webhook.ts';

const TIMEOUT_MS = 10_000;
/** A server that asks for more patience than this is asked again after it all the same. */
const LONGEST_WAIT_MS = 3_600_000;

type Failure = Result<never, RereadError>;

const failed = (message: string, retryAfterMs: number | null = null): Failure => err({ code: 'normalise.reread_failed', message, retryable: true, retryAfterMs });
const shapeUnknown = (message: string): Failure => err({ code: 'normalise.shape_unknown', message, retryable: false, retryAfterMs: null });
const refused = (message: string): Failure => err({ code: 'normalise.reread_refused', message, retryable: false, retryAfterMs: null });

const hasOtherId = (object: unknown, id: string): boolean => typeof object === 'object' && object !== null && 'id' in object && object.id !== id;

/** `Retry-After`: whole seconds or an HTTP date. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT_MS) : null;
}

export interface VscoClient {
  /** One object of a collection by its id. */
  get<T>(collection: string, id: string, shape: z.ZodType<T>): Promise<Result<T, RereadError>>;
  /** The first page of a list, narrowed by a filter. */
  list<T>(collection: string, filter: Readonly<Record<string, string>>, shape: z.ZodType<T>): Promise<Result<T, RereadError>>;
}

/** Reads of the REST API v2 with the studio's key. One attempt per call: whoever holds the job decides on retries. */
export function vscoClient(access: ConnectionAccess, { http, clock }: { readonly http: Http; readonly clock: Clock }): VscoClient {
  const baseUrl = (access.settings['baseUrl'] || DEFAULT_BASE_URL).replace(/\/+$/, '');

  const read = async <T>(path: string, shape: z.ZodType<T>): Promise<Result<T, RereadError>> => {
    const apiKey = access.secrets['apiKey'];
    if (!apiKey) return refused('The connection has no API key.');
    let response: HttpResponse;
    try {
      response = await http.send({ method: 'GET', url: `${baseUrl}${path}`, headers: { 'x-api-key': apiKey, accept: 'application/json' }, timeoutMs: TIMEOUT_MS });
    } catch (cause) {
      // The port rejects only when no answer was had: a line that is down today may be up in a minute.
      return failed(`No answer from VSCO Workspace for ${path}: ${cause instanceof Error ? cause.message : 'unknown reason'}`);
    }
    const { status } = response;
    if (status === 429 || status === 408 || status >= 500) {
      return failed(`VSCO Workspace answered ${status} for ${path}.`, retryAfterMs(response.headers['retry-after'], clock.now()));
    }
    if (status !== 200) return refused(`VSCO Workspace answered ${status} for ${path}.`);
    let json: unknown;
    try {
      json = JSON.parse(response.body);
    } catch {
      // An intermediary's page instead of the API's answer; the body may hold personal data and is not quoted.
      return failed(`VSCO Workspace answered ${path} with something that is not JSON.`);
    }
    const parsed = shape.safeParse(json);
    if (parsed.success) return ok(parsed.data);
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole answer').join(', ');
    return shapeUnknown(`VSCO Workspace answered ${path} in an unknown shape: ${where}.`);
  };

  return {
    async get(collection, id, shape) {
      if (!SAFE_ID.test(id)) return refused('The id is not one of VSCO Workspace.');
      const object = await read(`/${collection}/${id}`, shape);
      // Another object than the one asked for would be written over somebody else's.
      if (object.ok && hasOtherId(object.value, id)) return shapeUnknown(`VSCO Workspace answered /${collection}/${id} with another object.`);
      return object;
    },
    list: (collection, filter, shape) => {
      const query = Object.entries(filter).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
      return read(`/${collection}?${query.join('&')}`, shape);
    },
  };
}
