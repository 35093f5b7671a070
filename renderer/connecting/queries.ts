import { queryOptions } from '@tanstack/react-query';
import { useBackend } from '../app/context.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Answer } from '../state/backend/backend.ts';
import { useConsole } from '../state/store.ts';

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

/** Channels of calendars are opened and end, and the computer that keeps the key comes and goes, without the record hearing of it. */
const CHANNELS_MS = 30_000;

/** Changes when something about the connection did, or when somebody was told something about it. */
const useSetupMark = (connectionId: string): number =>
  useConsole(({ record }) => {
    const about = Object.values(record?.tables.alerts ?? {}).filter(({ subject }) => subject?.id === connectionId);
    return Math.max(record?.tables.connections[connectionId]?.seq ?? 0, ...about.map(({ seq }) => seq));
  });

/** Asked for anew with every change of the connection, and never out of memory: it is about what would be lost. */
export function useRemoval({ id, seq }: Connection) {
  const backend = useBackend();
  return queryOptions({ queryKey: ['removal', id, seq], queryFn: () => value(backend.systems.removal(id)), staleTime: 0, gcTime: 0, retry: false });
}

export function useSetup(connectionId: string) {
  const backend = useBackend();
  const mark = useSetupMark(connectionId);
  return queryOptions({ queryKey: ['setup', connectionId, mark], queryFn: () => value(backend.systems.setup(connectionId)), placeholderData: (before) => (before?.connectionId === connectionId ? before : undefined), refetchInterval: (query) => (query.state.data?.channels === undefined && !query.state.data?.keeper ? false : CHANNELS_MS) });
}
