import { sql } from 'kysely';
import type { DeliveryLine, DeliveryWhole } from '../../core/contract/deliveries.ts';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { coverText } from '../../core/domain/deliveries/cover.ts';
import { maskBody } from '../../core/domain/deliveries/mask.ts';
import { viewEvent } from '../../core/domain/access/view.ts';
import type { Subject } from '../../core/domain/access/may.ts';
import { rowChange } from '../../core/domain/record/rowChange.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { isErasedId } from '../store/erasedMappings.ts';
import type { StoreInternals } from '../store/internals.ts';
import { LINE, withWeddings } from './search.ts';
import { allTries, type StoredTry } from './tried.ts';

/** Changes that are shown, and rows and events that are looked at for what is newer. */
const CHANGED_SHOWN = 200;
const NEWER_LOOK = 10_000;
/** What the house says of a delivery, not what the delivery said. */
const OURS: readonly string[] = ['alerts', 'reviewItems', 'connections'];

interface Row extends Omit<DeliveryLine, 'weddingIds'> {
  readonly arrival: number;
  readonly mediaType: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly emptiedAt: string | null;
  readonly tries: readonly StoredTry[];
}

/** Null = there is none of that id. Nothing of it is told that its vendor's manifest covers. */
export async function wholeDelivery(internals: StoreInternals, vendors: (system: string) => VendorModule | null, subject: Subject, id: string): Promise<DeliveryWhole | null> {
  const { organisationId } = subject;
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const found = await sql<Row>`
      select ${LINE}, d.media_type, d.headers, d.body, d.emptied_at, d.tries from deliveries d where d.organisation_id = ${organisationId} and d.id = ${id}
    `.execute(tx);
    const [row] = found.rows;
    if (!row) return null;
    const { mediaType, headers, body, emptiedAt, tries, ...line } = row;
    const events = await sql<RecordedEvent>`
      select seq, id, type, collection, wedding_id, occurred_at, recorded_at, actor, source, delivery_id, before, "row" from events
      where organisation_id = ${organisationId} and delivery_id = ${id} order by seq limit ${CHANGED_SHOWN}
    `.execute(tx);
    const told = events.rows.flatMap((event) => {
      const seen = viewEvent({ subject, weddingId: null }, event);
      return seen && 'event' in seen ? [seen.event] : [];
    });
    const theirs = events.rows.filter((event) => !OURS.includes(event.collection));
    const rowIds = [...new Set(theirs.map((event) => event.row.id))];
    const newer = await sql<{ count: number }>`
      select count(distinct d.id) as count from (
        select delivery_id from events where organisation_id = ${organisationId} and row_id = any(${rowIds}::uuid[]) and delivery_id is not null and delivery_id <> ${id} order by seq desc limit ${NEWER_LOOK}
      ) as e join deliveries d on d.id = e.delivery_id and d.arrival > ${row.arrival}::bigint
    `.execute(tx);
    const waits = await sql<{ type: string; id: string }>`
      select distinct remote_type as type, remote_id as id from open_links where organisation_id = ${organisationId} and local_id = any(${[id, ...rowIds]}::uuid[]) and target_id is null order by remote_type, remote_id
    `.execute(tx);
    const [whole] = await withWeddings(tx, organisationId, [line]);
    if (!whole) throw new Error('a delivery was lost while it was read');
    const masks = vendors(row.system)?.manifest.masks ?? [];
    return {
      ...whole,
      mediaType,
      headers,
      body: emptiedAt === null ? maskBody({ bodyText: body, mediaType, origin: row.origin }, masks) : null,
      // What went wrong may quote what came.
      tries: allTries(row, tries).map((one) => ({ ...one, message: coverText(one.message) })),
      changed: told.map(rowChange),
      newer: newer.rows[0]?.count ?? 0,
      waits: waits.rows.map((one) => ({ type: one.type, id: isErasedId(one.id) ? null : coverText(one.id) })),
    };
  });
}
