import {
  allowInsecureRequests, AuthorizationResponseError, authorizationCodeGrantRequest, calculatePKCECodeChallenge, ClientSecretBasic, ClientSecretPost, customFetch, generateRandomCodeVerifier, None, nopkce,
  processAuthorizationCodeResponse, processRefreshTokenResponse, refreshTokenGrantRequest, ResponseBodyError, validateAuthResponse, type AuthorizationServer, type Client, type ClientAuth, type TokenEndpointResponse,
} from 'oauth4webapi';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Clock, Http } from '../../core/ports/ports.ts';
import type { OAuth } from '../../core/vendors/manifest.ts';
import { EgressError } from '../../egress/http.ts';

/** OAuth 2 towards a vendor: the authorize address, and tokens for a code or a refresh token. */

const TOKEN_MS = 15_000;

export interface OAuthClient {
  readonly oauth: OAuth;
  readonly clientId: string;
  readonly clientSecret: string | null;
}

/** Client id and secret as the venue has entered them; null = there is no client id. */
export function clientOf(oauth: OAuth, { settings, secrets }: { readonly settings: Readonly<Record<string, string>>; readonly secrets: Readonly<Record<string, string>> }): OAuthClient | null {
  const clientId = settings['clientId'] ?? secrets['clientId'];
  return clientId ? { oauth, clientId, clientSecret: secrets['clientSecret'] || null } : null;
}

export interface Tokens {
  readonly accessToken: string;
  /** Null = the one before stays. */
  readonly refreshToken: string | null;
  /** UTC instant, ISO; null = it does not end. */
  readonly until: string | null;
  /** What they are good for, with spaces between; null = what was asked for, or what was before (RFC 6749, section 5.1). */
  readonly scope: string | null;
}

/** Our outbound door as the library wants it. Tells of vendors' small liberties: members that are null, lifetimes of 0 that mean none. */
function fetchOver(http: Http) {
  return async (url: string, { method, headers, body }: { readonly method: string; readonly headers: Record<string, string>; readonly body?: unknown }): Promise<Response> => {
    if (method !== 'POST') throw new Error('only tokens are asked for');
    const text = body instanceof URLSearchParams ? body.toString() : String(body ?? '');
    const answer = await http.send({ method, url, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }, body: text, timeoutMs: TOKEN_MS });
    return new Response(answer.body === '' ? null : tidied(answer.body), { status: answer.status, headers: { 'content-type': answer.headers['content-type'] ?? 'application/json' } });
  };
}

function tidied(body: string): string {
  try {
    const json = JSON.parse(body) as unknown;
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return body;
    const members = Object.entries(json).filter(([name, value]) => value !== null && !(name === 'expires_in' && !(Number(value) > 0)) && !(name === 'scope' && typeof value !== 'string') && name !== 'id_token');
    return JSON.stringify(Object.fromEntries(members.map(([name, value]) => [name, name === 'expires_in' ? Number(value) : value])));
  } catch {
    // The library says that it is no JSON.
    return body;
  }
}

const serverOf = ({ oauth }: OAuthClient, issuer: string): AuthorizationServer => ({ issuer, authorization_endpoint: oauth.authorizeUrl, token_endpoint: oauth.tokenUrl });
const asClient = ({ clientId }: OAuthClient): Client => ({ client_id: clientId });

function proofOf({ oauth, clientSecret }: OAuthClient): ClientAuth {
  if (clientSecret === null) return None();
  return oauth.clientAuth === 'basic' ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret);
}

// The outbound door decides what may be called without encryption: nothing, but for the exceptions of the configuration.
const over = (http: Http) => ({ [customFetch]: fetchOver(http), [allowInsecureRequests]: true }) as const;
/** Some vendors name their tokens otherwise; they are used like the usual ones. */
const READ = { recognizedTokenTypes: { bot: () => undefined, user: () => undefined } };

function tokensOf(answer: TokenEndpointResponse, clock: Clock): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken = null, expires_in: seconds, scope = null } = answer;
  return { accessToken, refreshToken, until: seconds === undefined ? null : new Date(clock.now() + seconds * 1000).toISOString(), scope };
}

