import { sql } from 'kysely';
import type { Priority } from '../../core/contract/deliveries.ts';
import type { Ids } from '../../core/ports/ports.ts';
import type { Brought, Origin } from '../../core/vendors/vendor.ts';
import type { Tx } from './database.ts';

export interface BroughtFrom {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly system: string;
  readonly origin: Origin;
  readonly priority: (item: Brought) => Priority;
}

/** Stores what a look, a feed or a file has brought, in that order, in the caller's transaction; what is known already stays as it is. Gives the number of new ones. */
export async function storeBrought(tx: Tx, from: BroughtFrom, items: readonly Brought[], now: string, ids: Ids): Promise<number> {
  if (items.length === 0) return 0;
  const { organisationId, connectionId, system, origin, priority } = from;
  const { rows } = await sql<{ id: string }>`
    insert into deliveries (id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, origin, priority)
    select id, ${organisationId}::uuid, ${connectionId}::uuid, ${system}, delivery_key, vendor_event, 'application/json', '{}', body, ${now}::timestamptz, ${origin}, priority
    from unnest(${items.map(() => ids.next())}::uuid[], ${items.map((one) => one.key)}::text[], ${items.map((one) => one.event)}::text[], ${items.map((one) => one.body)}::text[], ${items.map(priority)}::text[])
      with ordinality as d(id, delivery_key, vendor_event, body, priority, place)
    order by place
    on conflict (connection_id, delivery_key) do nothing
    returning id
  `.execute(tx);
  return rows.length;
}
