import type { Clock } from '../../core/ports/ports.ts';

const WINDOW_MS = 60_000;
const DEVICES_KEPT = 10_000;

/** Counts calls per device within a minute. A device that is refused does not push the end of its minute on. */
export interface ManagingLimit {
  /** Null = it may; otherwise seconds until it may again. */
  take(deviceId: string): number | null;
}

/** Looking at a file before it is taken in, again with every column that is moved: it calls nobody and keeps nothing. */
export const PREVIEWS = 6;

export function createManagingLimit(clock: Clock, perMinute: number): ManagingLimit {
  const calls = new Map<string, number[]>();
  return {
    take(deviceId) {
      const now = clock.now();
      const recent = (calls.get(deviceId) ?? []).filter((at) => now - at < WINDOW_MS && at <= now);
      const [oldest] = recent;
      if (recent.length >= perMinute && oldest !== undefined) return Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000));
      calls.delete(deviceId);
      calls.set(deviceId, [...recent, now]);
      const [first] = calls.keys();
      if (calls.size > DEVICES_KEPT && first !== undefined) calls.delete(first);
      return null;
    },
  };
}
