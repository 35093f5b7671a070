import { sql } from 'kysely';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type CollectionName } from '../../core/contract/record.ts';
import type { Progress } from './backup/format.ts';
import type { Tx } from './database.ts';
import { PROJECTIONS, snake } from './projections.ts';
import { project } from './record.ts';

/** A row of the projections that is not what the log says. `missing`: the log has it; `surplus`: the log has it not. */
export interface Difference {
  readonly collection: CollectionName;
  readonly organisationId: string;
  readonly id: string;
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Names of the columns that differ. */
  readonly fields: readonly string[];
}

export interface Rebuilt {
  readonly events: number;
  readonly differing: number;
  /** The first {@link SHOWN} of them. */
  readonly differences: readonly Difference[];
}

const SHOWN = 100;
const BATCH = 500;
const EVENT_COLUMNS = ['seq', 'id', 'type', 'collection', 'weddingId', 'occurredAt', 'recordedAt', 'actor', 'source', 'deliveryId', 'before', 'row'] as const;

/**
 * Plays every log into scratch tables by the code that writes the live ones, and compares row by row. `apply` puts what
 * the log says in place of what differs. Leave the transaction at once afterwards: in it the tables' names mean the scratch.
 */
export async function rebuild(tx: Tx, options: { readonly apply: boolean; readonly progress: Progress }): Promise<Rebuilt> {
  for (const collection of COLLECTION_NAMES) {
    const { table } = PROJECTIONS[collection];
    // A temporary table hides the one of the same name, so the live writer's own statements fill it.
    await sql.raw(`create temporary table ${table} (like public.${table} including defaults including indexes) on commit drop`).execute(tx);
  }
  const events = await playAll(tx, options.progress);
  let differing = 0;
  const differences: Difference[] = [];
  for (const collection of COLLECTION_NAMES) {
    const found = await compare(tx, collection, SHOWN - differences.length);
    differing += found.count;
    differences.push(...found.first);
    if (options.apply && found.count > 0) await replace(tx, collection);
  }
  return { events, differing, differences };
}

async function playAll(tx: Tx, progress: Progress): Promise<number> {
  let played = 0;
  const organisations = await sql<{ id: string }>`select distinct organisation_id as id from public.events order by 1`.execute(tx);
  for (const { id } of organisations.rows) {
    for (let after = 0; ; ) {
      const rows = await tx.selectFrom('events').select(EVENT_COLUMNS).where('organisationId', '=', id).where('seq', '>', after).orderBy('seq').limit(BATCH).execute();
      const events = rows as unknown as RecordedEvent[];
      for (const collection of COLLECTION_NAMES) await project(tx, collection, [{ organisationId: id, events }]);
      played += events.length;
      progress('events', played);
      after = events.at(-1)?.seq ?? after;
      if (events.length < BATCH) break;
    }
  }
  return played;
}

async function compare(tx: Tx, collection: CollectionName, limit: number): Promise<{ count: number; first: Difference[] }> {
  const { table } = PROJECTIONS[collection];
  const both = sql.raw(`public.${table} as there full join pg_temp.${table} as told using (organisation_id, id)`);
  const differs = sql`to_jsonb(there) is distinct from to_jsonb(told)`;
  const counted = await sql<{ count: number }>`select count(*) as count from ${both} where ${differs}`.execute(tx);
  const count = counted.rows[0]?.count ?? 0;
  if (count === 0 || limit <= 0) return { count, first: [] };
  const { rows } = await sql<{ organisationId: string; id: string; there: Record<string, unknown> | null; told: Record<string, unknown> | null }>`
    select organisation_id, id, to_jsonb(there) as there, to_jsonb(told) as told from ${both} where ${differs} order by organisation_id, id limit ${limit}
  `.execute(tx);
  const first = rows.map(({ organisationId, id, there, told }): Difference => {
    const kind = there === null ? 'missing' : told === null ? 'surplus' : 'different';
    const fields = there && told ? Object.keys({ ...there, ...told }).filter((name) => JSON.stringify(there[name]) !== JSON.stringify(told[name])) : [];
    return { collection, organisationId, id, kind, fields };
  });
  return { count, first };
}

async function replace(tx: Tx, collection: CollectionName): Promise<void> {
  const { table, fields } = PROJECTIONS[collection];
  const columns = ['organisation_id', ...fields.map(snake)].join(', ');
  const same = 'there.organisation_id = told.organisation_id and there.id = told.id';
  await sql.raw(`delete from public.${table} as there where not exists (select from pg_temp.${table} as told where ${same} and to_jsonb(told) = to_jsonb(there))`).execute(tx);
  await sql.raw(`insert into public.${table} (${columns}) select ${columns} from pg_temp.${table} as told where not exists (select from public.${table} as there where ${same})`).execute(tx);
}
