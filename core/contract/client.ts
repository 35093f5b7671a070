import type { z } from 'zod';
import { ErrorBody, HTTP } from './http.ts';
import { codedError, type CodedError } from './errors.ts';
import { err, ok, type Result } from './result.ts';

/** A client made of the HTTP map: one method for each of its endpoints, typed by what it takes and gives. */

type Map = typeof HTTP;
export type EndpointKey = keyof Map;
type Part<K extends EndpointKey, P extends string> = Map[K]['request'] extends Readonly<Record<P, infer S extends z.ZodType>> ? Readonly<Record<P, z.input<S>>> : unknown;
/** What an endpoint takes: `params`, `query` and `body`, each where it has one. */
export type RequestOf<K extends EndpointKey> = Part<K, 'params'> & Part<K, 'query'> & Part<K, 'body'>;
export type AnswerOf<K extends EndpointKey> = z.output<Map[K]['success']>;

export interface CallOptions {
  /** Makes a write harmless to repeat for a day; see docs/api.md. */
  readonly idempotencyKey?: string;
}
/** Never throws. An answer that is not as the contract says is the error `internal`; no answer is `server.unreachable`. */
export type Client = { readonly [K in EndpointKey]: (...given: unknown extends RequestOf<K> ? [request?: RequestOf<K>, options?: CallOptions] : [request: RequestOf<K>, options?: CallOptions]) => Promise<Result<AnswerOf<K>, CodedError & { readonly status: number }>> };

/** How requests are sent. */
export interface ClientHttp {
  /** `body` is JSON text. Rejects when there is no answer. */
  send(request: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string }): Promise<{ readonly status: number; readonly body: string }>;
}

interface Given {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The address of an endpoint with its parts filled in. */
export function addressOf(key: EndpointKey, { params = {}, query = {} }: Given): string {
  const path = HTTP[key].path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(String(params[name])));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return asked.length === 0 ? path : `${path}?${asked.join('&')}`;
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Whatever it is, it is not an answer of ours.
    return undefined;
  }
};

/** @param baseUrl without a slash at its end. @param token of a device; null for what is open */
export function createClient(http: ClientHttp, baseUrl: string, token: string | null): Client {
  const call = async (key: EndpointKey, given: Given = {}, { idempotencyKey }: CallOptions = {}) => {
    const { method, success } = HTTP[key];
    const body = method === 'GET' ? undefined : JSON.stringify(given.body ?? {});
    const headers = {
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    };
    let answer: { readonly status: number; readonly body: string };
    try {
      answer = await http.send({ method, url: `${baseUrl}${addressOf(key, given)}`, headers, ...(body === undefined ? {} : { body }) });
    } catch (error) {
      return err({ ...codedError('server.unreachable', error instanceof Error ? error.message : String(error), true), status: 0 });
    }
    const told = readJson(answer.body);
    if (answer.status !== 200) {
      const problem = ErrorBody.safeParse(told);
      return err({ ...(problem.success ? problem.data.error : codedError('internal', `The server answered ${answer.status} without saying why.`)), status: answer.status });
    }
    const read = (success as z.ZodType).safeParse(told);
    return read.success ? ok(read.data) : err({ ...codedError('internal', 'The answer is not as the contract says.'), status: answer.status });
  };
  return Object.fromEntries((Object.keys(HTTP) as EndpointKey[]).map((key) => [key, (given?: Given, options?: CallOptions) => call(key, given, options)])) as unknown as Client;
}
