import type { ReplayPreview } from '../../core/contract/deliveries.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import { needsOf, type Needs } from '../../core/domain/record/needs.ts';
import { planChanges, type Heard, type MappingDraft } from '../../core/domain/record/plan.ts';
import { rowChange } from '../../core/domain/record/rowChange.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Tx } from '../store/database.ts';
import { heardOf, type DeliveryInHand, type Work } from '../workers/outcome.ts';
import { withoutOvertakenFacts } from '../workers/replayed.ts';
import { loadViews, type WorkingView } from '../workers/view.ts';

/** The plan of a delivery, without anything being written. */
export interface Shown extends Omit<ReplayPreview['changes'][number], 'deliveryId'> {
  readonly drafts: readonly EventDraft[];
  readonly mappings: readonly MappingDraft[];
  /** Ids that new rows have been given, in this order. */
  readonly newIds: readonly string[];
  /** It tells of somebody who was erased: what was said is not to be kept. */
  readonly forget: boolean;
}

export interface Planning {
  readonly vendors: (system: string) => VendorModule | null;
  readonly newId: () => string;
  /** Deliveries whose source was just read: what it says is newest. */
  readonly fromSource: ReadonlySet<string>;
  /** Weddings that are needed besides. */
  readonly weddingIds?: readonly string[];
  /** Puts into the view what would have happened before. */
  readonly before?: (view: WorkingView) => void;
}

/** By the worker's own rules, in order of arrival, each as it follows those before it; by the delivery's id. */
export async function planWorks(tx: Tx, organisationId: string, works: readonly Work[], planning: Planning): Promise<Map<string, Shown>> {
  const needs = new Map<string, Needs[]>();
  const { weddingIds = [] } = planning;
  for (const { delivery, outcome } of works) {
    if (outcome.kind !== 'changes') continue;
    const own = needsOf(outcome.changes);
    needs.set(delivery.connectionId, [...(needs.get(delivery.connectionId) ?? []), { ...own, weddingIds: [...own.weddingIds, ...weddingIds] }]);
  }
  const views = await loadViews(tx, [{ organisationId, needs, connectionIds: [] }]);
  const view = views.get(organisationId);
  if (!view) throw new Error(`no view of ${organisationId} was read`);
  planning.before?.(view);
  const left = await withoutOvertakenFacts(tx, organisationId, works, planning.fromSource, view);
  return new Map(left.map((work) => [work.delivery.id, show(work, view, planning)]));
}

function show({ delivery, outcome }: Work, view: WorkingView, { vendors, newId }: Planning): Shown {
  const plain = { reason: null, rows: [], drafts: [], mappings: [], newIds: [], forget: false };
  switch (outcome.kind) {
    case 'changes':
      try {
        return plan(delivery, outcome.changes, heardOf(delivery, outcome.readAt), view, vendors, newId);
      } catch {
        // As the worker would find out: what cannot be planned is set aside.
        return { ...plain, outcome: 'refused', reason: 'normalise.shape_unknown' };
      }
    case 'unanswered':
    case 'noAccess':
      return { ...plain, outcome: 'reads_source', reason: outcome.code };
    case 'reread':
    case 'poll':
      return { ...plain, outcome: 'reads_source' };
    case 'quarantined':
      return { ...plain, outcome: 'refused', reason: outcome.code };
    case 'ignored':
      return { ...plain, outcome: 'nothing', reason: outcome.why };
    case 'held':
      return { ...plain, outcome: 'nothing', reason: 'held.paused' };
  }
}

function plan(delivery: DeliveryInHand, changes: readonly Change[], heard: Heard, view: WorkingView, vendors: Planning['vendors'], newId: () => string): Shown {
  const { system, connectionId } = delivery;
  const context = { actor: { kind: 'vendor', id: system, name: vendors(system)?.manifest.name ?? system }, source: { system, connectionId, remoteId: null }, deliveryId: delivery.id } as const;
  const newIds: string[] = [];
  const given = () => {
    const id = newId();
    newIds.push(id);
    return id;
  };
  const { drafts, mappings, parked, forget, pushes } = planChanges(changes, view.of(connectionId), context, given, heard);
  view.keep(connectionId, drafts, mappings, { pushes });
  const [first] = parked;
  return { outcome: drafts.length > 0 || first ? 'changes' : 'nothing', reason: first?.reason ?? null, rows: drafts.map(rowChange), drafts, mappings, newIds, forget };
}
