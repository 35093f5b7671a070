import type { Clock, Log, Random, Secrets } from '../core/ports/ports.ts';
import type { Timers } from '../core/link/link.ts';
import type { VendorModule } from '../core/vendors/vendor.ts';
import { createEgressHttp } from '../egress/http.ts';
import type { Api, Session } from './services/api.ts';
import { createKeeping, type Keeping } from './services/kept/connecting.ts';
import { createKeptKeys } from './services/kept/keys.ts';
import { createLane } from './services/kept/lane.ts';
import { createListener, type Listener } from './services/kept/listener.ts';
import { createMarks } from './services/kept/marks.ts';
import type { KeyValue } from './services/settings.ts';

export interface KeptOptions {
  readonly api: Pick<Api, 'systems' | 'desk'>;
  readonly secrets: Promise<Secrets>;
  readonly file: KeyValue;
  /** Names the server in the keychain; stable where its address is not. */
  readonly server: () => string;
  readonly session: () => Session | null;
  /** Private places that calls may go to all the same, `host:port`. */
  readonly egressAllow: readonly string[];
  /** The vendor of that name, or null. */
  readonly vendors: (system: string) => VendorModule | null;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

/** Keys that stay on this desktop, and the calls that it makes with them. */
export function startKept({ api, secrets, file, server, session, egressAllow, newId, ...host }: KeptOptions): { readonly keeping: Keeping; readonly listener: Listener } {
  const shared = { ...host, http: createEgressHttp({ allow: egressAllow, log: host.log }), keys: createKeptKeys({ secrets, file, server }), lane: createLane() };
  const tellMarks = createMarks({ api: api.desk, keys: shared.keys, vendors: host.vendors, log: host.log });
  const listener = createListener({ ...shared, tellMarks, api: api.desk, session, run: newId() });
  return { listener, keeping: createKeeping({ ...shared, tellMarks, desk: api.desk, systems: api.systems, newId, onKept: listener.wake }) };
}
