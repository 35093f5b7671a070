import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { Allocation } from '../../core/contract/record/taking.ts';
import { cancellationOf, mayHaveGoneWith, wasHeld, type Cancellation, type CancellingEvent } from '../../core/domain/record/cancelled.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';

/** What can be said of who cancelled it: being looked up, out of reach without a line, or known (null = nobody has, or it is not told). */
export type Known = { readonly state: 'asking' | 'offline' } | { readonly state: 'known'; readonly cancellation: Cancellation | null };

/** Who has cancelled a row and what it was before, from the server's history of it. */
export function useCancellation(collection: MovableCollection, id: string): Known {
  const backend = useBackend();
  const seq = useTables()[collection][id]?.seq ?? 0;
  const query = useQuery({
    queryKey: ['cancellation', collection, id, seq],
    queryFn: async () => {
      const events: CancellingEvent[] = [];
      for (let before: number | null = null; ; ) {
        const answer = await backend.history(collection, id, before);
        if (!answer.ok) throw new Error(answer.error.code);
        events.push(...answer.value.entries.map(({ event }) => event));
        const found = cancellationOf(events);
        ({ before } = answer.value);
        if (found !== null || before === null) return found;
      }
    },
    retry: false,
  });
  if (query.isError) return { state: 'offline' };
  return query.data === undefined ? { state: 'asking' } : { state: 'known', cancellation: query.data };
}

const NONE: readonly string[] = [];

export interface HeldWith {
  readonly state: Known['state'];
  /** As they are: cancelled. Empty until it is known. */
  readonly held: readonly Allocation[];
}

/** What was held for a wedding and went with it when it was called off, by the server's history of each. */
export function useHeldWith(collection: MovableCollection, id: string, cancellation: Cancellation): HeldWith {
  const backend = useBackend();
  const { allocations } = useTables();
  const { at, seq } = cancellation;
  const some = useMemo(
    () => (collection === 'weddings' ? Object.values(allocations).filter((row) => mayHaveGoneWith({ at, seq }, id, row)) : []),
    [allocations, at, collection, id, seq],
  );
  const key = some.map((row) => `${row.id} ${row.seq}`).sort();
  const query = useQuery({
    queryKey: ['held_with', id, key],
    queryFn: async () => {
      const held: string[] = [];
      for (const row of some) {
        const answer = await backend.history('allocations', row.id, null);
        if (!answer.ok) throw new Error(answer.error.code);
        const [last] = answer.value.entries;
        if (last?.event.seq === row.seq && wasHeld(last.event)) held.push(row.id);
      }
      return held;
    },
    enabled: some.length > 0,
    retry: false,
  });
  const known = some.length === 0 ? NONE : query.data;
  const held = useMemo(() => (known ? some.filter((row) => known.includes(row.id)) : []), [known, some]);
  return { state: known ? 'known' : query.isError ? 'offline' : 'asking', held };
}
