/** Calls those in this process who work on stored deliveries. */
export interface QueueCall {
  /** False when nobody in this process does. */
  tell(): boolean;
  listen(listener: () => void): () => void;
}

export function createQueueCall(): QueueCall {
  const listeners = new Set<() => void>();
  return {
    tell() {
      for (const listener of listeners) listener();
      return listeners.size > 0;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
