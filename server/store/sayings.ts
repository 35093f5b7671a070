import type { Log } from '../../core/ports/ports.ts';

/** Tells on what other processes said, by topic. */
export interface Sayings {
  tell(topic: string, body: unknown): void;
  listen(topic: string, listener: (body: unknown) => void): () => void;
}

export function createSayings(log: Log): Sayings {
  const listeners = new Map<string, Set<(body: unknown) => void>>();
  return {
    tell(topic, body) {
      for (const listener of listeners.get(topic) ?? []) {
        try {
          listener(body);
        } catch (error) {
          log.error({ err: error, topic }, 'a listener to another process failed');
        }
      }
    },
    listen(topic, listener) {
      const own = listeners.get(topic) ?? new Set();
      listeners.set(topic, own.add(listener));
      return () => void own.delete(listener);
    },
  };
}
