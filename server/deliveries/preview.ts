import { sql } from 'kysely';
import { PREVIEW_SHOWN, type Lot, type ReplayPreview } from '../../core/contract/deliveries.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { planChanges, needsOf, type Needs } from '../../core/domain/record/plan.ts';
import { rowChange } from '../../core/domain/record/rowChange.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { understand, type DeliveryInHand, type Work } from '../workers/outcome.ts';
import { withoutOvertakenFacts } from '../workers/replayed.ts';
import { loadViews, type WorkingView } from '../workers/view.ts';
import { countLot, inLot } from './lotRows.ts';

type Shown = ReplayPreview['changes'][number];

/** Of the replay that there is not yet. */
const PREVIEWED = '00000000-0000-7000-8000-000000000000';

/**
 * What working on a lot again would change: the same rules as in earnest, against the record as it is now, on a copy in
 * memory. Nothing is written. Alerts, and what the brake would say, are left out.
 */
export async function previewReplay(internals: StoreInternals, vendors: (system: string) => VendorModule | null, organisationId: string, lot: Lot): Promise<ReplayPreview> {
  return internals.database.withOrganisation(
    organisationId,
    async (tx) => {
      const { rows } = await sql<DeliveryInHand & { emptiedAt: string | null }>`
        select d.id, d.organisation_id, d.arrival, d.connection_id, d.system, d.vendor_event, d.media_type, d.body, d.received_at, d.origin, d.attempts, d.let_through, ${PREVIEWED}::uuid as replay_id, d.emptied_at, a.settings, a.paused
        from (${await inLot(tx, organisationId, lot, null, PREVIEW_SHOWN)}) as d join connection_access a on a.id = d.connection_id order by d.arrival
      `.execute(tx);
      const kept = rows.filter((row) => row.emptiedAt === null);
      const paused = new Set(kept.filter((row) => row.paused).map((row) => row.id));
      const works = kept.map((delivery): Work => ({ delivery, outcome: understand({ ...delivery, paused: false }, vendors) }));
      const needs = new Map<string, Needs[]>();
      for (const { delivery, outcome } of works) if (outcome.kind === 'changes') needs.set(delivery.connectionId, [...(needs.get(delivery.connectionId) ?? []), needsOf(outcome.changes)]);
      const views = await loadViews(tx, [{ organisationId, needs, connectionIds: [] }]);
      const view = views.get(organisationId);
      if (!view) throw new Error(`no view of ${organisationId} was read`);
      const left = new Map((await withoutOvertakenFacts(tx, organisationId, works, new Set(), view)).map((work) => [work.delivery.id, work]));
      const changes = rows.map((row): Shown => {
        const work = left.get(row.id);
        if (!work) return { deliveryId: row.id, outcome: 'body_gone', reason: null, rows: [] };
        const shown = show(work, vendors, view, () => internals.ids.next());
        return paused.has(row.id) && shown.outcome === 'changes' ? { ...shown, reason: 'held.paused' } : shown;
      });
      const total = await countLot(tx, organisationId, lot);
      return { at: instant(internals.clock), deliveries: total, changes, leftOut: Math.max(0, total - works.length) };
    },
    // Everything is held against one moment of the record.
    'repeatable read',
  );
}

function show({ delivery, outcome }: Work, vendors: (system: string) => VendorModule | null, view: WorkingView, newId: () => string): Shown {
  const plain = { deliveryId: delivery.id, reason: null, rows: [] };
  switch (outcome.kind) {
    case 'changes':
      try {
        return plan(delivery, outcome.changes, vendors, view, newId);
      } catch {
        // As the worker would find out: what cannot be planned is set aside.
        return { ...plain, outcome: 'refused', reason: 'normalise.shape_unknown' };
      }
    case 'reread':
    case 'poll':
    case 'unanswered':
    case 'noAccess':
      return { ...plain, outcome: 'reads_source' };
    case 'quarantined':
      return { ...plain, outcome: 'refused', reason: outcome.code };
    case 'ignored':
      return { ...plain, outcome: 'nothing', reason: outcome.why };
    case 'held':
      return { ...plain, outcome: 'nothing', reason: 'held.paused' };
  }
}

function plan(delivery: DeliveryInHand, changes: readonly Change[], vendors: (system: string) => VendorModule | null, view: WorkingView, newId: () => string): Shown {
  const { system, connectionId } = delivery;
  const context = { actor: { kind: 'vendor', id: system, name: vendors(system)?.manifest.name ?? system }, source: { system, connectionId, remoteId: null }, deliveryId: delivery.id } as const;
  const { drafts, mappings, parked } = planChanges(changes, view.of(connectionId), context, newId);
  view.keep(connectionId, drafts, mappings);
  const [first] = parked;
  return { deliveryId: delivery.id, outcome: drafts.length > 0 || first ? 'changes' : 'nothing', reason: first?.reason ?? null, rows: drafts.map(rowChange) };
}
