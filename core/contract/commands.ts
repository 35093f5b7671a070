import { z } from 'zod';
import { CodedError } from './errors.ts';
import { Id, Instant, Seq, ShortText } from './primitives.ts';
import { CalendarFields } from './record/calendars.ts';
import { FOLLOWING } from './record/row.ts';
import { AllocationFields, HouseRulesFields, LimitFields, MOVABLE, ResourceFields } from './record/taking.ts';
import { RecordedEvent } from './events.ts';

/** In the person's words. */
const Reason = z.string().trim().min(1).max(200);

/** Of one wedding; so many with all that is told of them fit a request. */
export const MOST_FOLLOWING = 150;
const Seen = { collection: z.enum(FOLLOWING), id: Id, basedOnVersion: z.int().min(1) } as const;
const Stood = { startsAt: Instant.nullish(), endsAt: Instant.nullish(), callTime: Instant.nullish(), place: ShortText.nullish() } as const;

/**
 * `along`: by as much as the start of the wedding moves, as the server computes it (`core/domain/conflicts/following.ts`). Whoever says so has
 * seen all that could follow: what is named in neither list has come meanwhile. `back`: to what stood; what is left out stays.
 */
const Follow = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('along'), rows: z.array(z.strictObject(Seen)).max(MOST_FOLLOWING), stay: z.array(Id).max(500) }),
  z.strictObject({
    how: z.literal('back'),
    rows: z.array(z.strictObject({ ...Seen, ...Stood })).max(MOST_FOLLOWING),
  }),
]);
export type Follow = z.infer<typeof Follow>;

/**
 * A person's decision. `commandId` makes it safe to send twice: the second answer equals the first.
 * `basedOnVersion` is the row's version the person saw.
 */
