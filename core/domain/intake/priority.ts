import type { DeliveryOrigin, Priority } from '../../contract/deliveries.ts';

/** What a vendor's manifest says of its events. */
export interface NamedPriorities {
  readonly category: string;
  /** Event names in the vendor's words. */
  readonly priority?: { readonly urgent: readonly string[]; readonly bulk: readonly string[] } | undefined;
}

/** What is known of a delivery before anything of it is read. */
export interface AtTheDoor {
  readonly origin: DeliveryOrigin;
  readonly event: string | null;
  /** Part of a list that goes on, or the first that was ever read of its source: what was so long before anybody looked. */
  readonly longList?: boolean;
}

/**
 * How soon a delivery should be worked on when many wait (WH-18). Decided once, when it is stored, by its origin and the name of
 * its event alone: a body is never opened for it. What comes in a mass is never urgent, whatever it is called: a payment
 * that failed last year comes with the first look as well.
 */
export function priorityOf({ origin, event, longList = false }: AtTheDoor, { category, priority }: NamedPriorities): Priority {
  if (origin === 'file' || longList) return 'bulk';
  if (origin === 'test' || event === null) return 'normal';
  if (priority?.urgent.includes(event) === true) return 'urgent';
  return category === 'marketing' || priority?.bulk.includes(event) === true ? 'bulk' : 'normal';
}

/** Who goes first among houses that wait: those with something urgent, last those of which a mass is next. */
const RANK: Readonly<Record<Priority, number>> = { urgent: 0, normal: 1, bulk: 2 };

/** By rank, otherwise in the order given: every house has its turn in every round, so none is starved. */
export const byPriority = <T extends { readonly priority: Priority }>(waiting: readonly T[]): T[] => [...waiting].sort((a, b) => RANK[a.priority] - RANK[b.priority]);
