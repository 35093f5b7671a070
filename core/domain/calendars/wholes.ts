import type { Calendar } from '../../contract/record/calendars.ts';
import type { Resource } from '../../contract/record/taking.ts';
import type { EntryRow } from './subjects.ts';

/** What takes a whole takes each of its parts, so it stands in the calendars of its parts too. What takes a part is not the whole. */

/** A resource that another one is a part of, at whatever depth. */
export interface Whole {
  readonly id: string;
  readonly name: string;
}

/** A resource with what it is made of. */
type Made = Pick<Resource, 'id' | 'name' | 'partIds'>;

/** A calendar with what its resource is a part of. Whoever holds the record knows it; it is no field of the calendar's row. */
export interface Placed {
  readonly wholes: readonly Whole[];
}
export type PlacedCalendar = Calendar & Placed;

/** What a resource is a part of, in order of their ids; empty = it stands alone, or is no resource. */
export function wholesOf(resourceId: string | null, resources: readonly Made[]): readonly Whole[] {
  if (resourceId === null) return [];
  const combined = resources.filter(({ partIds }) => partIds.length > 0);
  const found = new Map<string, Whole>();
  for (let below: readonly string[] = [resourceId]; below.length > 0; ) {
    const above = combined.filter(({ id, partIds }) => id !== resourceId && !found.has(id) && partIds.some((part) => below.includes(part)));
    for (const { id, name } of above) found.set(id, { id, name });
    below = above.map(({ id }) => id);
  }
  return [...found.values()].sort((a, b) => a.id.localeCompare(b.id));
}

export const placedAmong = (calendar: Calendar, resources: readonly Made[]): PlacedCalendar => ({ ...calendar, wholes: wholesOf(calendar.resourceId, resources) });

/** Whose calendar it is, and what its readers see of it. */
export type Whose = Pick<Calendar, 'resourceId' | 'everyWedding'> & Placed;

/** Whether what takes `id` takes the time of the calendar's resource. */
export const takesOf = ({ resourceId, wholes }: Pick<Whose, 'resourceId' | 'wholes'>, id: string | null | undefined): boolean =>
  resourceId !== null && id !== null && id !== undefined && (id === resourceId || wholes.some((whole) => whole.id === id));

/** The resource that a row takes. */
export function takenBy({ collection, row }: Exclude<EntryRow, { collection: 'runSheetItems' }>): string | null | undefined {
  if (collection === 'weddings') return row.roomId;
  return collection === 'bookings' ? row.vendorId : row.resourceId;
}

/** The whole through which a row stands in this calendar; null = it is there for itself, or not at all. Items of run sheets take nobody's time. */
export function throughOf(subject: EntryRow, { resourceId, everyWedding, wholes }: Whose): Whole | null {
  if (subject.collection === 'runSheetItems' || (subject.collection === 'weddings' && everyWedding)) return null;
  const id = takenBy(subject);
  return id === resourceId ? null : (wholes.find((whole) => whole.id === id) ?? null);
}
