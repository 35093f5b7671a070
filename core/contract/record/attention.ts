import { z } from 'zod';
import { Id, Instant, LongText, ShortText } from '../primitives.ts';
import { FOLLOWING, Severity, rowBase } from './row.ts';

/** What asks for a person: alerts, and deliveries that could not be applied by themselves. */

export const ALERT_RULES = ['payment_failed', 'payment_refunded', 'booking_cancelled', 'call_time_moved', 'delivery_parked', 'delivery_quarantined', 'delivery_held', 'deliveries_dead', 'forwarding_asked', 'feed_moved', 'double_booking', 'limit_passed', 'hold_first', 'hold_not_back', 'day_asked', 'connection_failing', 'connection_warning', 'connection_disabled', 'guest_count_changed', 'message_failed', 'push_failed', 'push_waiting', 'invitation_declined', 'left_behind', 'calendar_unread', 'weather'] as const;

/** Why something did not move with its wedding: others tell of it; it must not be moved; somebody would be in two places; a limit would be passed. */
export const LEFT_BECAUSE = ['theirs', 'locked', 'clash', 'limit'] as const;
export const MOST_LEFT = 500;

/** What stands where it stood although its wedding was moved by somebody outside. It is left only as long as it has these times. */
export const LeftRow = z.object({
  collection: z.enum(FOLLOWING),
  id: Id,
  startsAt: Instant.nullable(),
  endsAt: Instant.nullable(),
  callTime: Instant.nullable(),
  /** The start of the wedding that these times belong to. */
  of: Instant,
  why: z.enum(LEFT_BECAUSE),
});
export type LeftRow = z.infer<typeof LeftRow>;

export const Alert = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  severity: Severity,
  rule: z.enum(ALERT_RULES),
  title: ShortText,
  /** Why it matters and what is known, one or two sentences. */
  detail: LongText,
  raisedAt: Instant,
  state: z.enum(['open', 'acknowledged', 'resolved']),
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: ShortText.nullable(),
  /** The row this alert is about. */
  subject: z.object({ collection: z.string(), id: Id }).nullable(),
  /** Of `left_behind`: what. */
  stayed: z.array(LeftRow).max(MOST_LEFT).nullish(),
  /** Whoever did it himself, by the device, and needs nobody to tell him; left out or null = nobody here did. */
  doneBy: z.string().nullish(),
});
export type Alert = z.infer<typeof Alert>;

/** What the brake stops; see `core/domain/intake/brake.ts`. */
export const HELD_KINDS = ['deletes', 'moves', 'copies'] as const;

/** What one card of the brake holds, so that a person can decide about it without looking into every delivery. */
export const HeldLot = z.object({
  /** Only kinds of which there are any. */
  kinds: z.array(
    z.object({
      kind: z.enum(HELD_KINDS),
      count: z.int().min(0),
      /** The most that the source did of it within one hour, in the last four weeks; 0 = it never did. */
      usualPerHour: z.int().min(0),
      /** Of the same few minutes, what was applied before it was too much. */
      applied: z.int().min(0),
    }),
  ),
  /** How many rows of which collection. */
  rows: z.array(z.object({ collection: z.string(), count: z.int().min(1) })),
  deliveries: z.int().min(1),
  /** Weddings whose rows they are. */
  weddingIds: z.array(Id).max(100),
  /** There are more than are listed. */
  moreWeddings: z.boolean(),
  /** The first few. */
  sample: z.array(z.object({ kind: z.enum(HELD_KINDS).nullable(), collection: z.string(), title: ShortText, weddingId: Id.nullable(), startsAt: Instant.nullable() })).max(5),
  /** When the first and the last of it were received. */
  from: Instant,
  to: Instant,
});
export type HeldLot = z.infer<typeof HeldLot>;

/**
 * A delivery that needs a person: it matched no wedding, could not be understood, or could not be re-read. One of kind
 * `held` stands for everything of its connection that the brake has stopped; `deliveryId` is then the first of them.
 */
export const ReviewItem = z.object({
  ...rowBase,
  deliveryId: Id,
  connectionId: Id,
  kind: z.enum(['parked', 'quarantined', 'dead', 'held']),
  reason: z.string(),
  title: ShortText,
  /** What it is about, in words and without its system: a payment's name, an event, what is held. Left out = opened before this was kept. */
  subject: ShortText.nullish(),
  /** Parked: the row that it is about. */
  about: z.object({ collection: z.string(), id: Id }).nullish(),
  /** Held: what of. */
  lot: HeldLot.nullish(),
  receivedAt: Instant,
  state: z.enum(['open', 'resolved']),
});
export type ReviewItem = z.infer<typeof ReviewItem>;
