import { useMemo } from 'react';
import type { Role } from '../../core/contract/access.ts';
import { houseOf, type House } from '../../core/domain/conflicts/house.ts';
import { openConflicts } from '../../core/domain/conflicts/queue.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { useTables } from '../app/selectors.ts';
import { useNow } from '../components/useNow.ts';
import { markOf, type ConflictMark } from '../conflicts/words.ts';
import { useConsole } from '../state/store.ts';

/** The house as this console holds it; the same object until one of its rows changes. */
export function useHouse(): House {
  const { weddings, bookings, allocations, calendarEvents, resources, limits, houseRules } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  return useMemo(() => houseOf({ weddings, bookings, allocations, calendarEvents, resources, limits, houseRules }, zone), [weddings, bookings, allocations, calendarEvents, resources, limits, houseRules, zone]);
}

export const useRole = (): Role | null => useConsole((state) => state.access?.role ?? null);

export interface Clashing {
  readonly mark: ConflictMark;
  readonly conflictId: string;
}

/** What clashes and nobody has decided about, by those who are in it: what it is called, and with which conflict. */
export function useClashing(): ReadonlyMap<string, Clashing> {
  const conflicts = useTables().conflicts;
  const now = useNow(60_000);
  return useMemo(() => {
    const found = new Map<string, Clashing>();
    // The hard ones come first.
    for (const { id, level, kind, members } of openConflicts(Object.values(conflicts), now)) {
      for (const member of members) if (!found.has(occupancyId(member))) found.set(occupancyId(member), { mark: markOf({ level, kind }), conflictId: id });
    }
    return found;
  }, [conflicts, now]);
}
