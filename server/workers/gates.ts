import { answered, denied, failed, gate, type Breakers } from '../../core/domain/intake/breaker.ts';
import type { DeliveryInHand, Work } from './outcome.ts';

/** Whether a delivery's re-read may begin now: yes, not before an instant because the source is left alone, or later because there is no room. */
export type Fetch = { readonly kind: 'fetch' } | { readonly kind: 'open'; readonly until: number; readonly noAccess: boolean } | { readonly kind: 'busy' };

export interface Gates {
  /** The same answer however often it is asked. */
  fetch(delivery: DeliveryInHand): Fetch;
  /** By connection, as they stand after this batch. */
  breakers(connectionId: string): Breakers;
  /** Those whose source answered after it had been left alone: who waits for it need not wait any longer. */
  closed(): string[];
}

export interface GatesOptions {
  readonly before: ReadonlyMap<string, Breakers>;
  /** Re-reads that have come back. */
  readonly back: readonly Work[];
  readonly now: number;
  readonly weddingDay: boolean;
  readonly mayFetch: (connectionId: string) => boolean;
}

/** The breakers of one organisation's connections during one batch: what came back is taken into account, then what is to be asked next. */
export function createGates({ before, back, now, weddingDay, mayFetch }: GatesOptions): Gates {
  const current = new Map(before);
  const closed = new Set<string>();
  const of = (connectionId: string): Breakers => current.get(connectionId) ?? {};
  for (const { delivery, outcome } of back) {
    const { connectionId } = delivery;
    // Nobody was called.
    if (outcome.kind === 'held') continue;
    const breakers = of(connectionId);
    const refused = outcome.kind === 'quarantined' && outcome.code === 'normalise.forbidden' && breakers.reread?.noAccess === true;
    if (outcome.kind === 'noAccess' || refused) {
      current.set(connectionId, denied(breakers, now));
      closed.delete(connectionId);
    } else if (outcome.kind === 'unanswered') {
      current.set(connectionId, failed(breakers, 'reread', { now, weddingDay, retryAfterMs: outcome.retryAfterMs }));
      closed.delete(connectionId);
    } else {
      if (typeof breakers.reread?.openUntil === 'number') closed.add(connectionId);
      current.set(connectionId, answered(breakers, 'reread'));
    }
  }
  const decided = new Map<string, Fetch>();
  const decide = ({ connectionId }: DeliveryInHand): Fetch => {
    const verdict = gate(of(connectionId), 'reread', now);
    if (verdict.kind === 'wait') return { kind: 'open', until: verdict.until, noAccess: verdict.noAccess };
    if (!mayFetch(connectionId)) return { kind: 'busy' };
    if (verdict.kind === 'probe') current.set(connectionId, verdict.breakers);
    return { kind: 'fetch' };
  };
  return {
    fetch(delivery) {
      const known = decided.get(delivery.id) ?? decide(delivery);
      decided.set(delivery.id, known);
      return known;
    },
    breakers: of,
    closed: () => [...closed],
  };
}
