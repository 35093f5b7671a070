import { queryOptions } from '@tanstack/react-query';
import type { Answer } from '../state/backend/backend.ts';
import { useBackend } from '../app/context.ts';
import { useConsole } from '../state/store.ts';

const REFRESH_MS = 15_000;

/** A refusal becomes the query's error; its message is the code. */
async function value<T>(answer: Answer<T>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** Changes when something about the connections did; part of the key, so that the lists follow the record. */
const useChangeMark = (): number =>
  useConsole((state) => Math.max(0, ...Object.values(state.record?.tables.connections ?? {}).map((row) => row.seq), ...Object.values(state.record?.tables.reviewItems ?? {}).map((row) => row.seq)));

export function useIntegrations() {
  const backend = useBackend();
  const mark = useChangeMark();
  return queryOptions({ queryKey: ['integrations', mark], queryFn: () => value(backend.integrations()), refetchInterval: REFRESH_MS, placeholderData: (before) => before });
}

export function useDeliveries(connectionId: string) {
  const backend = useBackend();
  const mark = useChangeMark();
  return queryOptions({
    queryKey: ['deliveries', connectionId, mark],
    queryFn: () => value(backend.deliveries(connectionId)),
    refetchInterval: REFRESH_MS,
    // Another connection's deliveries must never stand in for these.
    placeholderData: (before, query) => (query?.queryKey[1] === connectionId ? before : undefined),
  });
}
