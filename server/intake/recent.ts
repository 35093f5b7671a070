const KEPT = 20_000;

/**
 * The newest stored deliveries, so that a repeat of one is answered without the database and without using up its
 * connection's allowance: whoever sends one captured delivery a thousand times must not shut out the real ones.
 */
export interface RecentDeliveries {
  /** The id of the stored delivery, when it is among the newest. */
  get(connectionId: string, deliveryKey: string): string | undefined;
  keep(connectionId: string, deliveryKey: string, deliveryId: string): void;
}

export function recentDeliveries(kept = KEPT): RecentDeliveries {
  const known = new Map<string, string>();
  // Asking the map for its oldest key would walk over the place of everything that was deleted.
  const keys: string[] = [];
  let oldest = 0;
  const keyOf = (connectionId: string, deliveryKey: string) => `${connectionId}\n${deliveryKey}`;
  return {
    get: (connectionId, deliveryKey) => known.get(keyOf(connectionId, deliveryKey)),
    keep(connectionId, deliveryKey, deliveryId) {
      const key = keyOf(connectionId, deliveryKey);
      const before = known.size;
      known.set(key, deliveryId);
      if (known.size === before) return;
      if (keys.length < kept) {
        keys.push(key);
        return;
      }
      const gone = keys[oldest];
      if (gone !== undefined) known.delete(gone);
      keys[oldest] = key;
      oldest = (oldest + 1) % kept;
    },
  };
}
