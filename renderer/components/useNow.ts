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

/** The present in milliseconds, in steps of `stepMs`; the component renders again once per step. */
export function useNow(stepMs = 1000): number {
  const read = useCallback(() => Math.floor(Date.now() / stepMs) * stepMs, [stepMs]);
  return useSyncExternalStore(subscribe, read);
}
