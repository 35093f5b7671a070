import type { Tables } from '../record/state.ts';
import { createLimits, type Limits } from './limits.ts';
import { asResource, memberOf, occupancyOf, placesFrom, type PlaceOf, type TakingRow } from './occupancies.ts';
import type { Occupancy } from './model.ts';
import type { ClashQuestion } from './clashes.ts';
import { createResources, type Resources } from './resources.ts';
import { termsOf, type HouseTerms } from './rules.ts';
import { createTimetable, type Timetable } from './timetable.ts';

/** A whole house as whoever shows it needs it: everything that takes time, out of the rows that a console holds. */
export interface House {
  readonly resources: Resources;
  readonly timetable: Timetable;
  readonly limits: Limits;
  /** What clashes here, and how long its ways are. */
  readonly terms: HouseTerms;
  /** Where what belongs to a wedding or a booking is. */
  readonly placeOf: PlaceOf;
  /** The venue's, IANA. */
  readonly zone: string;
  readonly rows: Taking;
}

/** The tables that say what takes whose time. */
export type Taking = Pick<Tables, 'weddings' | 'bookings' | 'allocations' | 'calendarEvents' | 'resources' | 'limits' | 'houseRules'>;

export function houseOf(rows: Taking, zone: string): House {
  const all = Object.values(rows.resources).map(asResource);
  // The server takes no circle in; should one have come here all the same, each stands alone rather than nothing being shown.
  const whole = createResources(all);
  const single = whole.ok ? whole : createResources(all.map((resource) => ({ ...resource, parts: [] })));
  const resources = single.ok ? single.value : emptyResources;
  const spansOf = (id: string) => rows.resources[id] ?? null;
  const taking: TakingRow[] = [
    ...Object.values(rows.weddings).map((row) => ({ collection: 'weddings' as const, row })),
    ...Object.values(rows.bookings).map((row) => ({ collection: 'bookings' as const, row })),
    ...Object.values(rows.allocations).map((row) => ({ collection: 'allocations' as const, row })),
    ...Object.values(rows.calendarEvents).map((row) => ({ collection: 'calendarEvents' as const, row })),
  ];
  const placeOf = placesFrom((id) => rows.weddings[id], (id) => rows.bookings[id]);
  const some = taking.flatMap((one) => occupancyOf(one, spansOf, placeOf) ?? []).filter(({ status }) => status !== 'cancelled');
  const limits = createLimits(Object.values(rows.limits).filter(({ state }) => state === 'active'), zone);
  // One house has one row of rules, with the house's own id.
  const [said] = Object.values(rows.houseRules);
  return { resources, timetable: createTimetable(resources, some), limits, terms: termsOf(said, roomKeys(rows)), placeOf, zone, rows };
}

/** Names by which a place is known as one of this house. */
export const roomKeys = ({ resources }: Pick<Taking, 'resources'>): string[] => Object.values(resources).flatMap(({ kind, keys }) => (kind === 'room' ? keys : []));

const emptyResources: Resources = { get: () => undefined, leaves: () => [], all: [] };

/** What is asked everywhere: by this house's own rules. */
export const houseQuestion = ({ terms: { rules, travel } }: Pick<House, 'terms'>, now: number): ClashQuestion => ({ rules, travel, now });

/** The version of the row behind it; 0 = there is none. */
export function versionOf({ rows }: Pick<House, 'rows'>, occupancyId: string): number {
  const { collection, id } = memberOf(occupancyId);
  return rows[collection][id]?.version ?? 0;
}

export interface Target {
  readonly resourceId: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** It, somewhere else: what is needed before and after it is what the other resource asks for, unless it has its own. */
export function movedTo({ rows }: Pick<House, 'rows'>, one: Occupancy, to: Target): Occupancy {
  if (to.resourceId === one.resourceId) return { ...one, ...to };
  const { collection, id } = memberOf(one.id);
  const own = collection === 'allocations' ? rows.allocations[id] : undefined;
  const usual = rows.resources[to.resourceId];
  return { ...one, ...to, setUpMs: (own?.setUpMinutes ?? usual?.setUpMinutes ?? 0) * 60_000, turnaroundMs: (own?.turnaroundMinutes ?? usual?.turnaroundMinutes ?? 0) * 60_000 };
}

/** Each where the other is, with its own length. */
export const swapped = (house: Pick<House, 'rows'>, a: Occupancy, b: Occupancy): readonly Occupancy[] => [
  movedTo(house, a, { resourceId: b.resourceId, startsAt: b.startsAt, endsAt: b.startsAt + a.endsAt - a.startsAt }),
  movedTo(house, b, { resourceId: a.resourceId, startsAt: a.startsAt, endsAt: a.startsAt + b.endsAt - b.startsAt }),
];
