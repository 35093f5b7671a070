import { CompiledQuery, sql } from 'kysely';
import { EVENT_TYPES, type RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, COLLECTIONS, type CollectionName } from '../../core/contract/record.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import type { Tx } from './database.ts';
import { PROJECTIONS, snake } from './projections.ts';

/** A draft that breaks the contract's shape: nothing of it may enter the log, or no client could read it again. */
export class DraftShapeError extends Error {
  constructor(draft: EventDraft, why: string) {
    super(`${draft.type} draft does not fit the contract: ${why}`);
    this.name = 'DraftShapeError';
  }
}

const PLACEHOLDER = '2000-01-01T00:00:00.000Z';

/** PostgreSQL knows no year 0, and ISO text has four digits for it. */
function isStorableInstant(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && /^(?!0000)\d{4}-/.test(new Date(ms).toISOString());
}

/** Throws {@link DraftShapeError} for the first draft that breaks the contract. */
export function checkDrafts(drafts: readonly EventDraft[]): void {
  for (const draft of drafts) {
    const parsed = COLLECTIONS[draft.collection].safeParse({ ...draft.row, seq: 0, updatedAt: PLACEHOLDER });
    if (!parsed.success) throw new DraftShapeError(draft, parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    if (draft.occurredAt !== null && !isStorableInstant(draft.occurredAt)) throw new DraftShapeError(draft, `occurredAt is no instant`);
  }
}

/**
 * Appends drafts to the organisation's log, in order, and brings the projections up to date, all in the caller's
 * transaction. The caller holds the organisation's row (see `write.ts`), so that sequence numbers have no gaps and
 * commits come in log order.
 */
export async function record(tx: Tx, organisationId: string, drafts: readonly EventDraft[], ports: { readonly clock: Clock; readonly ids: Ids }): Promise<RecordedEvent[]> {
  if (drafts.length === 0) return [];
  checkDrafts(drafts);
  const taken = await tx
    .updateTable('organisations')
    .set((eb) => ({ lastSeq: eb('lastSeq', '+', drafts.length) }))
    .where('id', '=', organisationId)
    .returning('lastSeq')
    .executeTakeFirstOrThrow();
  const first = taken.lastSeq - drafts.length + 1;
  const recordedAt = new Date(ports.clock.now()).toISOString();

  const events = drafts.map((draft, index) => {
    const seq = first + index;
    const row = { ...draft.row, seq, updatedAt: recordedAt };
    const occurredAt = draft.occurredAt === null ? recordedAt : new Date(draft.occurredAt).toISOString();
    const { type, collection, weddingId, actor, source, deliveryId, before } = draft;
    return { seq, id: ports.ids.next(), type, weddingId, occurredAt, recordedAt, actor, source, deliveryId, before, collection, row } as RecordedEvent;
  });

  await sql`
    insert into events (organisation_id, seq, id, type, collection, row_id, wedding_id, occurred_at, recorded_at, actor, source, delivery_id, before, "row")
    select ${organisationId}::uuid, seq, id, type, collection, row_id, wedding_id, occurred_at, recorded_at, actor, source, delivery_id, before, "row"
    from jsonb_to_recordset(${JSON.stringify(events.map(eventColumns))}::jsonb) as e(seq bigint, id uuid, type text, collection text, row_id uuid, wedding_id uuid,
      occurred_at timestamptz, recorded_at timestamptz, actor jsonb, source jsonb, delivery_id uuid, before jsonb, "row" jsonb)
  `.execute(tx);

  for (const collection of COLLECTION_NAMES) await project(tx, organisationId, collection, events);
  return events;
}

function eventColumns(event: RecordedEvent): Record<string, unknown> {
  const { seq, id, type, collection, row, weddingId, occurredAt, recordedAt, actor, source, deliveryId, before } = event;
  return { seq, id, type, collection, row_id: row.id, wedding_id: weddingId, occurred_at: occurredAt, recorded_at: recordedAt, actor, source, delivery_id: deliveryId, before, row };
}

/** Every event is kept; of several that touch one row, the last decides what stands. Also what rebuilding the projections runs on. */
export async function project(tx: Tx, organisationId: string, collection: CollectionName, events: readonly RecordedEvent[]): Promise<void> {
  const last = new Map<string, RecordedEvent>();
  for (const event of events) if (event.collection === collection) last.set(event.row.id, event);
  if (last.size === 0) return;
  const { table, fields, upsertSql } = PROJECTIONS[collection];
  const gone: string[] = [];
  const rows: Record<string, unknown>[] = [];
  for (const event of last.values()) {
    if (EVENT_TYPES[event.type].change === 'deleted') gone.push(event.row.id);
    else rows.push(Object.fromEntries(fields.map((field) => [snake(field), (event.row as unknown as Record<string, unknown>)[field]])));
  }
  if (rows.length > 0) await tx.executeQuery(CompiledQuery.raw(upsertSql, [organisationId, JSON.stringify(rows)]));
  if (gone.length > 0) await sql`delete from ${sql.table(table)} where organisation_id = ${organisationId} and id = any(${gone}::uuid[])`.execute(tx);
}
