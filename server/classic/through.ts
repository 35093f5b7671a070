import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { COOKIE_PREFIX } from '../accounts/auth.ts';

/**
 * What is decided on the classic page goes through the same endpoints as everything else, within this process: who may, how often,
 * what is recorded and what is written down is said there, once. The call carries what the browser said of itself.
 */

/** Of the form's own request, and nothing for another. */
const LEFT_OUT: readonly string[] = ['content-type', 'content-length', 'transfer-encoding', 'connection', 'expect', 'idempotency-key', 'authorization', 'accept', 'accept-encoding', 'cookie', 'if-none-match', 'if-modified-since', 'upgrade', 'te'];

export interface Through {
  readonly status: number;
  /** The answer as JSON; null = it was none. */
  readonly body: unknown;
  /** `Set-Cookie` lines. */
  readonly cookies: readonly string[];
  readonly retryAfter: string | null;
}

const pairOf = (line: string): readonly [name: string, value: string] => {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
};

/** @param set cookies that an earlier call of the same request has set, which the browser does not have yet */
export async function through(app: FastifyInstance, request: FastifyRequest, call: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: object }, set: readonly string[] = []): Promise<Through> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !LEFT_OUT.includes(name)));
  const cookies = new Map((request.headers.cookie ?? '').split(/; */).filter((one) => one.includes('=')).map(pairOf));
  for (const line of set) cookies.set(...pairOf(line));
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await app.inject({
    method: call.method,
    url: call.path,
    headers: { ...headers, accept: 'application/json', ...(cookie === '' ? {} : { cookie }), ...(call.body ? { 'content-type': 'application/json' } : {}) },
    ...(request.socket.remoteAddress === undefined ? {} : { remoteAddress: request.socket.remoteAddress }),
    ...(call.body ? { payload: JSON.stringify(call.body) } : {}),
  });
  const lines = answer.headers['set-cookie'];
  const type = String(answer.headers['content-type'] ?? '');
  return {
    status: answer.statusCode,
    body: /^application\/(problem\+)?json/.test(type) && answer.payload !== '' ? (JSON.parse(answer.payload) as unknown) : null,
    cookies: lines === undefined ? [] : [lines].flat(),
    retryAfter: answer.headers['retry-after'] === undefined ? null : String(answer.headers['retry-after']),
  };
}

export function passOn(reply: FastifyReply, cookies: readonly string[]): void {
  for (const line of cookies) void reply.header('set-cookie', line);
}

/** Somebody has signed in to an account here, or did once. */
export const hasSession = ({ cookies }: FastifyRequest): boolean => Object.keys(cookies).some((name) => name.replace('__Secure-', '') === `${COOKIE_PREFIX}.session_token`);
