import type { Tables } from '../record/state.ts';
import type { House } from './house.ts';
import { occupancyOf, placesFrom, resourceKey, type Member, type TakingRow } from './occupancies.ts';

/** Where people have to get from and to, for whoever tells it or asks for it. */

export interface Way {
  readonly from: string;
  readonly to: string;
}

type Rows = Pick<Tables, 'weddings' | 'bookings' | 'allocations' | 'calendarEvents'>;

/** Between which two places somebody has too little time; null = that is not known on this board. */
export function wayBetween(rows: Rows, members: readonly Member[]): Way | null {
  const placeOf = placesFrom((id) => rows.weddings[id], (id) => rows.bookings[id]);
  const [first, second] = members
    .flatMap(({ collection, id }) => {
      const row = rows[collection][id];
      return (row && occupancyOf({ collection, row } as TakingRow, () => null, placeOf)) ?? [];
    })
    .sort((a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt);
  return first?.place != null && second?.place != null ? { from: first.place, to: second.place } : null;
}

/** The same of two that stand in a timetable, or would. */
export function wayOf(house: Pick<House, 'timetable'>, members: readonly string[], proposed: readonly { readonly id: string; readonly startsAt: number; readonly place: string | null }[] = []): Way | null {
  const [first, second] = members.flatMap((id) => proposed.find((one) => one.id === id) ?? house.timetable.get(id) ?? []).sort((a, b) => a.startsAt - b.startsAt);
  return first?.place != null && second?.place != null ? { from: first.place, to: second.place } : null;
}

/** Every place that somebody has to get to or from, as it is spelled first, each once: rooms, where bookings are, and what entries of calendars say. */
export function knownPlaces({ rows }: Pick<House, 'rows'>): string[] {
  const found = new Map<string, string>();
  const take = (place: string | null): void => {
    const key = place === null ? '' : resourceKey(place);
    if (place !== null && key !== '' && !found.has(key)) found.set(key, place.trim());
  };
  for (const { kind, name, state } of Object.values(rows.resources)) if (kind === 'room' && state === 'active') take(name);
  for (const { place } of Object.values(rows.bookings)) take(place);
  for (const { place, resourceId } of Object.values(rows.calendarEvents)) if (resourceId !== null && resourceId !== undefined) take(place);
  return [...found.values()].sort((a, b) => a.localeCompare(b));
}
