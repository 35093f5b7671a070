import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import type { Database } from './database.ts';
import type { IntakeCache } from './intakeCache.ts';
import type { Peers } from './peers.ts';
import type { Revocations } from './revocations.ts';
import type { RightOfWay } from './rightOfWay.ts';
import type { AuditLine, Store } from './store.ts';
import type { Vault } from './vault.ts';
import type { Writer } from './write.ts';

/** What the store's own parts and the workers beside it share. Routes and the stream see only `Store`. */
export interface StoreInternals {
  readonly database: Database;
  readonly writer: Writer;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** By system and hash of the key. */
  readonly intakeCache: IntakeCache;
  readonly peers: Peers;
  readonly revocations: Revocations;
  /** The same for devices that have another role from now on; see {@link Store.onDeviceChanged}. */
  readonly changes: Revocations;
  onDeliveries(listener: () => void): () => void;
  /** Asked by whoever works on deliveries before each transaction. */
  readonly rightOfWay: RightOfWay;
  /** Tells whoever works on deliveries, here or in another process, that there is something to do. */
  callWorkers(): void;
  onLooks(listener: () => void): () => void;
  /** Tells whoever looks at sources, here or in another process, that somebody waits for a look. */
  callLooks(): void;
  /** Commits of deliveries so far, for measuring the group commit. */
  deliveryCommits(): number;
  /** As {@link Store.audit}: of what stands, so after the commit. */
  audit(line: AuditLine): void;
  /** Writes the gathered audit lines now. */
  flushAudit(): Promise<void>;
  /** Chains the audit lines whose minute is over. */
  chainAudit(): Promise<void>;
}

export interface OpenedStore extends Store {
  readonly internals: StoreInternals;
  /** Settles when the database has gone for good without being closed; the process should then end. */
  readonly died: Promise<Error>;
}

export const instant = (clock: Clock) => new Date(clock.now()).toISOString();
