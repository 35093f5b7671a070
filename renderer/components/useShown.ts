import { useSyncExternalStore } from 'react';
import { isShown, onShown } from './timers.ts';

/** Whether anybody can see this page. */
export const useShown = (): boolean => useSyncExternalStore(onShown, isShown);
