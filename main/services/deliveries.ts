import { DELIVERIES_HTTP, type DeliveryPage, type DeliveryWhole, type Lot, type RefusalsAnswer, type Replay, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../../core/contract/deliveries.ts';
import { searchPath, type DeliverySearch } from '../../core/contract/deliveryPlace.ts';
import type { CodedError } from '../../core/contract/errors.ts';
import type { z } from 'zod';
import type { Result } from '../../core/contract/result.ts';
import type { Ask } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Looking into what came, and working on it again. */
export interface DeliveriesApi {
  search(search: DeliverySearch): Answer<DeliveryPage>;
  look(id: string): Answer<DeliveryWhole>;
  preview(lot: Lot): Answer<ReplayPreview>;
  replay(lot: Lot): Answer<Replay>;
  /** The last few, the newest first. */
  replays(): Answer<ReplaysAnswer>;
  replayState(id: string): Answer<Replay>;
  cancelReplay(id: string): Answer<Replay>;
  testEvent(connectionId: string): Answer<TestEventAnswer>;
  refusals(connectionId: string): Answer<RefusalsAnswer>;
}

const LOOK_MS = 10_000;
/** Hundreds of deliveries are worked through, without keeping what they would do. */
const PREVIEW_MS = 30_000;

export function deliveriesApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): DeliveriesApi {
  const { searchDeliveries, delivery, previewReplay, replay, replays, replayState, cancelReplay, testEvent, refusals } = DELIVERIES_HTTP;
  const of = <T>({ method, path, success }: { readonly method: 'GET' | 'POST'; readonly path: string; readonly success: z.ZodType<T> }, id: string): Answer<T> =>
    authorised({ method, path: path.replace(':id', encodeURIComponent(id)), ...(method === 'POST' ? { body: {} } : {}), answer: success, timeoutMs: LOOK_MS });
  return {
    search: (search) => authorised({ method: 'GET', path: searchPath(searchDeliveries.path, search), answer: searchDeliveries.success, timeoutMs: LOOK_MS }),
    look: (id) => of(delivery, id),
    preview: (lot) => authorised({ method: 'POST', path: previewReplay.path, body: lot, answer: previewReplay.success, timeoutMs: PREVIEW_MS }),
    replay: (lot) => authorised({ method: 'POST', path: replay.path, body: lot, answer: replay.success, timeoutMs: PREVIEW_MS }),
    replays: () => authorised({ method: 'GET', path: replays.path, answer: replays.success, timeoutMs: LOOK_MS }),
    replayState: (id) => of(replayState, id),
    cancelReplay: (id) => of(cancelReplay, id),
    testEvent: (id) => of(testEvent, id),
    refusals: (id) => of(refusals, id),
  };
}
