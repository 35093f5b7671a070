import { queryOptions } from '@tanstack/react-query';
import type { FigureWindow } from '../../core/contract/figures.ts';
import { useBackend } from '../app/context.ts';
import type { Answer } from '../state/backend/backend.ts';

const REFRESH_MS = 60_000;

/** A refusal becomes the query's error; its message is the code. */
async function value<T>(answer: Answer<T>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

export function useFigures(window: FigureWindow) {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['figures', window], queryFn: () => value(delivered.figures(window)), refetchInterval: REFRESH_MS, retry: false });
}

export function useConnectionFigures(id: string, window: FigureWindow) {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['figures', window, id], queryFn: () => value(delivered.connectionFigures(id, window)), refetchInterval: REFRESH_MS, retry: false });
}
