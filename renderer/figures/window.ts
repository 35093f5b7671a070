import { useSyncExternalStore } from 'react';
import type { FigureWindow } from '../../core/contract/figures.ts';

/** The window that is looked at: one for the list and for each connection, as long as this page is open. */
let chosen: FigureWindow = '24h';
const listeners = new Set<() => void>();

export function chooseWindow(window: FigureWindow): void {
  chosen = window;
  for (const tell of listeners) tell();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useFigureWindow = (): FigureWindow => useSyncExternalStore(subscribe, () => chosen);
