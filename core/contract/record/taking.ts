import { z } from 'zod';
import { Id, Instant, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** What takes time, and what cannot both be. */

export const RESOURCE_KINDS = ['room', 'vendor', 'crew', 'equipment'] as const;

/** A day at most: whoever looks for neighbours knows how far to look. */
const Minutes = z.int().min(0).max(1_440);

/** In the smallest unit of the house's currency; a sum of as many as a plan can move stays exact. */
const Fee = z.int().min(0).max(1_000_000_000);

/**
 * What a resource asks for a change of what is agreed, as it has told the house. Null = nobody has said; 0 = it asks for nothing. Left out of a
 * command = it stays as it is, for programs that were made before it. `core/domain/conflicts/costs.ts` reads them.
 */
export const AskedFees = {
  /** For being moved to another time, or for losing it to another resource. */
  moveFeeMinor: Fee.nullish(),
  /** Asked for only when it is so many days or fewer before it begins, on the venue's calendar; null = always. */
  moveFeeDays: z.int().min(0).max(730).nullish(),
  /** For each hour begun that it lasts longer than before. */
  extraHourMinor: Fee.nullish(),
} as const;

/** What a person may say of a resource. */
export const ResourceFields = {
  kind: z.enum(RESOURCE_KINDS),
  name: ShortText,
  /** How much of it can be taken at once: 1 = one thing at a time, 200 = that many chairs. */
  places: z.int().min(1).max(1_000_000),
  /** It is made of these resources: taking the whole takes each part, and the other way round. */
  partIds: z.array(Id).max(50),
  /** Needed before and after whatever takes it, unless that says otherwise. */
  setUpMinutes: Minutes,
  turnaroundMinutes: Minutes,
  ...AskedFees,
  state: z.enum(['active', 'retired']),
} as const;

/** Something whose time is taken: a room, a vendor, somebody of the crew, a stock of equipment. */
export const Resource = z.object({
  ...rowBase,
  ...ResourceFields,
  /** By which facts speak of it, its own name first, as `resourceKey` writes them: small, without spaces to spare. */
  keys: z.array(ShortText).min(1).max(50),
});
export type Resource = z.infer<typeof Resource>;

/** What a person may say of an allocation. */
export const AllocationFields = {
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  resourceId: Id,
  title: ShortText,
  startsAt: Instant,
  /** Later than the start; the end itself is free again. */
  endsAt: Instant,
  /** `closed`: the resource itself is not to be had. */
  status: z.enum(['lead', 'hold', 'definite', 'closed', 'cancelled']),
  /** Of a hold among others for the same time; 1 is first. */
  rank: z.int().min(1).max(9).nullable(),
  /** From then on a hold counts as a lead; null = it does not expire. */
  holdUntil: Instant.nullable(),
  /** Must not be moved, and why. */
  lockedBecause: ShortText.nullable(),
  /** What is done there (`music`, `bar`, `ceremony`): limits ask for these. */
  tags: z.array(ShortText).max(20),
  /** Of a stock. */
  units: z.int().min(1).max(1_000_000),
  /** Null = as the resource has it. */
  setUpMinutes: Minutes.nullable(),
  turnaroundMinutes: Minutes.nullable(),
} as const;

/** Time of a resource that is taken by hand: crew, equipment, a second room, a ranked hold, a closure. */
export const Allocation = z.object({ ...rowBase, ...AllocationFields });
export type Allocation = z.infer<typeof Allocation>;

const WallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
/** As `core/domain/conflicts/limits.ts` reads it. Weekdays 1 (Monday) to 7, wall times of the venue; a window whose `to` is not after its `from` ends on the next day. */
export const LimitRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('not_within'), weekdays: z.array(z.int().min(1).max(7)).min(1).max(7), from: WallTime, to: WallTime }),
  z.strictObject({ kind: z.literal('at_most'), ms: z.int().min(60_000).max(7 * 86_400_000) }),
  z.strictObject({ kind: z.literal('at_most_a_day'), ms: z.int().min(60_000).max(86_400_000) }),
  z.strictObject({ kind: z.literal('rest'), ms: z.int().min(60_000).max(2 * 86_400_000) }),
]);

/** What a person may say of a limit. */
export const LimitFields = {
  /** As it is told: `Noise curfew`. */
  name: ShortText,
  rule: LimitRule,
  /** Null = on all. A whole and its parts are the same place. */
  resourceIds: z.array(Id).min(1).max(100).nullable(),
  /** Only what is tagged with one of these; null = everything. */
  tags: z.array(ShortText).min(1).max(20).nullable(),
  /** Who may pass it with a reason; empty = nobody. */
  overridableBy: z.array(z.enum(['owner', 'coordinator'])).max(2),
  state: z.enum(['active', 'retired']),
} as const;

