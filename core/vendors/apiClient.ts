import type { z } from 'zod';
import type { Result } from '../contract/result.ts';
import { callJson, noAccess, type Call } from './calls.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './vendor.ts';

/** One vendor's API: where it is, and how a call proves whose it is. */
export interface Api {
  /** The vendor's name, for messages. */
  readonly who: string;
  /** Used while the connection's setting `baseUrl` is empty. */
  readonly baseUrl: string;
  /** Null = the connection has nothing to prove itself with. */
  headers(access: ConnectionAccess): Readonly<Record<string, string>> | null;
}

export interface ApiClient {
  readonly baseUrl: string;
  /** `path` begins with `/` and goes behind the base address; ids in it are checked by whoever makes it. */
  read<T>(
    path: string,
    what: string,
    shape: z.ZodType<T>,
    more?: Partial<Pick<Call<T>, 'method' | 'body' | 'headers' | 'success'>>,
  ): Promise<Result<T, RereadError>>;
}

export const baseUrlOf = (access: ConnectionAccess, standard: string): string => (access.settings['baseUrl'] || standard).replace(/\/+$/, '');

/** `Authorization: Bearer` with the token of that name; null while there is none. */
export function bearer(access: ConnectionAccess, secret = 'accessToken'): Readonly<Record<string, string>> | null {
  const token = access.secrets[secret];
  return token ? { authorization: `Bearer ${token}` } : null;
}

export function apiClient(api: Api, access: ConnectionAccess, ports: CallPorts): ApiClient {
  const baseUrl = baseUrlOf(access, api.baseUrl);
  return {
    baseUrl,
    async read(path, what, shape, more = {}) {
      const own = api.headers(access);
      if (own === null) return noAccess(`The connection has no access to ${api.who} yet: its key or sign-in is missing.`);
      return callJson({ who: api.who, what, url: `${baseUrl}${path}`, shape, ...more, headers: { ...own, ...more.headers } }, ports);
    },
  };
}

/** Gone, or not for us: about this one object, never about the key. */
export const isHidden = ({ code }: RereadError): boolean => code === 'normalise.reread_refused' || code === 'normalise.forbidden';

/** What hangs on another object may be gone or hidden; that must not cost us the fact we came for. */
export const orNull = <T,>(read: Result<T, RereadError>): Result<T | null, RereadError> =>
  !read.ok && isHidden(read.error) ? { ok: true, value: null } : read;
