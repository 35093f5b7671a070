import { useCallback, useSyncExternalStore } from 'react';
import { every, type Cancel } from './timers.ts';

const listeners = new Set<() => void>();
let stop: Cancel | null = null;

// One timer for the whole page, and none while nothing on it shows time or nobody sees it.
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  stop ??= every(1000, () => listeners.forEach((each) => each()));
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
};

let present: number | null = null;

/** The same for everybody who asks within one turn: React asks twice, and whoever is told two times apart draws twice. */
function presentOfTurn(): number {
  if (present === null) {
    present = Date.now();
    queueMicrotask(() => {
      present = null;
    });
  }
  return present;
}

/** The present in milliseconds, in steps of `stepMs`; the component renders again once per step. */
export function useNow(stepMs = 1000): number {
  const read = useCallback(() => Math.floor(presentOfTurn() / stepMs) * stepMs, [stepMs]);
  return useSyncExternalStore(subscribe, read);
}
