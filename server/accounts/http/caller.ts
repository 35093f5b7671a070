import type { FastifyReply, FastifyRequest } from 'fastify';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { Config } from '../../config.ts';
import { isForeign, isSameOrigin, originsOf } from '../../http/auth.ts';
import { refusal, type Refusal } from '../../http/errors.ts';
import { listensHereOnly, namesThisMachine } from '../../http/host.ts';
import { ADDRESS_HEADER, AUTH_PATH, COOKIE_PREFIX } from '../auth.ts';
import { nowOf, type Context } from '../context.ts';
import type { Ask } from '../pairings.ts';

/** Between this server's requests and the library's, which are those of the Fetch standard. */

const PASSED = ['cookie', 'user-agent', 'accept', 'accept-language', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'] as const;

/** Where the caller's own page is, without a slash at the end. */
export function baseOf(request: FastifyRequest, { publicUrl }: Pick<Config, 'publicUrl'>): string {
  const { origin } = request.headers;
  if (publicUrl !== null && (origin === publicUrl || request.host === new URL(publicUrl).host)) return publicUrl;
  // Behind a proxy that says nothing of TLS only the browser knows the scheme.
  // A program can say any origin, so it counts for the scheme alone: links in mails must not lead to another's host.
  if (origin === `https://${request.host}` || origin === `http://${request.host}`) return origin;
  return `${request.protocol}://${request.host}`;
}

/** For links that somebody else will open. */
export const linkBase = (request: FastifyRequest, config: Pick<Config, 'publicUrl'>): string => config.publicUrl ?? baseOf(request, config);

/** For links in mails; null where only the caller says which host this is. */
export const mailBase = (request: FastifyRequest, config: Pick<Config, 'publicUrl' | 'host'>): string | null =>
  config.publicUrl ?? (listensHereOnly(config) && namesThisMachine(request.host) ? baseOf(request, config) : null);

export function libraryHeaders(request: FastifyRequest, config: Pick<Config, 'publicUrl'>): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: request.ip });
  for (const name of PASSED) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // Another site was refused before; what is left is our own page, or a program that says nothing.
  headers.set('origin', baseOf(request, config));
  return headers;
}

export function libraryRequest(request: FastifyRequest, config: Pick<Config, 'publicUrl'>, path: string, body?: unknown): Request {
  const headers = libraryHeaders(request, config);
  const url = `${baseOf(request, config)}${AUTH_PATH}${path}`;
  if (body === undefined) return new Request(url, { headers });
  headers.set('content-type', 'application/json');
  return new Request(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

export const askFor =
  (context: Context, request: FastifyRequest): Ask =>
  async (path, body) =>
    (await context.auth()).handler(libraryRequest(request, context.config, path, body));

/** Cookies that the library sets on its answer. */
export function passCookies(reply: FastifyReply, response: Response): void {
  for (const line of response.headers.getSetCookie()) void reply.header('set-cookie', line);
}

const hasSession = (request: FastifyRequest) => Object.keys(request.cookies).some((name) => name.replace('__Secure-', '') === `${COOKIE_PREFIX}.session_token`);

/** Refuses what another site causes, and any write that comes with a session's cookie but not from our own page. */
export function refuseForeign(request: FastifyRequest, { publicUrl }: Pick<Config, 'publicUrl'>): Refusal | null {
  const origins = originsOf(request.headers, publicUrl);
  const writes = request.method !== 'GET' && request.method !== 'HEAD';
  if (isForeign(origins) || (writes && hasSession(request) && !isSameOrigin(origins))) return refusal(403, 'auth.forbidden', 'Another site may not do this.');
  return null;
}

export interface SignedIn {
  readonly sessionId: string;
  readonly accountId: string;
  readonly startedAt: Date;
}

/** The session behind a request; only our own page may act with it. */
export async function sessionOf(context: Context, request: FastifyRequest): Promise<Result<SignedIn, Refusal>> {
  const foreign = refuseForeign(request, context.config);
  if (foreign) return err(foreign);
  const nobody = refusal(401, 'auth.signed_out', 'Nobody is signed in here.');
  if (!hasSession(request)) return err(nobody);
  const session = await (await context.auth()).session(libraryHeaders(request, context.config));
  return session ? ok(session) : err(nobody);
}

/** Writes down that the session behind a request, or the one that its answer has begun, was proven by a code just now. */
export async function proveSession(context: Context, request: FastifyRequest, response: Response): Promise<void> {
  const headers = libraryHeaders(request, context.config);
  const cookies = new Map((headers.get('cookie') ?? '').split(/; */).map((pair) => [pair.split('=', 1)[0] ?? '', pair]));
  for (const line of response.headers.getSetCookie()) cookies.set(line.split('=', 1)[0] ?? '', line.split(';', 1)[0] ?? '');
  headers.set('cookie', [...cookies.values()].join('; '));
  const session = await (await context.auth()).session(headers);
  if (session) await context.internals.database.system.updateTable('sessions').set({ secondFactorAt: nowOf(context) }).where('id', '=', session.sessionId).execute();
}

/** The session behind a page that is only looked at: unlike {@link sessionOf} also where another site, or a typed address, led to it. */
export async function sessionHere(context: Context, request: FastifyRequest): Promise<SignedIn | null> {
  return hasSession(request) ? (await context.auth()).session(libraryHeaders(request, context.config)) : null;
}
