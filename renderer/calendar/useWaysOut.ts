import { useEffect, useState } from 'react';
import type { Role } from '../../core/contract/access.ts';
import type { Conflict } from '../../core/contract/record/taking.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Solution } from '../../core/domain/conflicts/solver.ts';
import { waysOut } from '../../core/domain/conflicts/waysOut.ts';
import { after } from '../components/timers.ts';

/** So long it works at a stretch; then the page may paint and hear. */
const SLICE_MS = 12;

/** Ways out of these conflicts, found in slices; null = still looking. Begins anew when the house changes. */
export function useWaysOut(house: House, conflicts: readonly Conflict[], role: Role | null, now: number): Solution | null {
  const [found, setFound] = useState<Solution | null>(null);
  useEffect(() => {
    if (conflicts.length === 0) return;
    const steps = waysOut(house, conflicts, role, now);
    let stop = (): void => undefined;
    const work = (): void => {
      const until = performance.now() + SLICE_MS;
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) return setFound(step.value);
        if (performance.now() > until) break;
      }
      stop = after(0, work);
    };
    stop = after(0, work);
    return () => {
      stop();
      setFound(null);
    };
  }, [house, conflicts, role, now]);
  return found;
}
