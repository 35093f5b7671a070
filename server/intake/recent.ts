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
  const keyOf = (connectionId: string, deliveryKey: string) => `${connectionId}\n${deliveryKey}`;
  return {
    get: (connectionId, deliveryKey) => known.get(keyOf(connectionId, deliveryKey)),
    keep(connectionId, deliveryKey, deliveryId) {
      known.set(keyOf(connectionId, deliveryKey), deliveryId);
      if (known.size <= kept) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}
