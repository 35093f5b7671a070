import { sql } from 'kysely';
import type { LinkField, LinkedName, OpenLink } from '../../../core/domain/record/openLinks.ts';
import type { Tx } from '../database.ts';

/** An object of a source, as one connection names it. */
export interface NamedBy {
  readonly connectionId: string;
  readonly type: string;
  readonly id: string;
}

/** A delivery that is parked for want of what it names. */
export interface ParkedFor {
  readonly deliveryId: string;
  readonly by: NamedBy;
}

export interface Waiting {
  readonly links: readonly OpenLink[];
  readonly parked: readonly ParkedFor[];
}

interface Row {
  readonly localId: string;
  readonly field: LinkField | '';
  readonly connectionId: string;
  readonly remoteType: string;
  readonly remoteId: string;
  readonly collection: LinkedName | null;
  readonly targetId: string | null;
}

/** What waits for these objects or for the weddings of these rows, and from row to row what waits for those. */
export async function readWaiting(tx: Tx, organisationId: string, named: readonly NamedBy[], targets: readonly string[]): Promise<Waiting> {
  const column = (pick: (one: NamedBy) => string) => named.map(pick);
  const { rows } = await sql<Row>`
    with recursive w as (
      (
        select o.* from unnest(${column((one) => one.connectionId)}::uuid[], ${column((one) => one.type)}::text[], ${column((one) => one.id)}::text[]) as k(connection_id, remote_type, remote_id)
        cross join lateral (
          select * from open_links where organisation_id = ${organisationId} and connection_id = k.connection_id and remote_type = k.remote_type and remote_id = k.remote_id
        ) as o
        union
        select o.* from unnest(${[...targets]}::uuid[]) as t(id) cross join lateral (select * from open_links where organisation_id = ${organisationId} and target_id = t.id) as o
      )
      union
      select o.* from w join open_links o on o.organisation_id = w.organisation_id and o.target_id = w.local_id
    )
    select local_id, field, connection_id, remote_type, remote_id, collection, target_id from w order by created_at, local_id, field
  `.execute(tx);
  const links: OpenLink[] = [];
  const parked: ParkedFor[] = [];
  for (const { localId, field, connectionId, remoteType: type, remoteId: id, collection, targetId } of rows) {
    if (collection === null || field === '') parked.push({ deliveryId: localId, by: { connectionId, type, id } });
    else links.push({ collection, id: localId, field, connectionId, awaits: { type, id }, targetId });
  }
  return { links, parked };
}
