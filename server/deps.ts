import type { Clock, Hashing } from '../core/ports/ports.ts';
import type { VendorModule } from '../core/vendors/vendor.ts';
import type { Config } from './config.ts';
import type { ServerLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Store } from './store/store.ts';

/** Everything the HTTP and stream side is given; nothing in it is reached for otherwise. */
export interface AppDeps {
  readonly config: Config;
  readonly store: Store;
  /** The vendor of that name, or null. */
  readonly vendors: (system: string) => VendorModule | null;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly version: string;
  /** Milliseconds between heartbeats of the stream; the contract's, unless a test is in a hurry. */
  readonly heartbeatMs?: number;
  /** Bytes that may wait for one stream client before it is dropped. */
  readonly slowBytes?: number;
}
