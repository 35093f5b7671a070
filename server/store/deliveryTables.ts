import type { Generated } from 'kysely';
import type { DeliveryState, Priority } from '../../core/contract/deliveries.ts';
import type { Origin } from '../../core/vendors/vendor.ts';

/** The tables of what came in, and of working on it again, as Kysely sees them; see `schema.ts`. */

export interface DeliveriesTable {
  id: string;
  arrival: Generated<number>;
  organisationId: string;
  connectionId: string;
  system: string;
  deliveryKey: string;
  vendorEvent: string | null;
  mediaType: string;
  headers: Record<string, string>;
  body: string;
  receivedAt: string;
  state: Generated<DeliveryState>;
  reason: string | null;
  attempts: Generated<number>;
  nextAttemptAt: string | null;
  /** Its object is being re-read right now; the lease ends at `nextAttemptAt`. */
  inHand: Generated<boolean>;
  doneAt: string | null;
  /** How it came; webhook unless it says otherwise. */
  origin: Generated<Origin>;
  /** What failed before the last attempt, oldest first. */
  tries: Generated<unknown>;
  /** A person has let it through: the brake does not look at it. */
  letThrough: Generated<boolean>;
  /** SHA-256 of the body, once it was taken out. */
  bodyHash: Generated<Uint8Array | null>;
  emptiedAt: Generated<string | null>;
  /** The last replay that it was part of. */
  replayId: Generated<string | null>;
  priority: Generated<Priority>;
  /** It might have been worked on before others, and has to wait for its place. */
  inLine: Generated<boolean>;
}

/** Working on deliveries again; `lot` is in the shape of `server/deliveries/lots.ts`. */
export interface ReplaysTable {
  id: string;
  organisationId: string;
  state: Generated<'running' | 'done' | 'cancelled' | 'failed'>;
  lot: unknown;
  total: number;
  /** Given to the workers so far. */
  handed: Generated<number>;
  /** As it was at its end. */
  done: Generated<number>;
  outcomes: Generated<unknown>;
  /** Left as they were, since they differed from their dry run. */
  differs: Generated<number>;
  /** Of the last one that was handed to the workers. */
  placeAt: string | null;
  placeArrival: number | null;
  handedAll: Generated<boolean>;
  startedBy: string;
  startedAt: string;
  finishedAt: string | null;
}

/** What working on deliveries again would do. */
export interface DryRunsTable {
  id: string;
  organisationId: string;
  deviceId: string;
  state: Generated<'running' | 'done' | 'cancelled' | 'failed'>;
  /** Null once it has ended: it may hold words that were looked for. */
  lot: unknown;
  total: number;
  done: Generated<number>;
  outcomes: Generated<unknown>;
  rows: Generated<number>;
  fields: Generated<number>;
  read: Generated<number>;
  reasons: Generated<unknown>;
  holder: string | null;
  heldUntil: string | null;
  /** Deliveries that were begun with and are not done, and how often. */
  tries: Generated<Record<string, number>>;
  startedAt: string;
  finishedAt: string | null;
  expiresAt: string;
  replayId: string | null;
}

export interface DeliveryTables {
  deliveries: DeliveriesTable;
  replays: ReplaysTable;
  dryRuns: DryRunsTable;
}
