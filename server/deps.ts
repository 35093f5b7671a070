import type { Certificates, Clock, Hashing } from '../core/ports/ports.ts';
import type { VendorModule } from '../core/vendors/vendor.ts';
import type { Looking } from './api/looking.ts';
import type { Asking } from './asking/asking.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { Config } from './config.ts';
import type { Desk } from './desk/desk.ts';
import type { Deliveries } from './deliveries/deliveries.ts';
import type { Figures } from './figures/counting.ts';
import type { FiguresReading } from './figures/reading.ts';
import type { EnquiryPages } from './enquiries/pages.ts';
import type { Feeds } from './feeds/feeds.ts';
import type { Founding } from './founding/founding.ts';
import type { ServerLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { FloodLimits } from './stream/flood.ts';
import type { Privacy } from './privacy/privacy.ts';
import type { StoreInternals } from './store/internals.ts';
import type { Store } from './store/store.ts';
import type { Systems } from './systems/systems.ts';

/** Everything the HTTP and stream side is given; nothing in it is reached for otherwise. */
export interface AppDeps {
  readonly config: Config;
  readonly store: Store;
  /** Personal data; left out where there is no real record underneath, and then its addresses are not there. */
  readonly privacy?: Privacy;
  /** Connecting systems; left out where there is no real record underneath, and then its addresses are not there. */
  readonly systems?: Systems;
  /** Calls by desktops that keep a key; left out where there is no real record underneath. */
  readonly desk?: Desk;
  /** Where answers to writes with a key are kept; left out where there is no real record underneath. */
  readonly internals?: StoreInternals;
  /** Looking into what came; left out where there is no real record underneath. */
  readonly deliveries?: Deliveries;
  /** What connections do, counted and read; left out where there is no real record underneath. */
  readonly figures?: Omit<Figures, 'stop'> & FiguresReading;
  /** Looks at sources on demand; left out where there is no real record underneath. */
  readonly looking?: Looking;
  /** Calendars that are asked again before a confirmation; left out where there is no real record underneath. */
  readonly asking?: Asking;
  /** Calendar feeds that are given out; left out where there is no real record underneath. */
  readonly feeds?: Feeds;
  /** The page on which couples ask for a day; left out where there is no real record underneath. */
  readonly enquiries?: EnquiryPages;
  /** How a server without an organisation gets its first; left out where there is no real record underneath. */
  readonly founding?: Founding;
  /** The vendor of that name, or null. */
  readonly vendors: (system: string) => VendorModule | null;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly certificates: Certificates;
  /** A public text that a proof needs; null = it could not be had. */
  readonly evidence: (url: string) => Promise<string | null>;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly version: string;
  /** People who sign in; left out by tests on a double of the store, which has no place for them. */
  readonly accounts?: Accounts;
  /** Milliseconds between heartbeats of the stream; the contract's, unless a test is in a hurry. */
  readonly heartbeatMs?: number;
  /** Bytes that may wait for one stream client before it is dropped. */
  readonly slowBytes?: number;
  /** What a stream client may say; the standard, unless a test is in a hurry. */
  readonly floodLimits?: FloodLimits;
}
