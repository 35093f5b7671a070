import { useQuery } from '@tanstack/react-query';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import { cancellationOf, type Cancellation, type CancellingEvent } from '../../core/domain/record/cancelled.ts';
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
