import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import type { Lot } from '../../core/contract/deliveries.ts';
import { formatDeliveries, narrowingOf, type DeliveriesPlace } from '../../core/contract/deliveryPlace.ts';
import { useBackend } from '../app/context.ts';
import { useThrottled } from '../components/useThrottled.ts';
import type { Answer } from '../state/backend/backend.ts';
import { useConsole } from '../state/store.ts';

const REFRESH_MS = 10_000;
/** While facts pour in, the counts need not be right to the tick. */
const STEP_MS = 3_000;
const PROGRESS_MS = 700;
const DRY_RUN_MS = 400;

/** A refusal becomes the query's error; its message is the code. */
async function value<T>(answer: Answer<T>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** Moves on when something came: whatever a delivery does is an event of the record. */
const useMark = (): number => useThrottled(useConsole((state) => state.record?.seq ?? 0), STEP_MS);

/** The list as it was at `openedAt`, page by page; it is only asked again on request, so that nothing moves while it is read. */
export function useDeliveryPages(place: DeliveriesPlace, openedAt: number) {
  const { delivered } = useBackend();
  return infiniteQueryOptions({
    queryKey: ['delivery-pages', formatDeliveries(place), openedAt],
    queryFn: ({ pageParam }) => value(delivered.search({ ...narrowingOf(place, openedAt), before: pageParam })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** What is newest now, and the counts of every state. */
export function useNewestDeliveries(place: DeliveriesPlace) {
  const { delivered } = useBackend();
  const mark = useMark();
  const key = formatDeliveries(place);
  return queryOptions({
    queryKey: ['deliveries-newest', key, mark],
    queryFn: () => value(delivered.search({ ...narrowingOf(place, Date.now()), before: null })),
    refetchInterval: REFRESH_MS,
    placeholderData: (before, query) => (query?.queryKey[1] === key ? before : undefined),
  });
}

export function useDelivery(id: string) {
  const { delivered } = useBackend();
  const mark = useMark();
  return queryOptions({
    queryKey: ['delivery', id, mark],
    queryFn: () => value(delivered.look(id)),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    // Another attempt may have been made meanwhile, which changes nothing of the record.
    refetchInterval: REFRESH_MS,
    retry: false,
  });
}

export function useRefusals(connectionId: string) {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['refusals', connectionId], queryFn: () => value(delivered.refusals(connectionId)), refetchInterval: REFRESH_MS, retry: false });
}

/** What a lot would change now; asked afresh each time, as it is only right for the moment. */
export function useReplayPreview(lot: Lot | null) {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['replay-preview', lot], queryFn: () => (lot === null ? Promise.reject(new Error('request.invalid')) : value(delivered.preview(lot))), enabled: lot !== null, gcTime: 0, staleTime: Number.POSITIVE_INFINITY, retry: false });
}

/** Begins to work out what a lot would change; asked afresh each time the dialog opens. */
export function useBeginDryRun(lot: Lot | null) {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['dry-run-begun', lot], queryFn: () => (lot === null ? Promise.reject(new Error('request.invalid')) : value(delivered.beginDryRun(lot))), enabled: lot !== null, gcTime: 0, staleTime: Number.POSITIVE_INFINITY, retry: false });
}

/** How far it is, until it has ended. */
export function useDryRun(id: string | null) {
  const { delivered } = useBackend();
  return queryOptions({
    queryKey: ['dry-run', id],
    queryFn: () => value(delivered.dryRun(id ?? '', { only: 'changing' })),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? DRY_RUN_MS : false),
    retry: false,
  });
}

/** What would change, or what was left as it was, page by page. */
export function useDryRunLines(id: string, only: 'changing' | 'differing') {
  const { delivered } = useBackend();
  return infiniteQueryOptions({
    queryKey: ['dry-run-lines', id, only],
    queryFn: ({ pageParam }) => value(delivered.dryRun(id, { only, ...(pageParam === null ? {} : { after: pageParam }) })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.after,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
}

/** What is being worked on again, whoever asked for it. */
export function useReplays() {
  const { delivered } = useBackend();
  return queryOptions({ queryKey: ['replays'], queryFn: () => value(delivered.replays()), refetchInterval: REFRESH_MS, retry: false });
}

export function useReplay(id: string | null) {
  const { delivered } = useBackend();
  return queryOptions({
    queryKey: ['replay', id],
    queryFn: () => value(delivered.replayState(id ?? '')),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? PROGRESS_MS : false),
  });
}

/** Makes every list and every delivery on the screen ask again. */
export function useAskAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ['delivery-pages', 'deliveries-newest', 'delivery', 'deliveries', 'replays', 'integrations']) void queries.invalidateQueries({ queryKey: [key] });
  };
}