export const Command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('alert.acknowledge'), commandId: Id, alertId: Id, basedOnVersion: z.int().min(1) }),
  z.strictObject({ type: z.literal('runsheet.item.set_status'), commandId: Id, itemId: Id, basedOnVersion: z.int().min(1), status: z.enum(['planned', 'running', 'done', 'skipped']) }),
  /** What comes from now on is taken in and held. `reason`: why, in the person's words. */
  z.strictObject({ type: z.literal('connection.pause'), commandId: Id, connectionId: Id, basedOnVersion: z.int().min(1), reason: z.string().trim().min(1).max(200).nullable() }),
  /** Also of one that was disabled; what was held meanwhile is worked on in order of arrival. */
  z.strictObject({ type: z.literal('connection.resume'), commandId: Id, connectionId: Id, basedOnVersion: z.int().min(1) }),
  /** Lets everything through that the brake has stopped; only for a review item of kind `held`. */
  z.strictObject({ type: z.literal('review.release'), commandId: Id, reviewId: Id, basedOnVersion: z.int().min(1) }),
  /**
   * Of kind `held`: throws all of it away. Of any other kind: it needs nothing. Parked: it belongs to no wedding, and what was told stays
   * as it is; quarantined and dead: the delivery is of no interest (`review.put_away`), and can still be worked on again.
   */
  z.strictObject({ type: z.literal('review.discard'), commandId: Id, reviewId: Id, basedOnVersion: z.int().min(1) }),
  /** Both may stay as they are although they clash; `reason`: why, in the person's words. It is open again once they clash worse. */
  z.strictObject({ type: z.literal('conflict.override'), commandId: Id, conflictId: Id, basedOnVersion: z.int().min(1), reason: z.string().trim().min(1).max(200) }),
  /** Makes a resource (`basedOnVersion` null) or changes it. One that other facts speak of by name keeps its older names. */
  z.strictObject({ type: z.literal('resource.save'), commandId: Id, resourceId: Id, basedOnVersion: z.int().min(1).nullable(), ...ResourceFields }),
  /**
   * Takes time of a resource by hand (`basedOnVersion` null), or changes what was taken; `cancelled` gives it back. `reason`: needed where a hard
   * clash or a limit would come of it, and only from those who may; else null.
   */
  z.strictObject({ type: z.literal('allocation.save'), commandId: Id, allocationId: Id, basedOnVersion: z.int().min(1).nullable(), ...AllocationFields, reason: Reason.nullable() }),
  /** A limit that the venue has set itself (`basedOnVersion` null = a new one). */
  z.strictObject({ type: z.literal('limit.save'), commandId: Id, limitId: Id, basedOnVersion: z.int().min(1).nullable(), ...LimitFields }),
  /** What clashes in this house, and how long its ways are (`basedOnVersion` null = nothing was said of it yet). `houseId`: the house's own id. */
  z.strictObject({ type: z.literal('rules.save'), commandId: Id, houseId: Id, basedOnVersion: z.int().min(1).nullable(), ...HouseRulesFields }),
  /** Becomes definite, goes back to a hold, is cancelled. `reason` as in `allocation.save`. */
  z.strictObject({ type: z.literal('booking.set_status'), commandId: Id, collection: z.enum(MOVABLE), id: Id, basedOnVersion: z.int().min(1), status: z.enum(['hold', 'definite', 'cancelled']), reason: Reason.nullable() }),
  /**
   * What a person has cancelled stands again as it stood before, where and when it was; the status is the record's to know. `reason` as in
   * `allocation.save`. What a source has cancelled is refused (`booking.cancelled_there`). `along`: the holds that the person saw come back
   * with a wedding; where others would by now it answers `rebase`. Left out = nobody has looked, and whatever can comes along.
   */
  z.strictObject({
    type: z.literal('booking.bring_back'), commandId: Id, collection: z.enum(MOVABLE), id: Id, basedOnVersion: z.int().min(1), reason: Reason.nullable(),
    along: z.array(Id).max(500).optional(),
  }),
  /**
   * One or several that take time get another time or another resource, all of them or none: a drag, a swap, a plan of the solver, its undoing.
   * A wedding moves to a room, a booking to a vendor, an allocation to any resource of the kind that it has. A booking takes its call time
   * along. `follow` is of weddings only: what of it moves with it; left out = nothing.
   */
  z.strictObject({
    type: z.literal('plan.carry_out'),
    commandId: Id,
    moves: z.array(z.strictObject({
      collection: z.enum(MOVABLE), id: Id, basedOnVersion: z.int().min(1), resourceId: Id, startsAt: Instant, endsAt: Instant, follow: Follow.optional(),
    })).min(1).max(50),
    reason: Reason.nullable(),
  }),
  /**
   * What did not move when its wedding was moved outside follows it now, by as much as it has been left behind (`core/domain/conflicts/leftBehind.ts`).
   * `alertId`: the alert that tells of it; `startsAt`: the start of the wedding that the person saw. `reason` as in `allocation.save`. `back`:
   * those that have followed for that alert go back to where they were left, and it is asked about them again.
   */
  z.strictObject({
    type: z.literal('wedding.let_follow'), commandId: Id, alertId: Id, basedOnVersion: z.int().min(1), startsAt: Instant,
    rows: z.array(z.strictObject(Seen)).min(1).max(MOST_FOLLOWING), reason: Reason.nullable(), back: z.literal(true).optional(),
  }),
  /** How a calendar that is kept elsewhere takes part. Written into it is only what is still to come. */
  z.strictObject({ type: z.literal('calendar.save'), commandId: Id, calendarId: Id, basedOnVersion: z.int().min(1), ...CalendarFields }),
  /** One that failed is tried again, now. */
  z.strictObject({ type: z.literal('push.retry'), commandId: Id, pushId: Id, basedOnVersion: z.int().min(1) }),
  /** Which side stays: what is ours is written over theirs, or what is theirs becomes ours. `reason` as in `allocation.save`. */
  z.strictObject({ type: z.literal('difference.settle'), commandId: Id, differenceId: Id, basedOnVersion: z.int().min(1), keep: z.enum(['ours', 'theirs']), reason: Reason.nullable() }),
  /** What a parked delivery told belongs to this wedding; what is told of the same things later follows. Only for kind `parked`. */
  z.strictObject({ type: z.literal('review.assign'), commandId: Id, reviewId: Id, weddingId: Id, basedOnVersion: z.int().min(1) }),
]);
export type Command = z.infer<typeof Command>;
export type CommandType = Command['type'];

/**
 * A calendar that could not be asked before something was confirmed. `lookedAt`: as of when it is known here; null = nobody has read it
 * yet. `paused`: its connection is. `no_answer`: it was asked and did not answer, or nobody may ask it. `held`: what it told waits for a
 * person. `late`: it was not heard, or what it told was not worked on, in time. `computer`: it keeps the key and is not connected, so that
 * nobody could ask.
 */
export const Unasked = z.object({ calendarId: Id, lookedAt: Instant.nullable(), why: z.enum(['paused', 'no_answer', 'held', 'late']), computer: ShortText.optional() });
export type Unasked = z.infer<typeof Unasked>;

/** accepted = recorded; rejected = it will never be; rebase = somebody else was first, here is what stands. */
export const CommandAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), commandId: Id, seq: Seq }),
  /** `unasked`: with `conflict.source_not_asked`, and wherever else calendars could not be asked. */
  /** `twinId`: with `calendar.written_twice`, the calendar that is the same one over there. */
  z.object({ outcome: z.literal('rejected'), commandId: Id, error: CodedError, unasked: z.array(Unasked).optional(), twinId: Id.optional() }),
  z.object({ outcome: z.literal('rebase'), commandId: Id, latest: RecordedEvent.nullable() }),
]);
export type CommandAnswer = z.infer<typeof CommandAnswer>;
