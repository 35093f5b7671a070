import { z } from 'zod';
import { EVENT_TYPE_NAMES, type EventType } from './events.ts';
import { Id, Instant } from './primitives.ts';
import { COLLECTION_NAMES, type CollectionName } from './record.ts';

/** Looking into what came, and working on it again. Bodies and headers are told with what the manifest covers left out. */

/** `held` = kept and not worked on: its connection is paused, or the brake has stopped it. */
export const DELIVERY_STATES = ['received', 'waiting', 'held', 'processed', 'ignored', 'parked', 'quarantined', 'dead'] as const;
export const DeliveryState = z.enum(DELIVERY_STATES);
export type DeliveryState = z.infer<typeof DeliveryState>;
/** These wait for a person or for a decision. */
export const REVIEW_STATES = ['held', 'parked', 'quarantined', 'dead'] as const satisfies readonly DeliveryState[];
export const DELIVERY_ORIGINS = ['webhook', 'poll', 'file', 'feed', 'mail', 'test'] as const;
export type DeliveryOrigin = (typeof DELIVERY_ORIGINS)[number];
/** How soon it is worked on when many wait; decided when it is stored (`core/domain/intake/priority.ts`). */
export const PRIORITIES = ['urgent', 'normal', 'bulk'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const DeliveryLine = z.object({
  id: Id,
  connectionId: Id,
  system: z.string(),
  origin: z.enum(DELIVERY_ORIGINS),
  priority: z.enum(PRIORITIES),
  vendorEvent: z.string().nullable(),
  vendorKey: z.string(),
  state: DeliveryState,
  reason: z.string().nullable(),
  attempts: z.int(),
  receivedAt: Instant,
  doneAt: Instant.nullable(),
  nextAttemptAt: Instant.nullable(),
  /** Weddings whose rows it has changed. */
  weddingIds: z.array(Id),
});
export type DeliveryLine = z.infer<typeof DeliveryLine>;

export const DELIVERIES_PAGE = 50;
/** Narrowing; together. `text` is looked for in keys, event names and bodies that are still kept. */
const narrow = {
  system: z.string().max(60).optional(),
  connection: Id.optional(),
  wedding: Id.optional(),
  /** Several with commas. */
  state: z.string().max(120).regex(/^[a-z]+(,[a-z]+)*$/).optional(),
  origin: z.enum(DELIVERY_ORIGINS).optional(),
  priority: z.enum(PRIORITIES).optional(),
  /**
   * About its attempts; all that is said has to be true of the same one. `tryCode`: an error code, `failed` for any, `ok` for one that went well;
   * `tryStatus`: what the source answered; `slowerThan`: milliseconds that its call took; `tryFrom` and `tryTo`: when it ended.
   */
  tryCode: z.string().max(60).regex(/^[a-z_]+(\.[a-z_]+)*$/).optional(),
  tryStatus: z.string().regex(/^[1-5]\d\d$/).optional(),
  slowerThan: z.string().regex(/^\d{1,8}$/).optional(),
  tryFrom: Instant.optional(),
  tryTo: Instant.optional(),
  /** Tried more often than that. */
  moreThan: z.string().regex(/^\d{1,3}$/).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  text: z.string().min(2).max(200).optional(),
};
/** A place in the order of receipt; only for giving it back. */
const Place = z.string().regex(/^\d{1,14}-\d{1,15}$/);
export const DeliveryQuery = z.object({ ...narrow, before: Place.optional() });
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;
/** Deliveries looked at for one page of a search for text, and counted at most for {@link DeliveryPage.counts}. */
export const TEXT_LOOK = 5_000;
export const COUNT_LOOK = 10_000;
/** `GET /api/deliveries`: newest first. */
export const DeliveryPage = z.object({
  at: Instant,
  /** Fewer than a page, even none, does not mean the end while `before` is set: a search for text looks at {@link TEXT_LOOK} at a time. */
  deliveries: z.array(DeliveryLine),
  /** Of the narrowing without its state and `before`; a state that is left out has none. */
  counts: z.partialRecord(DeliveryState, z.int()),
  /** False = there are more than were counted: the counts are of the newest ones. */
  countedAll: z.boolean(),
  /** Give it as `before` to get what is older; null = that was all. */
  before: Place.nullable(),
});
export type DeliveryPage = z.infer<typeof DeliveryPage>;

const Collection = z.enum(COLLECTION_NAMES as [CollectionName, ...CollectionName[]]);
/** One row as it was or would be changed. */
export const RowChange = z.object({
  type: z.enum(EVENT_TYPE_NAMES as [EventType, ...EventType[]]),
  collection: Collection,
  rowId: Id,
  /** Null = a row that there is not yet. */
  title: z.string().nullable(),
  weddingId: Id.nullable(),
  fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
});
export type RowChange = z.infer<typeof RowChange>;

/** `GET /api/deliveries/:id` */
export const DeliveryWhole = DeliveryLine.extend({
  mediaType: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Covered parts read `•••` and what they are. A form is told decoded, `name=value` on a line each. Null = it is not kept any more (retention, or it told of somebody who was erased). */
  body: z.string().nullable(),
  /** The last twenty attempts that failed or called a source, oldest first, and the one that went well (`ok`). `at` = when it ended, `ms` = how long its call took; null = nobody was called, or it is not known. */
  tries: z.array(z.object({ at: Instant, code: z.string(), message: z.string(), ms: z.number().nullable(), status: z.int().nullable() })),
  /** What it changed when it was worked on. */
  changed: z.array(RowChange),
  /** Later deliveries that changed the same rows: working on this one again cannot undo them. */
  newer: z.int(),
  /**
   * What it names and nobody has told of yet: its rows are linked, or it is worked on again, as soon as somebody does. By the system's own
   * word and id; addresses and numbers in an id are covered, null = it told of somebody who was erased.
   */
  waits: z.array(z.object({ type: z.string(), id: z.string().nullable() })),
});
export type DeliveryWhole = z.infer<typeof DeliveryWhole>;

/** What a lot is made of: named ones, or everything in a narrowing with a beginning. */
export const Lot = z.union([z.strictObject({ ids: z.array(Id).min(1).max(500) }), z.strictObject({ ...narrow, from: Instant, to: Instant })]);
export type Lot = z.infer<typeof Lot>;
/** What is to be worked on again: a lot by the rules, or what a dry run has shown and nothing else. */
export const ReplayOrder = z.union([...Lot.options, z.strictObject({ dryRun: Id })]);
export type ReplayOrder = z.infer<typeof ReplayOrder>;
/** `POST /api/deliveries/replay/preview`: what working on them again would change, without doing it. */
export const ReplayPreview = z.object({
  at: Instant,
  deliveries: z.int(),
  changes: z.array(z.object({ deliveryId: Id, outcome: z.enum(['changes', 'nothing', 'reads_source', 'refused', 'body_gone', 'untried']), reason: z.string().nullable(), rows: z.array(RowChange) })),
  /** More than are shown. */
  leftOut: z.int(),
});
export type ReplayPreview = z.infer<typeof ReplayPreview>;
/** Deliveries that a preview shows, the oldest first. */
export const PREVIEW_SHOWN = 50;
/** Deliveries of one replay at most. */
export const REPLAY_LIMIT = 100_000;

/** `POST /api/deliveries/replay` begins, `GET /api/replays/:id` tells how far it is. */
export const Replay = z.object({
  id: Id,
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  total: z.int(),
  done: z.int(),
  outcomes: z.partialRecord(DeliveryState, z.int()),
  /** Left as they were, since they would have changed something else than their dry run showed; among `outcomes` with the state that they kept. */
  differs: z.int(),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
});
export type Replay = z.infer<typeof Replay>;
/** `GET /api/replays`: the last few, the newest first. One at a time runs. */
export const ReplaysAnswer = z.object({ at: Instant, replays: z.array(Replay) });
export type ReplaysAnswer = z.infer<typeof ReplaysAnswer>;

/** `POST /api/integrations/:id/test-event`: an event of ours goes the whole way and changes nothing. */
export const TestEventAnswer = z.object({ deliveryId: Id });
export type TestEventAnswer = z.infer<typeof TestEventAnswer>;

/** `GET /api/integrations/:id/refusals`: calls that proved nothing are not kept; how many came, why, and when the last one did. */
export const RefusalsAnswer = z.object({ at: Instant, refusals: z.array(z.object({ code: z.string(), count: z.int(), lastAt: Instant })) });
export type RefusalsAnswer = z.infer<typeof RefusalsAnswer>;

const IdParams = z.object({ id: Id });
export const DELIVERIES_HTTP = {
  searchDeliveries: { method: 'GET', path: '/api/deliveries', request: { query: DeliveryQuery }, success: DeliveryPage },
  delivery: { method: 'GET', path: '/api/deliveries/:id', request: { params: IdParams }, success: DeliveryWhole },
  previewReplay: { method: 'POST', path: '/api/deliveries/replay/preview', request: { body: Lot }, success: ReplayPreview },
  replay: { method: 'POST', path: '/api/deliveries/replay', request: { body: ReplayOrder }, success: Replay },
  replays: { method: 'GET', path: '/api/replays', request: {}, success: ReplaysAnswer },
  replayState: { method: 'GET', path: '/api/replays/:id', request: { params: IdParams }, success: Replay },
  cancelReplay: { method: 'POST', path: '/api/replays/:id/cancel', request: { params: IdParams }, success: Replay },
  testEvent: { method: 'POST', path: '/api/integrations/:id/test-event', request: { params: IdParams }, success: TestEventAnswer },
  refusals: { method: 'GET', path: '/api/integrations/:id/refusals', request: { params: IdParams }, success: RefusalsAnswer },
} as const;