/** `ended` = the vendor has said for good that this leave is over. */
export interface TokenFault {
  readonly error: CodedError;
  readonly ended: boolean;
}

function faultOf(error: unknown, what: string): TokenFault {
  if (error instanceof ResponseBodyError) {
    const ended = error.error === 'invalid_grant';
    return { error: codedError(ended ? 'connect.leave_ended' : 'connect.leave_failed', `${what}: ${error.error}`.slice(0, 200)), ended };
  }
  const why = error instanceof EgressError ? error.message : error instanceof Error ? error.name : 'unknown reason';
  return { error: codedError('connect.leave_failed', `${what}: ${why}`.slice(0, 200), true), ended: false };
}

export interface Asked {
  readonly authorizeUrl: string;
  /** Null where the vendor refuses what it does not know. */
  readonly verifier: string | null;
}

/** Where the person's browser goes to give leave. */
export async function authorizeAddress(client: OAuthClient, state: string, redirectUri: string): Promise<Asked> {
  const { oauth, clientId } = client;
  const url = new URL(oauth.authorizeUrl);
  for (const [name, value] of Object.entries(oauth.extra)) url.searchParams.set(name, value);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('redirect_uri', redirectUri);
  url.searchParams.set('state', state);
  if (oauth.scopes.length > 0) url.searchParams.set('scope', oauth.scopes.join(' '));
  if (!oauth.pkce) return { authorizeUrl: url.href, verifier: null };
  const verifier = generateRandomCodeVerifier();
  url.searchParams.set('code_challenge', await calculatePKCECodeChallenge(verifier));
  url.searchParams.set('code_challenge_method', 'S256');
  return { authorizeUrl: url.href, verifier };
}

/** The vendor's own name of itself (RFC 9207) counts only on a host that it asks and answers on. */
function issuerOf({ oauth }: OAuthClient, callback: URL): string {
  const named = callback.searchParams.get('iss');
  const hosts = [oauth.authorizeUrl, oauth.tokenUrl].map((url) => new URL(url).host);
  return named !== null && URL.canParse(named) && hosts.includes(new URL(named).host) ? named : new URL(oauth.authorizeUrl).origin;
}

/** Errors: `connect.leave_denied` (the person said no), `connect.leave_failed`. */
export async function tokensForCode(client: OAuthClient, callback: URL, { state, redirectUri, verifier }: { readonly state: string; readonly redirectUri: string; readonly verifier: string | null }, ports: { readonly http: Http; readonly clock: Clock }): Promise<Result<Tokens, TokenFault>> {
  const server = serverOf(client, issuerOf(client, callback));
  try {
    const parameters = validateAuthResponse(server, asClient(client), callback, state);
    const response = await authorizationCodeGrantRequest(server, asClient(client), proofOf(client), parameters, redirectUri, verifier ?? nopkce, over(ports.http));
    return ok(tokensOf(await processAuthorizationCodeResponse(server, asClient(client), response, READ), ports.clock));
  } catch (error) {
    if (error instanceof AuthorizationResponseError) {
      const denied = error.error === 'access_denied';
      return err({ error: codedError(denied ? 'connect.leave_denied' : 'connect.leave_failed', `Leave was not given: ${error.error}`.slice(0, 200)), ended: false });
    }
    const fault = faultOf(error, 'The code was not exchanged');
    // A code that is refused is no leave that has ended: it never was one.
    return err(fault.ended ? { error: codedError('connect.leave_failed', fault.error.message), ended: false } : fault);
  }
}

export async function tokensForRefresh(client: OAuthClient, refreshToken: string, ports: { readonly http: Http; readonly clock: Clock }): Promise<Result<Tokens, TokenFault>> {
  const server = serverOf(client, new URL(client.oauth.authorizeUrl).origin);
  try {
    const response = await refreshTokenGrantRequest(server, asClient(client), proofOf(client), refreshToken, over(ports.http));
    return ok(tokensOf(await processRefreshTokenResponse(server, asClient(client), response, READ), ports.clock));
  } catch (error) {
    return err(faultOf(error, 'The access was not renewed'));
  }
}
