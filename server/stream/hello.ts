import { z } from 'zod';
import { SESSION_COOKIE } from '../../core/contract/http.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { PROTOCOL_MINIMUM, PROTOCOL_VERSION, StreamHello, type CloseReason } from '../../core/contract/stream.ts';
import { may, roomKind } from '../../core/domain/access/may.ts';
import { isSameOrigin, type Origins } from '../http/auth.ts';
import type { Device, Store } from '../store/store.ts';

export interface Admitted {
  readonly hello: StreamHello;
  readonly device: Device;
  /** Kept for the time of the connection, to notice a revocation. */
  readonly token: string;
}

const Version = z.object({ protocol: z.int() });

/**
 * Decides on a handshake before the connection opens. The version comes first, because a newer or older client may
 * well send a hello that this server cannot read.
 */
export async function admit(
  auth: unknown,
  origins: Origins,
  cookies: Readonly<Record<string, string | undefined>>,
  store: Pick<Store, 'authenticate'>,
): Promise<Result<Admitted, CloseReason>> {
  const version = Version.safeParse(auth);
  if (!version.success) return err('hello_invalid');
  if (version.data.protocol < PROTOCOL_MINIMUM) return err('protocol_too_old');
  if (version.data.protocol > PROTOCOL_VERSION) return err('protocol_too_new');
  const hello = StreamHello.safeParse(auth);
  if (!hello.success) return err('hello_invalid');

  let token = hello.data.token;
  if (token === undefined) {
    token = cookies[SESSION_COOKIE];
    if (token === undefined) return err('auth_missing');
    // A websocket may be opened by any site, and the cookie goes along: only our own page may use it.
    if (!isSameOrigin(origins)) return err('forbidden');
  }
  if (token === '' || token.length > 200) return err('auth_invalid');
  const device = await store.authenticate(token);
  if (!device.ok) return err(device.error === 'auth.revoked' ? 'auth_revoked' : 'auth_invalid');
  const { weddingId } = hello.data;
  if (!may(device.value, `stream:${roomKind(device.value, weddingId)}`, weddingId === undefined ? {} : { weddingId }).allowed) return err('forbidden');
  return ok({ hello: hello.data, device: device.value, token });
}
