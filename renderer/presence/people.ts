import { useMemo } from 'react';
import type { PresenceEntry } from '../../core/contract/presence.ts';
import { useConsole } from '../state/store.ts';

const NOBODY: readonly PresenceEntry[] = [];

/** Everybody else who is told of, in the order of the list; empty where nothing is known. */
export function useOthers(): readonly PresenceEntry[] {
  const presence = useConsole((state) => state.presence);
  const self = useConsole((state) => state.deviceId);
  return useMemo(() => (presence ? presence.entries.filter((entry) => entry.deviceId !== self) : NOBODY), [presence, self]);
}

/** Those of the others who look at one wedding now. */
export function useOthersAt(weddingId: string): readonly PresenceEntry[] {
  const others = useOthers();
  return useMemo(() => others.filter((entry) => entry.weddingId === weddingId && entry.state !== 'away'), [others, weddingId]);
}

export const nameOf = (entry: PresenceEntry): string => entry.person ?? entry.device;
