import type { Calendar } from '../../core/contract/record/calendars.ts';
import { entryOf, type Around } from '../../core/domain/calendars/entry.ts';
import { spanOf } from '../../core/domain/calendars/targets.ts';
import type { TargetRow } from '../../core/domain/calendars/subjects.ts';
import { placedAmong } from '../../core/domain/calendars/wholes.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import words from '../../resources/locales/entries.en.json' with { type: 'json' };
import { standingIn } from './written.ts';

/** How the next thing of a calendar would be told there, asked of the server's own rule. */

export interface Told {
  readonly title: string;
  readonly description: string;
}

function aroundOf({ collection, row }: TargetRow, { weddings, resources, contacts }: Pick<Tables, 'weddings' | 'resources' | 'contacts'>, zone: string): Around {
  const resourceId = collection === 'weddings' ? row.roomId : collection === 'allocations' ? row.resourceId : null;
  const contactId = collection === 'bookings' ? row.contactId : null;
  return {
    wedding: (collection === 'weddings' ? null : weddings[row.weddingId ?? '']) ?? null,
    resource: resources[resourceId ?? ''] ?? null, contact: contacts[contactId ?? ''] ?? null, zone,
  };
}

/** A booking that is still to come before anything else that is; null = nothing would stand there. */
export function previewOf(house: House, tables: Tables, calendar: Calendar, now: number): Told | null {
  const startsAt = (one: TargetRow): number => spanOf(one)?.startsAt ?? Number.POSITIVE_INFINITY;
  const rank = (one: TargetRow): number => (one.collection === 'bookings' ? 0 : one.collection === 'runSheetItems' ? 2 : 1);
  const [next] = [...standingIn(house, tables.runSheetItems, calendar, now)].sort((a, b) => rank(a) - rank(b) || startsAt(a) - startsAt(b));
  if (!next) return null;
  const placed = placedAmong(calendar, Object.values(tables.resources));
  const entry = entryOf(next, { pushId: next.row.id, calendar: placed, around: aroundOf(next, tables, calendar.zone ?? 'UTC'), words, sequence: 0, changedAt: now });
  if (entry === null) return null;
  const { privacy, title, description, busyText } = entry;
  return { title: privacy === 'busy' ? busyText : title, description: privacy === 'full' ? description : '' };
}
