import { sql } from 'kysely';
import { PREVIEW_SHOWN, type Lot, type ReplayPreview } from '../../core/contract/deliveries.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import type { Tx } from '../store/database.ts';
import { understand, type DeliveryInHand, type Work } from '../workers/outcome.ts';
import { countLot, inLot } from './lotRows.ts';
import type { Place } from './lots.ts';
import { planWorks } from './planning.ts';

type Shown = ReplayPreview['changes'][number];

/** Of the replay that there is not yet. */
const PREVIEWED = '00000000-0000-7000-8000-000000000000';

export interface InLot extends DeliveryInHand {
  readonly emptiedAt: string | null;
}

/** The next deliveries of a lot as a replay would have them in hand, in order of arrival. */
export async function readLot(tx: Tx, organisationId: string, lot: Lot, after: Place | null, limit: number): Promise<InLot[]> {
  const { rows } = await sql<InLot>`
    select d.id, d.organisation_id, d.arrival, d.connection_id, d.system, d.vendor_event, d.media_type, d.body, d.received_at, d.origin, d.attempts, d.let_through, ${PREVIEWED}::uuid as replay_id, d.emptied_at, 'received' as found, false as ahead, a.settings, a.paused
    from (${await inLot(tx, organisationId, lot, after, limit)}) as d join connection_access a on a.id = d.connection_id order by d.arrival
  `.execute(tx);
  return rows;
}

/**
 * What working on a lot again would change: the same rules as in earnest, against the record as it is now, on a copy in
 * memory. Nothing is written, nobody is asked. Alerts, and what the brake would say, are left out.
 */
export async function previewReplay(internals: StoreInternals, vendors: (system: string) => VendorModule | null, organisationId: string, lot: Lot): Promise<ReplayPreview> {
  return internals.database.withOrganisation(
    organisationId,
    async (tx) => {
      const rows = await readLot(tx, organisationId, lot, null, PREVIEW_SHOWN);
      const kept = rows.filter((row) => row.emptiedAt === null);
      const works = kept.map((delivery): Work => ({ delivery, outcome: understand({ ...delivery, paused: false }, vendors) }));
      const planned = await planWorks(tx, organisationId, works, { vendors, newId: () => internals.ids.next(), fromSource: new Set() });
      const changes = rows.map(({ id: deliveryId, paused }): Shown => {
        const shown = planned.get(deliveryId);
        if (!shown) return { deliveryId, outcome: 'body_gone', reason: null, rows: [] };
        const { outcome, reason, rows: changed } = shown;
        return { deliveryId, outcome, reason: paused && outcome === 'changes' ? 'held.paused' : reason, rows: changed };
      });
      const total = await countLot(tx, organisationId, lot);
      return { at: instant(internals.clock), deliveries: total, changes, leftOut: Math.max(0, total - works.length) };
    },
    // Everything is held against one moment of the record.
    'repeatable read',
  );
}
