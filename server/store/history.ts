import { sql } from 'kysely';
import { EVENT_TYPE_NAMES, EVENT_TYPES, type RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type AnyRow, type CollectionName, type Snapshot } from '../../core/contract/record.ts';
import { wholeRow } from '../../core/domain/record/state.ts';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';
import type { Point } from './store.ts';

const EVENT_COLUMNS = ['seq', 'id', 'type', 'collection', 'weddingId', 'occurredAt', 'recordedAt', 'actor', 'source', 'deliveryId', 'before', 'row'] as const;

/** A long look tells each second how far it is: only that it has ended is history. */
const NOT_ONLY_READING = sql<boolean>`(type <> 'connection.reading' or "row"->'reading'->>'state' = 'done')`;

/** Events of one row below `before` (null = from the newest), newest first, at most `limit`. */
export async function history(internals: StoreInternals, organisationId: string, collection: CollectionName, id: string, before: number | null, limit: number): Promise<RecordedEvent[]> {
  const rows = await internals.database.withOrganisation(organisationId, (tx) => {
    const all = tx.selectFrom('events').select(EVENT_COLUMNS).where('organisationId', '=', organisationId).where('rowId', '=', id).where('collection', '=', collection).where(NOT_ONLY_READING);
    return (before === null ? all : all.where('seq', '<', before)).orderBy('seq', 'desc').limit(limit).execute();
  });
  return rows as unknown as RecordedEvent[];
}

const DELETIONS = EVENT_TYPE_NAMES.filter((type) => EVENT_TYPES[type].change === 'deleted');

/**
 * The record as it stood, from the log alone: of every row its last event up to there. Null when the log does not go
 * that far. `at` is the instant that was asked for, or that of the event at the position. The organisation's own name
 * and zone are not in the log and are today's.
 */
export async function recordAt(internals: StoreInternals, epoch: string, organisationId: string, point: Point): Promise<Snapshot | null> {
  return internals.database.withOrganisation(
    organisationId,
    async (tx) => {
      const found = await tx.selectFrom('organisations').select(['id', 'name', 'zone', 'currency', 'demo', 'lastSeq']).where('id', '=', organisationId).executeTakeFirst();
      if (!found) return null;
      const { lastSeq, ...organisation } = found;
      const seq = 'seq' in point ? point.seq : await seqAt(tx, organisationId, point.instant);
      if (seq > lastSeq) return null;
      const { rows } = await sql<{ collection: CollectionName; row: AnyRow }>`
        select collection, "row" from (
          select distinct on (row_id) row_id, collection, type, "row" from events where organisation_id = ${organisationId} and seq <= ${seq} order by row_id, seq desc
        ) as last where not (type = any(${DELETIONS})) order by row_id
      `.execute(tx);
      const byCollection = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, [] as AnyRow[]])) as Record<CollectionName, AnyRow[]>;
      for (const { collection, row } of rows) byCollection[collection].push(wholeRow(collection, row));
      const at = 'instant' in point ? point.instant : await instantOf(tx, organisationId, seq, instant(internals.clock));
      return { seq, epoch, at, organisation, rows: byCollection as Snapshot['rows'] };
    },
    'repeatable read',
  );
}

async function seqAt(tx: Tx, organisationId: string, at: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select coalesce(max(seq), 0)::bigint as seq from events where organisation_id = ${organisationId} and recorded_at <= ${at}`.execute(tx);
  return rows[0]?.seq ?? 0;
}

async function instantOf(tx: Tx, organisationId: string, seq: number, otherwise: string): Promise<string> {
  const row = await tx.selectFrom('events').select('recordedAt').where('organisationId', '=', organisationId).where('seq', '=', seq).executeTakeFirst();
  return row?.recordedAt ?? otherwise;
}
