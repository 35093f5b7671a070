import { DELIVERIES_HTTP, type DeliveryPage, type DeliveryWhole, type Lot, type RefusalsAnswer, type Replay, type ReplayOrder, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../deliveries.ts';
import { searchPath, type DeliverySearch } from '../deliveryPlace.ts';
import { dryRunPath, DRY_RUNS_HTTP, type DryRun, type DryRunPage, type DryRunQuery } from '../dryRuns.ts';
import { FIGURES_HTTP, type ConnectionFiguresAnswer, type FiguresAnswer, type FigureWindow } from '../figures.ts';
import type { Answer, AskServer, Question } from './question.ts';

/** Looking into what came, and working on it again. */
export interface DeliveryCalls {
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

type Named<T> = { readonly method: 'GET' | 'POST'; readonly path: string; readonly success: Question<T>['answer'] };

export function deliveryCalls(ask: AskServer): DeliveryCalls {
  const { searchDeliveries, delivery, previewReplay, replay, replays, replayState, cancelReplay, testEvent, refusals } = DELIVERIES_HTTP;
  const { beginDryRun, dryRun, cancelDryRun } = DRY_RUNS_HTTP;
  const { figures, connectionFigures } = FIGURES_HTTP;
  const read = <T>(success: Question<T>['answer'], path: string): Answer<T> => ask({ method: 'GET', path, answer: success, timeoutMs: LOOK_MS });
  const work = <T>({ path, success }: Omit<Named<T>, 'method'>, body: unknown): Answer<T> => ask({ method: 'POST', path, body, answer: success, timeoutMs: PREVIEW_MS });
  const at = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  const of = <T>({ method, path, success }: Named<T>, id: string): Answer<T> =>
    ask({ method, path: at(path, id), ...(method === 'POST' ? { body: {} } : {}), answer: success, timeoutMs: LOOK_MS });
  return {
    search: (search) => read(searchDeliveries.success, searchPath(searchDeliveries.path, search)),
    look: (id) => of(delivery, id),
    preview: (lot) => work(previewReplay, lot),
    beginDryRun: (lot) => work(beginDryRun, lot),
    dryRun: (id, query) => read(dryRun.success, dryRunPath(id, query)),
    cancelDryRun: (id) => of(cancelDryRun, id),
    replay: (order) => work(replay, order),
    replays: () => read(replays.success, replays.path),
    replayState: (id) => of(replayState, id),
    cancelReplay: (id) => of(cancelReplay, id),
    testEvent: (id) => of(testEvent, id),
    refusals: (id) => of(refusals, id),
    figures: (window) => read(figures.success, `${figures.path}?window=${window}`),
    connectionFigures: (id, window) => read(connectionFigures.success, `${at(connectionFigures.path, id)}?window=${window}`),
  };
}
