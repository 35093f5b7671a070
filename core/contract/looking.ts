import { z } from 'zod';
import { QueueCounts } from './intake.ts';
import { Id, Instant } from './primitives.ts';
import { Connection } from './record.ts';

/** Asking for a look at the sources now, and how they stand; the addresses that the requirements name (API-02, -04, -06, -07, -13). */

/** `looked`: it is looked at as soon as a worker is free. A system that tells by itself is not looked at, and one that is paused is not either. */
const Look = z.object({ connectionId: Id, system: z.string(), name: z.string(), look: z.enum(['asked', 'tells_by_itself', 'paused']) });
export const LooksAnswer = z.object({ at: Instant, connections: z.array(Look) });
export type LooksAnswer = z.infer<typeof LooksAnswer>;

export const ConnectionStatus = z.object({
  connection: Connection,
  /** Null = nothing has come yet. */
  lastDeliveryAt: Instant.nullable(),
  /** Null = it tells by itself. */
  nextLookAt: Instant.nullable(),
  queue: QueueCounts,
});
export const ConnectionStatusAnswer = z.object({ at: Instant, connections: z.array(ConnectionStatus) });
export type ConnectionStatusAnswer = z.infer<typeof ConnectionStatusAnswer>;

/** Of one wedding: the connections that something of it came from, and what of them waits for a person. */
export const WeddingStatusAnswer = ConnectionStatusAnswer.extend({
  weddingId: Id,
  /** Neither paused nor disabled. */
  active: z.int(),
  /** Deliveries of these connections that wait for a person; which wedding they are of is what the person is asked. */
  pendingReviews: z.int(),
  /** When something of this wedding last came; null = never. */
  lastChangeAt: Instant.nullable(),
});
export type WeddingStatusAnswer = z.infer<typeof WeddingStatusAnswer>;

const SystemName = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const WeddingParams = z.object({ weddingId: Id });
/** Left out or empty = all of them. */
export const SyncRequest = z.strictObject({ systems: z.array(SystemName).max(60).optional(), connectionIds: z.array(Id).max(200).optional() });

export const LOOKING_HTTP = {
  syncWedding: { method: 'POST', path: '/api/integrations/sync/:weddingId', request: { params: WeddingParams, body: SyncRequest }, success: LooksAnswer },
  weddingStatus: { method: 'GET', path: '/api/integrations/status/:weddingId', request: { params: WeddingParams }, success: WeddingStatusAnswer },
  syncConnections: { method: 'POST', path: '/api/integrations/vendor/sync', request: { body: SyncRequest }, success: LooksAnswer },
  connectionStatus: { method: 'GET', path: '/api/integrations/vendor/status', request: {}, success: ConnectionStatusAnswer },
  syncCrm: { method: 'POST', path: '/api/integrations/crm/sync/:crmType', request: { params: z.object({ crmType: SystemName }) }, success: LooksAnswer },
} as const;
