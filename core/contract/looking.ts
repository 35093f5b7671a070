import { z } from 'zod';
import { QueueCounts } from './intake.ts';
import { Id, Instant } from './primitives.ts';
import { ReviewItem } from './record/attention.ts';
import { Connection } from './record/connections.ts';
import { Conflict } from './record/taking.ts';

/** Asking for a look at the sources now, and how they stand; the addresses that the requirements name (API-02, -04 to -07, -13, -15, -16). */

/** `looked`: it is looked at as soon as a worker is free. A system that tells by itself is not looked at, and one that is paused is not either. */
const Look = z.object({ connectionId: Id, system: z.string(), name: z.string(), look: z.enum(['asked', 'tells_by_itself', 'paused']) });
export const LooksAnswer = z.object({ at: Instant, connections: z.array(Look) });
export type LooksAnswer = z.infer<typeof LooksAnswer>;

/** What goes on with a connection: a `look` that is asked for and not done, `reread`s in somebody's hands, a `replay` or `dry_run` that works on what it brought. */
export const FLOWS = ['look', 'reread', 'replay', 'dry_run'] as const;
const Flow = z.object({ kind: z.enum(FLOWS), connectionId: Id, /** Deliveries; one for a look. */ count: z.int() });

/**
 * A card that waits for a person. `concerns`: it is known to be about this wedding, since what is held would change it, or since its
 * delivery has changed something of it before; false = of a connection that feeds this wedding, and a person has to say whose it is.
 */
const PendingReview = z.object({ id: Id, connectionId: Id, kind: ReviewItem.shape.kind, concerns: z.boolean() });

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
export const WeddingStatusAnswer = z.object({
  at: Instant,
  /** `lastSyncAt`: when its source was last looked at with an answer, or else when something last came; null = neither. */
  connections: z.array(ConnectionStatus.extend({ lastSyncAt: Instant.nullable() })),
  weddingId: Id,
  /** The worst that is true: nothing feeds it, a connection does not answer, a person is wanted, something is under way, or all is well. */
  status: z.enum(['unconnected', 'failing', 'needs_person', 'working', 'healthy']),
  flows: z.array(Flow),
  /** The newest 200. */
  reviews: z.array(PendingReview),
  /** Neither paused nor disabled. */
  active: z.int(),
  /** Cards of these connections that wait for a person, those of what is held among them. */
  pendingReviews: z.int(),
  /** Open conflicts that the wedding, or a booking of it, is a member of. */
  pendingConflicts: z.int(),
  /** When something of this wedding last came; null = never. */
  lastChangeAt: Instant.nullable(),
});
export type WeddingStatusAnswer = z.infer<typeof WeddingStatusAnswer>;

const SystemName = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const WeddingParams = z.object({ weddingId: Id });
/** What is to be looked for: connections that bring it, by the category of their manifest; a calendar feed brings a calendar whoever gives it. */
export const SYNC_TYPES = ['all', 'calendar', 'payments', 'messages', 'bookings', 'contacts', 'weather'] as const;
export type SyncType = (typeof SYNC_TYPES)[number];
/** Left out or empty = all of them; together. */
export const SyncRequest = z.strictObject({ systems: z.array(SystemName).max(60).optional(), connectionIds: z.array(Id).max(200).optional(), syncType: z.enum(SYNC_TYPES).optional() });

/** `state`: left out = open ones. */
export const ConflictsRequest = z.strictObject({ state: z.enum(['open', 'overridden', 'resolved']).optional() });
/** The next first, at most 500. */
export const ConflictsAnswer = z.object({ at: Instant, conflicts: z.array(Conflict) });
export type ConflictsAnswer = z.infer<typeof ConflictsAnswer>;

export const LOOKING_HTTP = {
  syncWedding: { method: 'POST', path: '/api/integrations/sync/:weddingId', request: { params: WeddingParams, body: SyncRequest }, success: LooksAnswer },
  /** The same for calendars only; `syncType` is taken to be that. */
  syncCalendars: { method: 'POST', path: '/api/integrations/calendar/sync/:weddingId', request: { params: WeddingParams, body: SyncRequest }, success: LooksAnswer },
  /** The same for what the day is made of, bookings with their times; `syncType` is taken to be `bookings`. */
  syncTimeline: { method: 'POST', path: '/api/integrations/wedding/:weddingId/timeline-sync', request: { params: WeddingParams, body: SyncRequest }, success: LooksAnswer },
  calendarConflicts: { method: 'GET', path: '/api/integrations/calendar/conflicts', request: { query: ConflictsRequest }, success: ConflictsAnswer },
  weddingStatus: { method: 'GET', path: '/api/integrations/status/:weddingId', request: { params: WeddingParams }, success: WeddingStatusAnswer },
  syncConnections: { method: 'POST', path: '/api/integrations/vendor/sync', request: { body: SyncRequest }, success: LooksAnswer },
  connectionStatus: { method: 'GET', path: '/api/integrations/vendor/status', request: {}, success: ConnectionStatusAnswer },
  syncCrm: { method: 'POST', path: '/api/integrations/crm/sync/:crmType', request: { params: z.object({ crmType: SystemName }) }, success: LooksAnswer },
} as const;
