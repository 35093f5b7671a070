import type { FastifyRequest } from 'fastify';
import { HTTP, SESSION_COOKIE } from '../../core/contract/http.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { EndpointName } from '../../core/domain/access/matrix.ts';
import { may } from '../../core/domain/access/may.ts';
import type { Device, Store } from '../store/store.ts';
import { refusal, type Refusal } from './errors.ts';

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{16,200})$/;

/** Where a request or handshake comes from, as browsers tell it; they cannot be made to lie about it by a page. */
export interface Origins {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly host: string | undefined;
  /** The address this server has in front of a proxy, if any. */
  readonly publicUrl: string | null;
}

/** True only when a browser vouches that our own page is asking. No word at all is not enough. */
export function isSameOrigin(origins: Origins): boolean {
  if (origins.secFetchSite !== undefined) return origins.secFetchSite === 'same-origin';
  if (origins.origin === undefined) return false;
  if (origins.publicUrl !== null && origins.origin === origins.publicUrl) return true;
  return origins.host !== undefined && (origins.origin === `http://${origins.host}` || origins.origin === `https://${origins.host}`);
}

/** True when a browser says that another site is asking; silence (a program) is not foreign. */
export function isForeign(origins: Origins): boolean {
  return (origins.origin !== undefined || origins.secFetchSite !== undefined) && !isSameOrigin(origins);
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

export function originsOf(headers: FastifyRequest['headers'], publicUrl: string | null): Origins {
  return { origin: one(headers.origin), secFetchSite: one(headers['sec-fetch-site']), host: one(headers.host), publicUrl };
}

const endpointOf = (request: FastifyRequest): EndpointName | null =>
  (Object.keys(HTTP) as EndpointName[]).find((name) => HTTP[name].path === request.routeOptions.url && HTTP[name].method === request.method) ?? null;

/**
 * The device behind a request, by bearer or by session cookie, when its role may use this endpoint at all. A cookie goes
 * along with requests that other sites cause, so a cookie alone never authorises a write. An endpoint that is not in the
 * contract, and so not in the matrix, is closed to everybody.
 */
export async function authenticateRequest(request: FastifyRequest, store: Store, publicUrl: string | null): Promise<Result<Device, Refusal>> {
  const header = request.headers.authorization;
  const cookie = request.cookies[SESSION_COOKIE];
  let token: string;
  if (header !== undefined) {
    const match = BEARER.exec(header);
    if (!match?.[1]) return err(refusal(401, 'auth.invalid', 'The authorization header is not a bearer token.'));
    token = match[1];
  } else if (cookie !== undefined && cookie.length <= 200) {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads && !isSameOrigin(originsOf(request.headers, publicUrl))) return err(refusal(403, 'auth.forbidden', 'Another site may not write here.'));
    token = cookie;
  } else return err(refusal(401, 'auth.missing', 'This needs a device token.'));

  const device = await store.authenticate(token);
  if (device.ok) {
    const endpoint = endpointOf(request);
    if (endpoint !== null && may(device.value, `http:${endpoint}`).allowed) return ok(device.value);
    return err(refusal(403, 'auth.forbidden', 'This device may not use this.'));
  }
  return err(refusal(401, device.error, device.error === 'auth.revoked' ? 'This device has been revoked.' : 'The device token is not known.'));
}
