import { sql, type RawBuilder } from 'kysely';
import type { AnyRow, CollectionName } from '../../core/contract/record.ts';
import type { Needs } from '../../core/domain/record/needs.ts';
import { tellerKey } from '../../core/domain/record/tellers.ts';
import type { Told } from '../../core/domain/record/told.ts';
import type { Mapping } from '../../core/domain/record/view.ts';
import type { Tx } from '../store/database.ts';
import { erasedRemoteId } from '../store/erasedMappings.ts';
import type { RowKey } from '../store/rows.ts';

/** Which of our rows the objects are that a batch of deliveries names. */

interface Wanted {
  readonly organisationId: string;
  readonly needs: ReadonlyMap<string, readonly Needs[]>;
}

interface Part extends Wanted {
  readonly mappings: Map<string, Mapping>;
  readonly rows: Record<CollectionName, Map<string, AnyRow>>;
}

/** An object of a source, as one connection names it. */
export interface RemoteKey {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly type: string;
  readonly id: string;
}

/** `open`: it is waited for, or its row waits for something. */
export type FoundRow = (MappingRow & { readonly open: boolean }) | ({ [K in keyof MappingRow]: K extends 'organisationId' | 'connectionId' | 'remoteType' | 'remoteId' ? string : null } & { readonly open: true });

export interface MappingRow {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly remoteType: string;
  readonly remoteId: string;
  readonly collection: CollectionName;
  readonly localId: string;
  readonly remoteVersion: string | null;
  readonly told: Told | null;
  readonly erased: boolean;
}

/**
 * One look into the index for each key: a plain join is planned as a walk through all mappings of the organisation. Of an object that
 * is unknown there is a row only where something waits for it.
 */
export function mappingsOf(keys: readonly RemoteKey[]): RawBuilder<FoundRow> {
  const column = (pick: (key: RemoteKey) => string) => keys.map(pick);
  return sql<FoundRow>`
    select k.*, m.*, l.open from unnest(${column((k) => k.organisationId)}::uuid[], ${column((k) => k.connectionId)}::uuid[], ${column((k) => k.type)}::text[], ${column((k) => k.id)}::text[])
      as k(organisation_id, connection_id, remote_type, remote_id)
    left join lateral (
      select collection, local_id, remote_version, told, erased_at is not null as erased from mappings
      where organisation_id = k.organisation_id and connection_id = k.connection_id and remote_type = k.remote_type and remote_id = k.remote_id limit 1
    ) as m on true
    cross join lateral (
      select case when m.local_id is null
        then exists (select from open_links where organisation_id = k.organisation_id and connection_id = k.connection_id and remote_type = k.remote_type and remote_id = k.remote_id)
        else exists (select from open_links where organisation_id = k.organisation_id and local_id = m.local_id) end as open
    ) as l
    where m.local_id is not null or l.open
  `;
}

const asMapping = ({ collection, localId: id, remoteVersion, told, erased }: MappingRow): Mapping => ({ collection, id, remoteVersion, told, ...(erased ? { erased: true } : {}) });

/** Where people are told of: what every system's objects have told of those that were found. */
export async function loadTellers(tx: Tx, parts: readonly Part[]): Promise<void> {
  const of = parts.filter((part) => [...part.needs.values()].some((own) => own.some(({ people }) => people)));
  const keys = of.flatMap((part) => [...part.rows.contacts.keys()].map((id): RowKey => ({ organisationId: part.organisationId, id })));
  if (keys.length === 0) return;
  const { rows } = await sql<MappingRow>`
    select m.* from unnest(${keys.map((key) => key.organisationId)}::uuid[], ${keys.map((key) => key.id)}::uuid[]) as k(organisation_id, id)
    cross join lateral (
      select organisation_id, connection_id, remote_type, remote_id, collection, local_id, remote_version, told, false as erased from mappings
      where local_id = k.id and organisation_id = k.organisation_id and collection = 'contacts' and erased_at is null
    ) as m
  `.execute(tx);
  const found = Map.groupBy(rows, (row) => row.organisationId);
  for (const part of of) {
    for (const row of found.get(part.organisationId) ?? []) part.mappings.set(tellerKey(row.connectionId, row.remoteType, row.remoteId), asMapping(row));
  }
}

export interface LoadedMappings {
  readonly mappings: Map<string, Mapping>;
  /** Unknown objects that are waited for. */
  readonly awaited: Set<string>;
  /** Rows that wait for something. */
  readonly waiting: Set<string>;
}

export async function loadMappings(tx: Tx, wanted: readonly Wanted[]): Promise<Map<string, LoadedMappings>> {
  const keys = new Map<string, RemoteKey>();
  for (const { organisationId, needs } of wanted) {
    for (const [connectionId, own] of needs) {
      for (const { type, id } of own.flatMap((need) => need.remotes)) keys.set(tellerKey(connectionId, type, id), { organisationId, connectionId, type, id });
    }
  }
  if (keys.size === 0) return new Map();
  const erased = [...keys.values()].map((key) => ({ ...key, id: erasedRemoteId(key.connectionId, key.type, key.id), plain: key.id }));
  const asked: RemoteKey[] = [...keys.values(), ...erased];
  const plain = new Map(erased.map((key) => [key.id, key.plain]));
  const result = await mappingsOf(asked).execute(tx);
  const found = new Map<string, LoadedMappings>();
  for (const row of result.rows) {
    const own = found.get(row.organisationId) ?? { mappings: new Map<string, Mapping>(), awaited: new Set<string>(), waiting: new Set<string>() };
    found.set(row.organisationId, own);
    const key = tellerKey(row.connectionId, row.remoteType, plain.get(row.remoteId) ?? row.remoteId);
    if (row.localId === null) own.awaited.add(key);
    else {
      own.mappings.set(key, asMapping(row));
      if (row.open) own.waiting.add(row.localId);
    }
  }
  return found;
}
