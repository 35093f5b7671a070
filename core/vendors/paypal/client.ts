import type { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import { baseUrlOf } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { callJson, noAccess, refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import type { CallPorts, ConnectionAccess, RereadError } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { Token } from './shapes.ts';

type Read<T> = Promise<Result<T, RereadError>>;

export interface PaypalClient {
  read<T>(path: string, what: string, shape: z.ZodType<T>): Read<T>;
  /** The object of that id below `collection`, which begins with `/`. */
  one<T extends { id: string }>(collection: string, what: string, id: string, shape: z.ZodType<T>): Read<T>;
}

/** Signs in with the app's own key; the token serves for one piece of work and is kept nowhere. */
export async function paypalClient(access: ConnectionAccess, ports: CallPorts): Read<PaypalClient> {
  const baseUrl = baseUrlOf(access, DEFAULT_BASE_URL);
  const clientId = access.settings['clientId'];
  const secret = access.secrets['clientSecret'];
  if (!clientId || !secret) return noAccess('The connection has no client ID or no secret key.');
  const token = await callJson(
    {
      who: 'PayPal',
      what: 'the sign-in',
      url: `${baseUrl}/v1/oauth2/token`,
      method: 'POST',
      headers: { authorization: `Basic ${encodeBase64(encodeUtf8(`${clientId}:${secret}`))}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
      shape: Token,
      signIn: true,
    },
    ports,
  );
  if (!token.ok) return token;
  const headers = { authorization: `Bearer ${token.value.access_token}` };
  const read: PaypalClient['read'] = (path, what, shape) => callJson({ who: 'PayPal', what, url: `${baseUrl}${path}`, headers, shape }, ports);
  return ok({
    read,
    async one(collection, what, id, shape) {
      if (!SAFE_SEGMENT.test(id)) return refused('The id is not one of PayPal.');
      const object = await read(`${collection}/${id}`, what, shape);
      // Another object than the one asked for would be written over somebody else's.
      return object.ok && object.value.id !== id ? shapeUnknown(`PayPal answered with another object than the one asked for: ${what}.`) : object;
    },
  });
}
