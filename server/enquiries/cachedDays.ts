import { localDate } from '../../core/domain/day/localTime.ts';
import { dayAfter, daysOf } from '../../core/domain/enquiries/window.ts';
import type { StoreInternals } from '../store/internals.ts';
import { roomDays, type RoomDay } from './days.ts';
import type { EnquiryHouse } from './pages.ts';

/** A month of a room is worked out once in this time, however many look at it; what counts is worked out anew when the form comes. */
const KEPT_MS = 5_000;
const MOST_KEPT = 500;

export type Days = ReadonlyMap<string, RoomDay>;

/** Months of rooms, as they stood a few seconds ago at most. */
export interface CachedDays {
  month(house: EnquiryHouse, roomId: string, month: string): Promise<Days>;
  /** Something of this house has changed. */
  forget(organisationId: string): void;
}

export function createCachedDays({ database, clock }: Pick<StoreInternals, 'database' | 'clock'>): CachedDays {
  const kept = new Map<string, { readonly since: number; readonly days: Promise<Days> }>();

  function work({ organisationId, zone, settings }: EnquiryHouse, roomId: string, month: string, now: number): Promise<Days> {
    // What is over is asked for by nobody.
    const dates = daysOf(month).filter((date) => date >= dayAfter(localDate(zone, now)));
    if (dates.length === 0) return Promise.resolve(new Map());
    return database.withOrganisation(organisationId, (tx) => roomDays(tx, { organisationId, zone, settings, roomId, dates }, now));
  }

  return {
    month(house, roomId, month) {
      const now = clock.now();
      const key = [house.organisationId, roomId, month, house.zone, house.settings.from, house.settings.to].join(' ');
      const known = kept.get(key);
      if (known && Math.abs(now - known.since) < KEPT_MS) return known.days;
      const days = work(house, roomId, month, now);
      const one = { since: now, days };
      kept.delete(key);
      kept.set(key, one);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      // Whoever waits is told; the next one tries again.
      days.catch(() => kept.get(key) === one && kept.delete(key));
      return days;
    },
    forget(organisationId) {
      for (const key of kept.keys()) if (key.startsWith(organisationId)) kept.delete(key);
    },
  };
}