/** What the licence, the law or a contract sets: a noise curfew, licence hours, a registrar's day, overtime, a driver's hours. */
export const Limit = z.object({ ...rowBase, ...LimitFields });
export type Limit = z.infer<typeof Limit>;

/**
 * Which levels each pair may have; what makes no sense is not offered. Two that are certain, and what is closed, never go unsaid: ignoring
 * them would hide the very double bookings that this is for. A lead blocks nobody: who merely asks must not keep another from being confirmed.
 */
export const CLASH_LEVELS = {
  definiteWithDefinite: ['block', 'warn'],
  definiteWithHold: ['block', 'warn', 'ignore'],
  /** Two holds of which at least one has no rank, or that share one. */
  holdWithHold: ['block', 'warn', 'ignore'],
  /** Two holds whose ranks say who is first. */
  rankedHolds: ['block', 'warn', 'ignore'],
  leadWithAny: ['warn', 'ignore'],
  closedWithAny: ['block', 'warn'],
  /** Too little time between two that do not overlap, for turning around or for the way. */
  gaps: ['block', 'warn', 'ignore'],
} as const;
const levels = {
  definiteWithDefinite: z.enum(CLASH_LEVELS.definiteWithDefinite),
  definiteWithHold: z.enum(CLASH_LEVELS.definiteWithHold),
  holdWithHold: z.enum(CLASH_LEVELS.holdWithHold),
  rankedHolds: z.enum(CLASH_LEVELS.rankedHolds),
  leadWithAny: z.enum(CLASH_LEVELS.leadWithAny),
  closedWithAny: z.enum(CLASH_LEVELS.closedWithAny),
  gaps: z.enum(CLASH_LEVELS.gaps),
} as const;

/** No way between two jobs is longer; whoever looks for neighbours knows how far to look. */
export const LONGEST_WAY_MINUTES = 720;
export const MOST_WAYS = 500;
const WayMinutes = z.int().min(0).max(LONGEST_WAY_MINUTES);

/** What a person may say of how a venue judges what clashes. */
export const HouseRulesFields = {
  levels: z.object(levels),
  /** How long people need from one place to another. */
  travel: z.object({
    /** Between two places about which nothing else is known; null = not counted. Two rooms of the house are never that far. */
    usualMinutes: WayMinutes.nullable(),
    /** The same in both directions; places as facts spell them. */
    ways: z.array(z.object({ from: ShortText, to: ShortText, minutes: WayMinutes })).max(MOST_WAYS),
  }),
} as const;

/** A venue's own rules of what clashes. One row for each house, with the house's id; without it `VENUE_RULES` hold and no way is counted. */
export const HouseRules = z.object({ ...rowBase, ...HouseRulesFields });
export type HouseRules = z.infer<typeof HouseRules>;

/** Whose rows take time and are moved from here. */
export const MOVABLE = ['weddings', 'bookings', 'allocations'] as const;

/** Whose rows take time; entries of calendars that are kept elsewhere are nobody's to move here. */
export const TAKING = [...MOVABLE, 'calendarEvents'] as const;

export const CLASH_KINDS = ['overlap', 'closure', 'turnaround', 'travel', 'capacity'] as const;

/** One more than what two can do to each other: `limit` = one alone passes what the licence, the law or a contract sets. */
export const CONFLICT_KINDS = [...CLASH_KINDS, 'limit'] as const;

/** Two or more that cannot both be, or one that passes a limit; see `core/domain/conflicts`. */
export const Conflict = z.object({
  ...rowBase,
  /** The wedding of the earliest that is not over; null = none of them belongs to one. */
  weddingId: Id.nullable(),
  kind: z.enum(CONFLICT_KINDS),
  /** Of `limit`: which; else null. */
  limitId: Id.nullish(),
  /** `block`: nothing of it may be confirmed until it is resolved or somebody with the right to it has decided otherwise. */
  level: z.enum(['block', 'warn']),
  /** The parts where they meet. */
  resourceIds: z.array(Id).min(1).max(100),
  /** In order of their ids; more than two only for `capacity`, one for `limit`. */
  members: z.array(z.object({ collection: z.enum(TAKING), id: Id })).min(1).max(200),
  /** The overlap, the gap that is too short, or what lies beyond the limit. */
  startsAt: Instant,
  endsAt: Instant,
  /** Milliseconds: of an overlap its length, of a gap what it is short of, of a limit by how much it is passed. */
  missingMs: z.int().min(0),
  /** Of `capacity`: what is asked for beyond what is there, else 0. */
  missingUnits: z.int().min(0),
  raisedAt: Instant,
  state: z.enum(['open', 'resolved', 'overridden']),
  /** When it was resolved or overridden, by whom (null = it vanished by itself), and why. */
  settledAt: Instant.nullable(),
  settledBy: ShortText.nullable(),
  settledBecause: ShortText.nullable(),
});
export type Conflict = z.infer<typeof Conflict>;
