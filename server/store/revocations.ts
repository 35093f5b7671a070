import type { Log } from '../../core/ports/ports.ts';

/** Tells on which devices were revoked, by this process or another one. */
export interface Revocations {
  tell(deviceId: string): void;
  listen(listener: (deviceId: string) => void): () => void;
}

export function createRevocations(log: Log): Revocations {
  const listeners = new Set<(deviceId: string) => void>();
  return {
    tell(deviceId) {
      for (const listener of listeners) {
        try {
          listener(deviceId);
        } catch (error) {
          // The device is revoked whatever a listener does; the others must still hear of it.
          log.error({ err: error, deviceId }, 'a listener to revocations failed');
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
