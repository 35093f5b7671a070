import { sql } from 'kysely';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { DeliveryView, IntegrationView } from '../../core/contract/http.ts';
import { COLLECTION_NAMES, type AnyRow, type CollectionName, type Snapshot } from '../../core/contract/record.ts';
import { EMPTY_QUEUE } from '../../core/domain/intake/queue.ts';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';
import { snake } from './projections.ts';
import { readRows } from './rows.ts';
import { queueByConnection } from './queue.ts';

const EVENT_COLUMNS = ['seq', 'id', 'type', 'collection', 'weddingId', 'occurredAt', 'recordedAt', 'actor', 'source', 'deliveryId', 'before', 'row'] as const;

/** Where every organisation's log stands. */
export async function headSeqs({ database }: Pick<StoreInternals, 'database'>): Promise<Map<string, number>> {
  const rows = await database.system.selectFrom('organisations').select(['id', 'lastSeq']).execute();
  return new Map(rows.map((row) => [row.id, row.lastSeq]));
}

export async function headSeq(internals: StoreInternals, organisationId: string): Promise<number> {
  const row = await internals.database.withOrganisation(organisationId, (tx) => tx.selectFrom('organisations').select('lastSeq').where('id', '=', organisationId).executeTakeFirst());
  return row?.lastSeq ?? 0;
}

export async function readEvents(internals: Pick<StoreInternals, 'database'>, organisationId: string, afterSeq: number, limit: number): Promise<RecordedEvent[]> {
  const rows = await internals.database.withOrganisation(organisationId, (tx) =>
    tx
      .selectFrom('events')
      .select(EVENT_COLUMNS)
      .where('organisationId', '=', organisationId)
      .where('seq', '>', afterSeq)
      .orderBy('seq')
      .limit(limit)
      .execute(),
  );
  return rows as unknown as RecordedEvent[];
}

/** The same for several organisations, `limit` for each; one that has none is left out. */
export async function readEventsOf(internals: Pick<StoreInternals, 'database'>, wanted: readonly { readonly organisationId: string; readonly afterSeq: number }[], limit: number): Promise<Map<string, RecordedEvent[]>> {
  const ids = wanted.map((one) => one.organisationId);
  const columns = sql.raw(EVENT_COLUMNS.map((name) => `e."${snake(name)}"`).join(', '));
  const result = await internals.database.withOrganisations(ids, (tx) =>
    sql<RecordedEvent & { organisationId: string }>`
      select e.organisation_id, ${columns} from unnest(${ids}::uuid[], ${wanted.map((one) => one.afterSeq)}::bigint[]) as w(organisation_id, after)
      cross join lateral (select * from events where organisation_id = w.organisation_id and seq > w.after order by seq limit ${limit}) as e
      order by e.organisation_id, e.seq
    `.execute(tx),
  );
  const found = new Map<string, RecordedEvent[]>();
  for (const { organisationId, ...event } of result.rows) {
    const own = found.get(organisationId) ?? [];
    found.set(organisationId, own);
    own.push(event);
  }
  return found;
}

/** The newest event of one row, whatever collection it is in. */
export async function latestEvent(tx: Tx, organisationId: string, rowId: string): Promise<RecordedEvent | null> {
  const row = await tx
    .selectFrom('events')
    .select(EVENT_COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('rowId', '=', rowId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (row as unknown as RecordedEvent | undefined) ?? null;
}

/** Rejects when there is no such organisation. */
export async function snapshot(internals: StoreInternals, epoch: string, organisationId: string): Promise<Snapshot> {
  return internals.database.withOrganisation(
    organisationId,
    async (tx) => {
      const found = await tx.selectFrom('organisations').select(['id', 'name', 'zone', 'currency', 'demo', 'lastSeq', 'erasedSeq']).where('id', '=', organisationId).executeTakeFirstOrThrow();
      const { lastSeq, erasedSeq, ...organisation } = found;
      const rows: Partial<Record<CollectionName, AnyRow[]>> = {};
      for (const collection of COLLECTION_NAMES) rows[collection] = await readRows(tx, organisationId, collection, null);
      return { seq: lastSeq, epoch, at: instant(internals.clock), organisation, ...(erasedSeq === null ? {} : { erasedSeq }), rows: rows as Snapshot['rows'] };
    },
    // One point in the log for all tables.
    'repeatable read',
  );
}

interface Counts {
  connectionId: string;
  lastDeliveryAt: string | null;
  accepted: number;
  waiting: number;
  needReview: number;
  duplicates: number;
  refused: number;
}

export async function integrations(internals: StoreInternals, organisationId: string): Promise<IntegrationView[]> {
  const since = new Date(internals.clock.now() - 86_400_000).toISOString();
  await internals.flushAudit();
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const connections = await readRows(tx, organisationId, 'connections', null);
    const counted = await sql<Counts>`
      select c.id as connection_id,
        (select max(received_at) from deliveries d where d.connection_id = c.id) as last_delivery_at,
        (select count(*) from deliveries d where d.connection_id = c.id and received_at > ${since}) as accepted,
        (select count(*) from deliveries d where d.connection_id = c.id and state in ('received', 'waiting')) as waiting,
        (select count(*) from review_items r where r.organisation_id = c.organisation_id and r.connection_id = c.id and r.state = 'open') as need_review,
        (select coalesce(sum(count), 0)::bigint from audit a where a.subject = c.id::text and minute > ${since} and action = 'intake.duplicate') as duplicates,
        (select coalesce(sum(count), 0)::bigint from audit a where a.subject = c.id::text and minute > ${since} and action = 'intake.refused') as refused
      from connections c where c.organisation_id = ${organisationId}
    `.execute(tx);
    const byId = new Map(counted.rows.map((row) => [row.connectionId, row]));
    const queues = await queueByConnection(tx, organisationId);
    return connections.map((connection) => {
      const counts = byId.get(connection.id);
      const { accepted = 0, duplicates = 0, refused = 0, waiting = 0, needReview = 0 } = counts ?? {};
      return { connection, lastDeliveryAt: counts?.lastDeliveryAt ?? null, last24h: { accepted, duplicates, refused, waiting, needReview }, queue: queues.get(connection.id) ?? EMPTY_QUEUE };
    });
  });
}

/** Newest first, 50 at most. */
export async function deliveries(internals: StoreInternals, organisationId: string, connectionId: string): Promise<DeliveryView[]> {
  return internals.database.withOrganisation(organisationId, (tx) =>
    tx
      .selectFrom('deliveries')
      .select(['id', 'receivedAt', 'deliveryKey as vendorKey', 'vendorEvent', 'state', 'reason', 'attempts'])
      .where('organisationId', '=', organisationId)
      .where('connectionId', '=', connectionId)
      .orderBy('receivedAt', 'desc')
      .orderBy('arrival', 'desc')
      .limit(50)
      .execute(),
  );
}
