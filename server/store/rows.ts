import { sql } from 'kysely';
import type { CollectionName, RowOf } from '../../core/contract/record.ts';
import type { Tx } from './database.ts';
import { PROJECTIONS, snake } from './projections.ts';

/** Rows of one collection exactly as the contract has them, in order of id (of creation); `ids` null = all. */
export async function readRows<C extends CollectionName>(tx: Tx, organisationId: string, collection: C, ids: readonly string[] | null): Promise<RowOf<C>[]> {
  const { table, fields } = PROJECTIONS[collection];
  const columns = sql.raw(fields.map(snake).join(', '));
  const only = ids === null ? sql`` : sql`and id = any(${[...ids]}::uuid[])`;
  const result = await sql<RowOf<C>>`select ${columns} from ${sql.table(table)} where organisation_id = ${organisationId} ${only} order by id`.execute(tx);
  return result.rows;
}

/** Where one row is: ids are told from outside, so each counts for its own organisation only. */
export interface RowKey {
  readonly organisationId: string;
  readonly id: string;
}

/** Each once. */
const distinctKeys = (keys: readonly RowKey[]): RowKey[] => [...new Map(keys.map((key) => [`${key.organisationId}${key.id}`, key])).values()];

/** The same for rows of several organisations, by organisation. */
export async function readRowsOf<C extends CollectionName>(tx: Tx, collection: C, keys: readonly RowKey[]): Promise<Map<string, RowOf<C>[]>> {
  if (keys.length === 0) return new Map();
  const { table, fields } = PROJECTIONS[collection];
  const columns = sql.raw(fields.map(snake).join(', '));
  const wanted = distinctKeys(keys);
  // One look into the index for each key: a plain join is planned as a walk through all rows of the organisation.
  const result = await sql<RowOf<C> & { organisationId: string }>`
    select t.* from unnest(${wanted.map((key) => key.organisationId)}::uuid[], ${wanted.map((key) => key.id)}::uuid[]) as k(organisation_id, id)
    cross join lateral (select organisation_id, ${columns} from ${sql.table(table)} where organisation_id = k.organisation_id and id = k.id limit 1) as t
    order by t.id
  `.execute(tx);
  return byOrganisation<RowOf<C>>(result.rows);
}

/** Rows of several organisations, each without saying whose it is. */
export function byOrganisation<R extends object>(rows: readonly (R & { readonly organisationId: string })[]): Map<string, R[]> {
  const found = new Map<string, R[]>();
  for (const { organisationId, ...row } of rows) {
    const own = found.get(organisationId) ?? [];
    found.set(organisationId, own);
    own.push(row as unknown as R);
  }
  return found;
}
