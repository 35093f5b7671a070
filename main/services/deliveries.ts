import { DELIVERIES_HTTP, type DeliveryPage, type DeliveryWhole, type Lot, type RefusalsAnswer, type Replay, type ReplayOrder, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../../core/contract/deliveries.ts';
import { searchPath, type DeliverySearch } from '../../core/contract/deliveryPlace.ts';
import { dryRunPath, DRY_RUNS_HTTP, type DryRun, type DryRunPage, type DryRunQuery } from '../../core/contract/dryRuns.ts';
import type { CodedError } from '../../core/contract/errors.ts';
import { FIGURES_HTTP, type ConnectionFiguresAnswer, type FiguresAnswer, type FigureWindow } from '../../core/contract/figures.ts';
import type { z } from 'zod';
import type { Result } from '../../core/contract/result.ts';
import type { Ask } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Looking into what came, and working on it again. */
export interface DeliveriesApi {
  search(search: DeliverySearch): Answer<DeliveryPage>;
  look(id: string): Answer<DeliveryWhole>;
  preview(lot: Lot): Answer<ReplayPreview>;
  beginDryRun(lot: Lot): Answer<DryRun>;
  dryRun(id: string, query: DryRunQuery): Answer<DryRunPage>;
  cancelDryRun(id: string): Answer<DryRun>;
  replay(order: ReplayOrder): Answer<Replay>;
  /** The last few, the newest first. */
  replays(): Answer<ReplaysAnswer>;
  replayState(id: string): Answer<Replay>;
  cancelReplay(id: string): Answer<Replay>;
  testEvent(connectionId: string): Answer<TestEventAnswer>;
  refusals(connectionId: string): Answer<RefusalsAnswer>;
  /** What all connections have done. */
  figures(window: FigureWindow): Answer<FiguresAnswer>;
  connectionFigures(connectionId: string, window: FigureWindow): Answer<ConnectionFiguresAnswer>;
}

const LOOK_MS = 10_000;
/** Hundreds of deliveries are worked through, without keeping what they would do. */
const PREVIEW_MS = 30_000;

export function deliveriesApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): DeliveriesApi {
  const { searchDeliveries, delivery, previewReplay, replay, replays, replayState, cancelReplay, testEvent, refusals } = DELIVERIES_HTTP;
  const { beginDryRun, dryRun, cancelDryRun } = DRY_RUNS_HTTP;
  const { figures, connectionFigures } = FIGURES_HTTP;
  const of = <T>({ method, path, success }: { readonly method: 'GET' | 'POST'; readonly path: string; readonly success: z.ZodType<T> }, id: string): Answer<T> =>
    authorised({ method, path: path.replace(':id', encodeURIComponent(id)), ...(method === 'POST' ? { body: {} } : {}), answer: success, timeoutMs: LOOK_MS });
  return {
    search: (search) => authorised({ method: 'GET', path: searchPath(searchDeliveries.path, search), answer: searchDeliveries.success, timeoutMs: LOOK_MS }),
    look: (id) => of(delivery, id),
    preview: (lot) => authorised({ method: 'POST', path: previewReplay.path, body: lot, answer: previewReplay.success, timeoutMs: PREVIEW_MS }),
    beginDryRun: (lot) => authorised({ method: 'POST', path: beginDryRun.path, body: lot, answer: beginDryRun.success, timeoutMs: PREVIEW_MS }),
    dryRun: (id, query) => authorised({ method: 'GET', path: dryRunPath(id, query), answer: dryRun.success, timeoutMs: LOOK_MS }),
    cancelDryRun: (id) => of(cancelDryRun, id),
    replay: (lot) => authorised({ method: 'POST', path: replay.path, body: lot, answer: replay.success, timeoutMs: PREVIEW_MS }),
    replays: () => authorised({ method: 'GET', path: replays.path, answer: replays.success, timeoutMs: LOOK_MS }),
    replayState: (id) => of(replayState, id),
    cancelReplay: (id) => of(cancelReplay, id),
    testEvent: (id) => of(testEvent, id),
    refusals: (id) => of(refusals, id),
    figures: (window) => authorised({ method: 'GET', path: `${figures.path}?window=${window}`, answer: figures.success, timeoutMs: LOOK_MS }),
    connectionFigures: (id, window) => authorised({ method: 'GET', path: `${connectionFigures.path.replace(':id', encodeURIComponent(id))}?window=${window}`, answer: connectionFigures.success, timeoutMs: LOOK_MS }),
  };
}
