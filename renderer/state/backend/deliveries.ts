import type { z } from 'zod';
import { DELIVERIES_HTTP, type DeliveryPage, type DeliveryWhole, type Lot, type RefusalsAnswer, type Replay, type ReplayOrder, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../../../core/contract/deliveries.ts';
import { searchPath, type DeliverySearch } from '../../../core/contract/deliveryPlace.ts';
import { dryRunPath, DRY_RUNS_HTTP, type DryRun, type DryRunPage, type DryRunQuery } from '../../../core/contract/dryRuns.ts';
import type { CodedError } from '../../../core/contract/errors.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import type { Result } from '../../../core/contract/result.ts';
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
}

export function browserDeliveries(): DeliveryCalls {
  const { searchDeliveries, delivery, previewReplay, replay, replays, replayState, cancelReplay, testEvent, refusals } = DELIVERIES_HTTP;
  const { beginDryRun, dryRun, cancelDryRun } = DRY_RUNS_HTTP;
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
  };
}
