import { useMemo } from 'react';
import type { Role } from '../../core/contract/access.ts';
import { houseOf, type House } from '../../core/domain/conflicts/house.ts';
import { openConflicts } from '../../core/domain/conflicts/queue.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { useTables } from '../app/selectors.ts';
import { useNow } from '../components/useNow.ts';
import { useConsole } from '../state/store.ts';

/** The house as this console holds it; the same object until one of its rows changes. */
export function useHouse(): House {
  const { weddings, bookings, allocations, calendarEvents, resources, limits } = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  return useMemo(() => houseOf({ weddings, bookings, allocations, calendarEvents, resources, limits }, zone), [weddings, bookings, allocations, calendarEvents, resources, limits, zone]);
}

export const useRole = (): Role | null => useConsole((state) => state.access?.role ?? null);

/** What clashes and nobody has decided about, by those who are in it: how hard, whether it is a limit that one passes, and with which conflict. */
export function useClashing(): ReadonlyMap<string, { readonly level: 'block' | 'warn'; readonly isLimit: boolean; readonly conflictId: string }> {
  const conflicts = useTables().conflicts;
  const now = useNow(60_000);
  return useMemo(() => {
    const found = new Map<string, { level: 'block' | 'warn'; isLimit: boolean; conflictId: string }>();
    // The hard ones come first.
    for (const { id, level, kind, members } of openConflicts(Object.values(conflicts), now)) {
      for (const member of members) if (!found.has(occupancyId(member))) found.set(occupancyId(member), { level, isLimit: kind === 'limit', conflictId: id });
    }
    return found;
  }, [conflicts, now]);
}
