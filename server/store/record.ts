import { CompiledQuery, sql } from 'kysely';
import { EVENT_TYPES, type RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, COLLECTIONS, type CollectionName } from '../../core/contract/record.ts';
import type { Accepted } from '../../core/domain/conflicts/detect.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import type { Tx } from './database.ts';
import { PROJECTIONS, snake } from './projections.ts';
import { together } from './together.ts';

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

/** What one organisation's log is to be given, in order. */
export interface Share {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
  /** What of the conflicts that come of it somebody has accepted beforehand; left out = nothing. */
  readonly accepted?: Accepted;
}

/** What it was given. */
export interface Recorded {
  readonly organisationId: string;
  readonly events: RecordedEvent[];
}

/**
 * Appends drafts to the logs of some organisations, each once, and brings the projections up to date, all in the
 * caller's transaction. The caller holds the organisations' rows (see `write.ts`), so that sequence numbers have no gaps
 * and commits come in log order. The answers are in the order of the shares.
 */
export async function recordAll(tx: Tx, shares: readonly Share[], ports: { readonly clock: Clock; readonly ids: Ids }): Promise<Recorded[]> {
  const filled = shares.filter(({ drafts }) => drafts.length > 0);
  if (filled.length === 0) return shares.map(({ organisationId }) => ({ organisationId, events: [] }));
  for (const { drafts } of filled) checkDrafts(drafts);
  const taken = await sql<{ id: string; lastSeq: number }>`
    update organisations o set last_seq = o.last_seq + s.count
    from unnest(${filled.map((share) => share.organisationId)}::uuid[], ${filled.map((share) => share.drafts.length)}::bigint[]) as s(id, count)
    where o.id = s.id returning o.id, o.last_seq
  `.execute(tx);
  const heads = new Map(taken.rows.map((row) => [row.id, row.lastSeq]));
  const recordedAt = new Date(ports.clock.now()).toISOString();

  const recorded = shares.map(({ organisationId, drafts }): Recorded => {
    if (drafts.length === 0) return { organisationId, events: [] };
    const head = heads.get(organisationId);
    if (head === undefined) throw new Error(`there is no organisation ${organisationId} to record for`);
    const events = drafts.map((draft, index) => {
      const seq = head - drafts.length + 1 + index;
      const row = { ...draft.row, seq, updatedAt: recordedAt };
      const occurredAt = draft.occurredAt === null ? recordedAt : new Date(draft.occurredAt).toISOString();
      const { type, collection, weddingId, actor, source, deliveryId, before } = draft;
      return { seq, id: ports.ids.next(), type, weddingId, occurredAt, recordedAt, actor, source, deliveryId, before, collection, row } as RecordedEvent;
    });
    return { organisationId, events };
  });

  const columns = recorded.flatMap(({ organisationId, events }) => events.map((event) => eventColumns(organisationId, event)));
  const logged = sql`
    insert into events (organisation_id, seq, id, type, collection, row_id, wedding_id, occurred_at, recorded_at, actor, source, delivery_id, before, "row")
    select organisation_id, seq, id, type, collection, row_id, wedding_id, occurred_at, recorded_at, actor, source, delivery_id, before, "row"
    from jsonb_to_recordset(${JSON.stringify(columns)}::jsonb) as e(organisation_id uuid, seq bigint, id uuid, type text, collection text, row_id uuid, wedding_id uuid,
      occurred_at timestamptz, recorded_at timestamptz, actor jsonb, source jsonb, delivery_id uuid, before jsonb, "row" jsonb)
  `.execute(tx);
  await together([logged, ...COLLECTION_NAMES.map((collection) => project(tx, collection, recorded))]);
  return recorded;
}

/** The same for one organisation. */
export async function record(tx: Tx, organisationId: string, drafts: readonly EventDraft[], ports: { readonly clock: Clock; readonly ids: Ids }): Promise<RecordedEvent[]> {
  const [recorded] = await recordAll(tx, [{ organisationId, drafts }], ports);
  return recorded?.events ?? [];
}

function eventColumns(organisationId: string, event: RecordedEvent): Record<string, unknown> {
  const { seq, id, type, collection, row, weddingId, occurredAt, recordedAt, actor, source, deliveryId, before } = event;
  return {
    organisation_id: organisationId, seq, id, type, collection, row_id: row.id, wedding_id: weddingId,
    occurred_at: occurredAt, recorded_at: recordedAt, actor, source, delivery_id: deliveryId, before, row,
  };
}

/** Every event is kept; of several that touch one row, the last decides what stands. Also what rebuilding the projections runs on. */
export async function project(tx: Tx, collection: CollectionName, recorded: readonly Recorded[]): Promise<void> {
  const { table, fields, upsertSql } = PROJECTIONS[collection];
  const gone: { organisationId: string; id: string }[] = [];
  const rows: Record<string, unknown>[] = [];
  for (const { organisationId, events } of recorded) {
    const last = new Map<string, RecordedEvent>();
    for (const event of events) if (event.collection === collection) last.set(event.row.id, event);
    for (const event of last.values()) {
      if (EVENT_TYPES[event.type].change === 'deleted') gone.push({ organisationId, id: event.row.id });
      else rows.push({ organisation_id: organisationId, ...Object.fromEntries(fields.map((field) => [snake(field), (event.row as unknown as Record<string, unknown>)[field]])) });
    }
  }
  if (rows.length > 0) await tx.executeQuery(CompiledQuery.raw(upsertSql, [JSON.stringify(rows)]));
  if (gone.length > 0) {
    await sql`
      delete from ${sql.table(table)} t using unnest(${gone.map((one) => one.organisationId)}::uuid[], ${gone.map((one) => one.id)}::uuid[]) as g(organisation_id, id)
      where t.organisation_id = g.organisation_id and t.id = g.id
    `.execute(tx);
  }
}
