import { randomUUID } from 'node:crypto';
import type { ConnectPath, TryAnswer } from '../../core/contract/systems.ts';
import type { Clock, Http, Log } from '../../core/ports/ports.ts';
import { followRedirects } from '../../egress/follow.ts';
import type { Calls } from '../calls/calls.ts';
import { triedTooLong, TRY_MS, tryFailed, tryVendor, type Entered } from '../../core/vendors/trying.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';

export interface TryPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** For whom it is tried; left out = nobody's house. */
  readonly organisationId?: string;
}

/** Calls the vendor once with what was entered; nothing is kept. Never rejects. */
export async function tryOut(vendor: VendorModule, path: ConnectPath, entered: Entered, ports: TryPorts, connectionId: string | null = null): Promise<TryAnswer> {
  const { calls, organisationId = null, clock, log } = ports;
  const door = calls?.of({ manifest: vendor.manifest, organisationId, connectionId, secrets: entered.secrets, purpose: 'source.test' }) ?? ports.http;
  const http = followRedirects(door);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<TryAnswer>((resolve) => {
    timer = setTimeout(() => resolve(triedTooLong(vendor)), TRY_MS);
  });
  try {
    return await Promise.race([tryVendor(vendor, path, entered, { http, clock }, connectionId ?? randomUUID()), late]);
  } catch (error) {
    log.error({ err: error, system: vendor.manifest.id }, 'trying out a connection failed');
    return tryFailed('It could not be tried out.', true);
  } finally {
    clearTimeout(timer);
  }
}
