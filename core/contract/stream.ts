import { z } from 'zod';
import { EVENT_TYPES, RecordedEvent } from './events.ts';
import { Id, Instant, Seq } from './primitives.ts';
import { COLLECTION_NAMES, Snapshot, type CollectionName } from './record.ts';

/**
 * The realtime protocol between server and clients, over Socket.IO. Order, resume and "nothing lost" come from `seq`
 * and the client's cursor, never from the transport.
 *
 * client -> server: handshake `auth` = {@link StreamHello}; afterwards only `presence`, where its person is, from those
 * who may (decisions go over HTTP).
 * server -> client: `welcome`, then either `snapshot` or `frame`s up to the head, then live `frame`s and `heartbeat`s;
 * `presence` beside them, to those of the house (`presence.ts`); `bye` before the server ends a connection on purpose.
 */
export const PROTOCOL_VERSION = 6;
/** Oldest client protocol this server still speaks. */
export const PROTOCOL_MINIMUM = 2;

export const STREAM_PATH = '/stream';

/** Milliseconds between heartbeats; a client that hears nothing for {@link SILENCE_LIMIT_MS} treats the line as dead. */
export const HEARTBEAT_MS = 4_000;
export const SILENCE_LIMIT_MS = 9_000;

export const StreamHello = z.object({
  protocol: z.int(),
  /** Device token; absent in a browser, which sends its session cookie instead. */
  token: z.string().max(200).optional(),
  client: z.object({ app: z.string().max(60), version: z.string().max(40), kind: z.enum(['desktop', 'browser', 'tool']) }),
  /** Last event applied; null when the client holds nothing. */
  cursor: z.object({ epoch: z.string().max(64), seq: Seq }).nullable(),
  /** Restrict to one wedding's room; absent = the organisation's room. */
  weddingId: Id.optional(),
});
export type StreamHello = z.infer<typeof StreamHello>;

export const StreamWelcome = z.object({
  protocol: z.int(),
  epoch: z.string(),
  headSeq: Seq,
  mode: z.enum(['resume', 'snapshot']),
  serverTime: Instant,
});
export type StreamWelcome = z.infer<typeof StreamWelcome>;

/** A row that the event `seq` took out of this client's sight; to be forgotten, with everything told about it. */
export const RemovedRow = z.object({ collection: z.enum(COLLECTION_NAMES as [CollectionName, ...CollectionName[]]), id: Id, seq: Seq });
export type RemovedRow = z.infer<typeof RemovedRow>;

/**
 * A frame whose events go beyond its range, or back, or belong to another collection than their type says, would move
 * the record to a place where the frames that follow are taken for repeats: facts would be lost without a word.
 */
function isWhole({ after, upTo, events, removed = [] }: { after: number; upTo: number; events: readonly RecordedEvent[]; removed?: readonly RemovedRow[] | undefined }): boolean {
  const rises = (places: readonly { readonly seq: number }[]) => places.every(({ seq }, at) => seq > (places[at - 1]?.seq ?? after) && seq <= upTo);
  return after <= upTo && rises(events) && rises(removed) && events.every(({ type, collection }) => EVENT_TYPES[type].collection === collection);
}

/**
 * Events of one room, in order. It covers the log from `after` (exclusive) to `upTo` (inclusive): a client whose
 * cursor is below `after` has a gap and must resume; one at or above `upTo` drops the frame as a duplicate. In a
 * wedding's room, and for a device that may not see everything, `events` may be fewer than the range.
 */
export const StreamFrame = z.object({
  after: Seq,
  upTo: Seq,
  events: z.array(RecordedEvent),
  /** Left out = none. */
  removed: z.array(RemovedRow).optional(),
  /** When the newest of these was committed, server's clock; for measuring hops. */
  committedAt: Instant,
}).refine(isWhole, 'its events do not fit its range');
export type StreamFrame = z.infer<typeof StreamFrame>;

export const StreamSnapshot = Snapshot;
export type StreamSnapshot = Snapshot;

export const StreamHeartbeat = z.object({ headSeq: Seq, serverTime: Instant });
export type StreamHeartbeat = z.infer<typeof StreamHeartbeat>;

/** Why a connection ended or was refused. */
export const CLOSE_REASONS = ['server_stopping', 'auth_missing', 'auth_invalid', 'auth_revoked', 'protocol_too_old', 'protocol_too_new', 'hello_invalid', 'forbidden', 'overloaded', 'flooding', 'slow_consumer', 'silence', 'gap', 'transport_lost', 'network_gone', 'stopped'] as const;
export const CloseReason = z.enum(CLOSE_REASONS);
export type CloseReason = z.infer<typeof CloseReason>;

export const StreamBye = z.object({ reason: CloseReason });
export type StreamBye = z.infer<typeof StreamBye>;

/** What the console's header shows. */
export const LinkStatus = z.object({
  state: z.enum(['connecting', 'catching_up', 'live', 'offline', 'refused']),
  /** When this state began. */
  since: Instant,
  /** Last event applied here. */
  seq: Seq,
  /** The server's newest, as far as known. */
  headSeq: Seq,
  /** When the server last confirmed that we are current; null = never in this run. */
  confirmedAt: Instant.nullable(),
  reason: CloseReason.nullable(),
  /** Attempts since the last live moment. */
  attempt: z.int(),
  /** When the next attempt is due, while offline. */
  retryAt: Instant.nullable(),
});
export type LinkStatus = z.infer<typeof LinkStatus>;
