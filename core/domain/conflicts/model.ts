import type { CLASH_KINDS, RESOURCE_KINDS } from '../../contract/record/taking.ts';

/**
 * What takes whose time, in the small model that the server (truth), the console (preview) and the solver share. It
 * knows no rows of the record: `core/domain/conflicts/occupancies.ts` makes these out of rows.
 * Times are milliseconds since the epoch, UTC; a stretch is half-open: it takes its start and leaves its end free.
 */

/** `closed`: the resource itself is not to be had. */
export const OCCUPANCY_STATUSES = ['lead', 'hold', 'definite', 'closed', 'cancelled'] as const;
export type OccupancyStatus = (typeof OCCUPANCY_STATUSES)[number];

/** One stretch of a resource's time. `endsAt` is later than `startsAt`. */
export interface Occupancy {
  readonly id: string;
  readonly resourceId: string;
  /** The wedding or booking that it belongs to: its members never clash with each other. Null = stands alone. */
  readonly group: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Needed before it and after it on the same resource, for setting up and clearing. */
  readonly setUpMs: number;
  readonly turnaroundMs: number;
  /** Where it is, for travel; null = unknown, then no travel is asked for. */
  readonly place: string | null;
  readonly status: OccupancyStatus;
  /** Of a hold among others for the same time; 1 is first. Null = not ranked. */
  readonly rank: number | null;
  /** A hold counts as a lead from this instant on; null = it does not expire. */
  readonly holdUntil: number | null;
  /** Must not be moved, and why. */
  readonly locked: { readonly reason: string } | null;
  /** What is done there (`music`, `bar`, `ceremony`): limits ask for these. */
  readonly tags: readonly string[];
  /** Of a stock: so many of the resource's places; 1 for a room or a person. */
  readonly units: number;
  readonly label: string;
  /** It stands in somebody else's calendar: two of these never clash with each other, and no limit of ours is about it. */
  readonly elsewhere?: true;
}

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export interface Resource {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly name: string;
  /** How much of it can be taken at once: 1 = one thing at a time, 200 = that many chairs. */
  readonly places: number;
  /** It is made of these: taking the whole takes each part, and the other way round. Empty = it stands alone. */
  readonly parts: readonly string[];
}

export type Level = 'block' | 'warn' | 'ignore';

/** Which two statuses clash, and how hard; each venue may have its own. */
export interface ClashRules {
  readonly definiteWithDefinite: Level;
  readonly definiteWithHold: Level;
  /** Two holds of which at least one has no rank, or that share one. */
  readonly holdWithHold: Level;
  /** Two holds whose ranks say who is first. */
  readonly rankedHolds: Level;
  readonly leadWithAny: Level;
  readonly closedWithAny: Level;
  /** Too little time between two that do not overlap. */
  readonly gaps: Level;
}

/** Venues treat definite and tentative as clashing; a lead takes nobody's time yet. */
export const VENUE_RULES: ClashRules = {
  definiteWithDefinite: 'block',
  definiteWithHold: 'block',
  holdWithHold: 'block',
  rankedHolds: 'warn',
  leadWithAny: 'ignore',
  closedWithAny: 'block',
  gaps: 'warn',
};

export type ClashKind = (typeof CLASH_KINDS)[number];

/** Two or more that cannot both be. */
export interface Clash {
  readonly kind: ClashKind;
  readonly level: Exclude<Level, 'ignore'>;
  /** The parts where they meet, in order of their ids. */
  readonly resourceIds: readonly string[];
  /** Ids of the occupancies, ordered; more than two only for `capacity`. */
  readonly members: readonly string[];
  /** The overlap, or the gap that is too short. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** What is lacking: of an overlap its length, of a gap what it is short of. */
  readonly missingMs: number;
  /** Of `capacity`: what is asked for beyond what is there, else 0. */
  readonly missingUnits: number;
}

/** Milliseconds from one place to another. */
export type Travel = (from: string, to: string) => number;
export const NO_TRAVEL: Travel = () => 0;

/** A hold that has expired is a lead. */
export const statusAt = ({ status, holdUntil }: Pick<Occupancy, 'status' | 'holdUntil'>, now: number): OccupancyStatus => (status === 'hold' && holdUntil !== null && holdUntil <= now ? 'lead' : status);
