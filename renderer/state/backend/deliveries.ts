import type { z } from 'zod';
import { DELIVERIES_HTTP, type DeliveryPage, type DeliveryWhole, type Lot, type RefusalsAnswer, type Replay, type ReplayOrder, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../../../core/contract/deliveries.ts';
import { searchPath, type DeliverySearch } from '../../../core/contract/deliveryPlace.ts';
import { dryRunPath, DRY_RUNS_HTTP, type DryRun, type DryRunPage, type DryRunQuery } from '../../../core/contract/dryRuns.ts';
import type { CodedError } from '../../../core/contract/errors.ts';
import { FIGURES_HTTP, type ConnectionFiguresAnswer, type FiguresAnswer, type FigureWindow } from '../../../core/contract/figures.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { connectionFiguresCsv, figuresCsv, figuresFileName } from '../../../core/domain/figures/csv.ts';
import { ok, type Result } from '../../../core/contract/result.ts';
import { download } from './download.ts';
import { exchange } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

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
  /** As a table for a spreadsheet; null = of all connections. False = the person thought better of it. */
  saveFigures(connectionId: string | null, window: FigureWindow): Answer<{ saved: boolean }>;
}

export function browserDeliveries(): DeliveryCalls {
  const { searchDeliveries, delivery, previewReplay, replay, replays, replayState, cancelReplay, testEvent, refusals } = DELIVERIES_HTTP;
  const { beginDryRun, dryRun, cancelDryRun } = DRY_RUNS_HTTP;
  const { figures, connectionFigures } = FIGURES_HTTP;
  const of = <T>({ method, path, success }: { readonly method: 'GET' | 'POST'; readonly path: string; readonly success: z.ZodType<T> }, id: string): Answer<T> =>
    exchange(method, path.replace(':id', encodeURIComponent(id)), success, method === 'POST' ? {} : undefined);
  return {
    search: (search) => exchange('GET', searchPath(searchDeliveries.path, search), searchDeliveries.success),
    look: (id) => of(delivery, id),
    preview: (lot) => exchange('POST', previewReplay.path, previewReplay.success, lot),
    beginDryRun: (lot) => exchange('POST', beginDryRun.path, beginDryRun.success, lot),
    dryRun: (id, query) => exchange('GET', dryRunPath(id, query), dryRun.success),
    cancelDryRun: (id) => of(cancelDryRun, id),
    replay: (lot) => exchange('POST', replay.path, replay.success, lot),
    replays: () => exchange('GET', replays.path, replays.success),
    replayState: (id) => of(replayState, id),
    cancelReplay: (id) => of(cancelReplay, id),
    testEvent: (id) => of(testEvent, id),
    refusals: (id) => of(refusals, id),
    figures: (window) => exchange('GET', `${figures.path}?window=${window}`, figures.success),
    connectionFigures: (id, window) => exchange('GET', `${connectionFigures.path.replace(':id', encodeURIComponent(id))}?window=${window}`, connectionFigures.success),
    async saveFigures(id, window) {
      if (id === null) {
        const all = await exchange('GET', `${figures.path}?window=${window}`, figures.success);
        if (!all.ok) return all;
        download(figuresFileName(window, null), figuresCsv(all.value), 'text/csv');
        return ok({ saved: true });
      }
      const one = await exchange('GET', `${connectionFigures.path.replace(':id', encodeURIComponent(id))}?window=${window}`, connectionFigures.success);
      if (!one.ok) return one;
      download(figuresFileName(window, one.value.connection.name), connectionFiguresCsv(one.value), 'text/csv');
      return ok({ saved: true });
    },
  };
}

export function desktopDeliveries(bridge: Bridge): DeliveryCalls {
  return {
    search: (search) => bridge.searchDeliveries(search),
    look: (id) => bridge.delivery({ id }),
    preview: (lot) => bridge.previewReplay(lot),
    beginDryRun: (lot) => bridge.beginDryRun(lot),
    dryRun: (id, query) => bridge.dryRun({ id, ...query }),
    cancelDryRun: (id) => bridge.cancelDryRun({ id }),
    replay: (order) => bridge.replay(order),
    replays: () => bridge.replays(),
    replayState: (id) => bridge.replayState({ id }),
    cancelReplay: (id) => bridge.cancelReplay({ id }),
    testEvent: (connectionId) => bridge.testEvent({ id: connectionId }),
    refusals: (connectionId) => bridge.refusals({ id: connectionId }),
    figures: (window) => bridge.figures({ window }),
    connectionFigures: (id, window) => bridge.connectionFigures({ id, window }),
    saveFigures: (id, window) => bridge.saveFigures({ id, window }),
  };
}
