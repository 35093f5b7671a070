import { deliveryCalls, type DeliveryCalls as ServersCalls } from '../../../core/contract/calls/deliveries.ts';
import type { Answer } from '../../../core/contract/calls/question.ts';
import type { FigureWindow } from '../../../core/contract/figures.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { ok } from '../../../core/contract/result.ts';
import { connectionFiguresCsv, figuresCsv, figuresFileName } from '../../../core/domain/figures/csv.ts';
import { download } from './download.ts';
import { asked } from './http.ts';

/** Looking into what came, and working on it again. */
export interface DeliveryCalls extends ServersCalls {
  /** As a table for a spreadsheet; null = of all connections. False = the person thought better of it. */
  saveFigures(connectionId: string | null, window: FigureWindow): Answer<{ saved: boolean }>;
}

export function browserDeliveries(): DeliveryCalls {
  const calls = deliveryCalls(asked);
  return {
    ...calls,
    async saveFigures(id, window) {
      if (id === null) {
        const all = await calls.figures(window);
        if (!all.ok) return all;
        download(figuresFileName(window, null), figuresCsv(all.value), 'text/csv');
        return ok({ saved: true });
      }
      const one = await calls.connectionFigures(id, window);
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
