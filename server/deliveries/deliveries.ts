import type { z } from 'zod';
import type { DeliveryPage, DeliveryState, DeliveryWhole, RefusalsAnswer, Replay, Lot, ReplayOrder, ReplayPreview } from '../../core/contract/deliveries.ts';
import type { Result } from '../../core/contract/result.ts';
import type { Subject } from '../../core/domain/access/may.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { OpenedStore } from '../store/internals.ts';
import type { DryRun, DryRunPage } from '../../core/contract/dryRuns.ts';
import { beginDryRun, cancelDryRun, readDryRun, type DryRunFault, type PageAsked } from './dryRuns.ts';
import type { Narrowing, Place } from './lots.ts';
import { previewReplay } from './preview.ts';
import { refusalsOf } from './refusals.ts';
import { cancelReplay, listReplays, readReplay, startReplay, type ReplayFault } from './replays.ts';
import { searchDeliveries } from './search.ts';
import { sendTestEvent } from './testEvent.ts';
import { wholeDelivery } from './whole.ts';

/** What people may ask about what came, and working on it again. Null = there is none of that id. */
export interface Deliveries {
  search(organisationId: string, narrowing: Narrowing, states: readonly DeliveryState[], before: Place | null): Promise<DeliveryPage>;
  whole(subject: Subject, id: string): Promise<DeliveryWhole | null>;
  refusals(organisationId: string, connectionId: string): Promise<z.infer<typeof RefusalsAnswer> | null>;
  preview(organisationId: string, lot: Lot): Promise<ReplayPreview>;
  beginDryRun(organisationId: string, lot: Lot, deviceId: string): Promise<Result<DryRun, DryRunFault>>;
  dryRun(organisationId: string, id: string, page: PageAsked): Promise<DryRunPage | null>;
  cancelDryRun(organisationId: string, id: string): Promise<DryRun | null>;
  replay(organisationId: string, lot: ReplayOrder, startedBy: string): Promise<Result<Replay, ReplayFault>>;
  replayOf(organisationId: string, id: string): Promise<Replay | null>;
  replays(organisationId: string): Promise<Replay[]>;
  cancel(organisationId: string, id: string): Promise<Replay | null>;
  /** The delivery's id. */
  testEvent(organisationId: string, connectionId: string, sentBy: string): Promise<string | null>;
}

export function createDeliveries(store: Pick<OpenedStore, 'internals' | 'addDelivery'>, vendors: (system: string) => VendorModule | null): Deliveries {
  const { internals } = store;
  return {
    search: (organisationId, narrowing, states, before) => searchDeliveries(internals, organisationId, narrowing, states, before),
    whole: (subject, id) => wholeDelivery(internals, vendors, subject, id),
    refusals: (organisationId, connectionId) => refusalsOf(internals, organisationId, connectionId),
    preview: (organisationId, lot) => previewReplay(internals, vendors, organisationId, lot),
    beginDryRun: (organisationId, lot, deviceId) => beginDryRun(internals, { organisationId, lot, deviceId }),
    dryRun: (organisationId, id, page) => readDryRun(internals, organisationId, id, page),
    cancelDryRun: (organisationId, id) => cancelDryRun(internals, organisationId, id),
    replay: (organisationId, lot, startedBy) => startReplay(internals, organisationId, lot, startedBy),
    replayOf: (organisationId, id) => readReplay(internals, organisationId, id),
    replays: (organisationId) => listReplays(internals, organisationId),
    cancel: (organisationId, id) => cancelReplay(internals, organisationId, id),
    testEvent: (organisationId, connectionId, sentBy) => sendTestEvent(store, organisationId, connectionId, sentBy),
  };
}
