import { z } from 'zod';
import { Id, Instant, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** What takes time, and what cannot both be. */

export const RESOURCE_KINDS = ['room', 'vendor', 'crew', 'equipment'] as const;

/** A day at most: whoever looks for neighbours knows how far to look. */
const Minutes = z.int().min(0).max(1_440);

/** Something whose time is taken: a room, a vendor, somebody of the crew, a stock of equipment. */
export const Resource = z.object({
  ...rowBase,
  kind: z.enum(RESOURCE_KINDS),
  name: ShortText,
  /** By which facts speak of it, its own name first, as `resourceKey` writes them: small, without spaces to spare. */
  keys: z.array(ShortText).min(1).max(50),
  /** How much of it can be taken at once: 1 = one thing at a time, 200 = that many chairs. */
  places: z.int().min(1).max(1_000_000),
  /** It is made of these resources: taking the whole takes each part, and the other way round. */
  partIds: z.array(Id).max(50),
  /** Needed before and after whatever takes it, unless that says otherwise. */
  setUpMinutes: Minutes,
  turnaroundMinutes: Minutes,
  state: z.enum(['active', 'retired']),
});
export type Resource = z.infer<typeof Resource>;

/** Time of a resource that is taken by hand: crew, equipment, a second room, a ranked hold, a closure. */
export const Allocation = z.object({
  ...rowBase,
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
});
export type Allocation = z.infer<typeof Allocation>;

/** Whose rows take time. */
export const TAKING = ['weddings', 'bookings', 'allocations'] as const;

export const CLASH_KINDS = ['overlap', 'closure', 'turnaround', 'travel', 'capacity'] as const;

/** Two or more that cannot both be; see `core/domain/conflicts`. */
export const Conflict = z.object({
  ...rowBase,
  /** The wedding of the earliest that is not over; null = none of them belongs to one. */
  weddingId: Id.nullable(),
  kind: z.enum(CLASH_KINDS),
  /** `block`: nothing of it may be confirmed until it is resolved or somebody with the right to it has decided otherwise. */
  level: z.enum(['block', 'warn']),
  /** The parts where they meet. */
  resourceIds: z.array(Id).min(1).max(100),
  /** In order of their ids; more than two only for `capacity`. */
  members: z.array(z.object({ collection: z.enum(TAKING), id: Id })).min(2).max(200),
  /** The overlap, or the gap that is too short. */
  startsAt: Instant,
  endsAt: Instant,
  /** Milliseconds: of an overlap its length, of a gap what it is short of. */
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
