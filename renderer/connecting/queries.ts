import { queryOptions } from '@tanstack/react-query';
import { useBackend } from '../app/context.ts';
import type { Answer } from '../state/backend/backend.ts';

/** A refusal becomes the query's error; its message is the code. */
async function value<T>(answer: Answer<T>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

export function useSystems() {
  const backend = useBackend();
  return queryOptions({ queryKey: ['systems'], queryFn: () => value(backend.systems.list()) });
}

export function useSystem(id: string) {
  const backend = useBackend();
  // What a form is drawn from must not change while somebody types into it.
  return queryOptions({ queryKey: ['systems', id], queryFn: () => value(backend.systems.face(id)), refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: Infinity });
}

/** `mark` changes when something about the connection did. */
export function useSetup(connectionId: string, mark: number) {
  const backend = useBackend();
  return queryOptions({ queryKey: ['setup', connectionId, mark], queryFn: () => value(backend.systems.setup(connectionId)), placeholderData: (before) => (before?.connectionId === connectionId ? before : undefined) });
}
