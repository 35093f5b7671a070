import { sql } from 'kysely';
import { bodyTells } from '../../core/domain/privacy/traces.ts';
import { rewritten, type Acting, type Nearness, type Rewritable } from '../../core/domain/privacy/erase.ts';
import type { Words } from '../../core/domain/record/tellers.ts';
import type { Tx } from '../store/database.ts';
import type { Held } from './person.ts';
import { devicesOf } from './personAccounts.ts';

/** Rows and bodies looked at one batch at a time. */
const BATCH = 500;
const BODIES = 20;

/** A vendor's object that is (part of) this person. */
export interface MappedObject {
  readonly connectionId: string;
  readonly remoteType: string;
  readonly remoteId: string;
  readonly localId: string;
  /** What it told of them last. */
  readonly says: Words | null;
}

export interface TracedDelivery {
  readonly id: string;
  readonly connectionId: string;
  readonly system: string;
  readonly receivedAt: string;
  readonly state: string;
  readonly vendorEvent: string | null;
  readonly mediaType: string;
  readonly body: string;
}

export async function mappedObjects(tx: Tx, organisationId: string, ids: readonly string[]): Promise<MappedObject[]> {
  const rows = await tx
    .selectFrom('mappings')
    .select(['connectionId', 'remoteType', 'remoteId', 'localId', 'told'])
    .where('organisationId', '=', organisationId)
    .where('localId', 'in', [...ids])
    .where('erasedAt', 'is', null)
    .execute();
  return rows.map(({ told, ...one }) => ({ ...one, says: told?.says ?? null }));
}

/**
 * Rows tied to the person: bookings of theirs with payments and alerts; for one of a couple everything of the wedding.
 * A row is near if it was so at any time, not only now.
 */
export async function nearRows(tx: Tx, organisationId: string, { contact, ids }: Held): Promise<Set<string>> {
  const people = [...ids];
  const near = new Set<string>();
  const take = (rows: readonly { rowId: string }[]) => rows.forEach((row) => near.add(row.rowId));
  const events = sql`select distinct row_id from events where organisation_id = ${organisationId}`;
  take((await sql<{ rowId: string }>`${events} and collection = 'bookings' and ("row"->>'contactId' = any(${people}::text[]) or before->>'contactId' = any(${people}::text[]))`.execute(tx)).rows);
  const bookings = [...near];
  take((await sql<{ rowId: string }>`${events} and collection in ('payments', 'documents') and "row"->>'bookingId' = any(${bookings}::text[])`.execute(tx)).rows);
  take((await sql<{ rowId: string }>`${events} and collection = 'allocations' and "row"->>'bookingId' = any(${bookings}::text[])`.execute(tx)).rows);
  // A vendor is a resource under the name that bookings gave it.
  take((await sql<{ rowId: string }>`${events} and collection = 'resources' and row_id in (select ("row"->>'vendorId')::uuid from events where organisation_id = ${organisationId} and collection = 'bookings' and row_id = any(${bookings}::uuid[]))`.execute(tx)).rows);
  take((await sql<{ rowId: string }>`${events} and collection = 'messages' and "row"->>'contactId' = any(${people}::text[])`.execute(tx)).rows);
  if (contact.role === 'couple' && contact.weddingId !== null) {
    take((await sql<{ rowId: string }>`${events} and wedding_id = ${contact.weddingId} and collection <> 'contacts'`.execute(tx)).rows);
  }
  const subjects = [...near, ...people];
  take((await sql<{ rowId: string }>`${events} and collection = 'alerts' and "row"->'subject'->>'id' = any(${subjects}::text[])`.execute(tx)).rows);
  // What a delivery about the person made a review of.
  take(
    (
      await sql<{ rowId: string }>`${events} and collection = 'reviewItems' and delivery_id in
        (select delivery_id from events where organisation_id = ${organisationId} and row_id = any(${people}::uuid[]) and delivery_id is not null)`.execute(tx)
    ).rows,
  );
  for (const id of people) near.delete(id);
  return near;
}

/** What the person decided as somebody who signs in. */
async function actingOf(tx: Tx, organisationId: string, held: Held): Promise<Acting> {
  const devices = await tx.selectFrom('devices').select('id').where('organisationId', '=', organisationId).where(devicesOf(held, held.accounts)).execute();
  const ids = devices.map(({ id }) => id);
  const acted = ids.length === 0 ? [] : (await sql<{ rowId: string; name: string }>`select distinct row_id, actor->>'name' as name from events where organisation_id = ${organisationId} and actor->>'id' = any(${ids}::text[])`.execute(tx)).rows;
  // As they were called when they decided.
  return { devices: new Set(ids), names: new Set(acted.map(({ name }) => name)), rows: new Set(acted.map(({ rowId }) => rowId)) };
}

/** Every event that tells of the person, as it was and as it will be; in order. */
export async function tracedEvents(tx: Tx, organisationId: string, held: Held, near: ReadonlySet<string>): Promise<{ readonly was: Rewritable; readonly becomes: Rewritable }[]> {
  const { ids, traces } = held;
  const ties = [...ids, ...near];
  const acting = await actingOf(tx, organisationId, held);
  const told = (pattern: string | null) => (pattern === null ? sql`false` : sql`("row"::text ~* ${pattern} or before::text ~* ${pattern} or actor::text ~* ${pattern} or source::text ~* ${pattern})`);
  const found: { was: Rewritable; becomes: Rewritable }[] = [];
  for (let after = 0; ; ) {
    const { rows } = await sql<Rewritable>`
      select seq, row_id, collection, type, wedding_id, "row", before, actor, source from events
      where organisation_id = ${organisationId} and seq > ${after} and (row_id = any(${[...ids]}::uuid[]) or ${told(traces.anywhere.sql)} or (row_id = any(${ties}::uuid[]) and ${told(traces.near.sql)}) or row_id = any(${[...acting.rows]}::uuid[]))
      order by seq limit ${BATCH}
    `.execute(tx);
    for (const was of rows) {
      const nearness: Nearness = ids.includes(was.rowId) ? 'own' : near.has(was.rowId) ? 'near' : 'far';
      const becomes = rewritten(was, nearness, traces, acting);
      if (becomes !== was || nearness === 'own') found.push({ was, becomes });
    }
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < BATCH) return found;
  }
}

/** Stored deliveries that caused the person's entry, carry one of its remote ids, or tell of the person in their text. */
export async function* tracedDeliveries(tx: Tx, organisationId: string, held: Held, near: ReadonlySet<string>, objects: readonly MappedObject[]): AsyncGenerator<TracedDelivery> {
  const { ids, traces } = held;
  const told = (pattern: string | null) => (pattern === null ? sql`false` : sql`(d.body ~* ${pattern} or d.headers::text ~* ${pattern} or d.reason ~* ${pattern} or d.delivery_key ~* ${pattern})`);
  const caused = (rows: readonly string[]) => sql`d.id in (select delivery_id from events where organisation_id = ${organisationId} and row_id = any(${[...rows]}::uuid[]) and delivery_id is not null)`;
  // A short id would be found in anything.
  const remote = objects.filter((one) => one.remoteId.length >= 6);
  const carries = sql`exists (select from jsonb_to_recordset(${JSON.stringify(remote.map((one) => ({ c: one.connectionId, r: one.remoteId })))}::jsonb) as o(c uuid, r text) where o.c = d.connection_id and position(o.r in d.body) > 0)`;
  const candidates = await sql<{ id: string; sure: boolean }>`
    select d.id, (${caused(ids)} or ${carries}) as sure from deliveries d
    where d.organisation_id = ${organisationId} and d.emptied_at is null
      and (${caused(ids)} or ${carries} or ${told(traces.anywhere.sql)} or (${caused([...near])} and ${told(traces.near.sql)}))
    order by d.arrival
  `.execute(tx);
  for (let at = 0; at < candidates.rows.length; at += BODIES) {
    const part = candidates.rows.slice(at, at + BODIES);
    const bodies = await tx.selectFrom('deliveries').select(['id', 'connectionId', 'system', 'receivedAt', 'state', 'vendorEvent', 'mediaType', 'body', 'headers', 'reason', 'deliveryKey']).where('id', 'in', part.map((one) => one.id)).orderBy('arrival').execute();
    for (const { headers, reason, deliveryKey, ...delivery } of bodies) {
      const sure = part.find((one) => one.id === delivery.id)?.sure === true;
      const beside = `${JSON.stringify(headers)} ${reason ?? ''} ${deliveryKey}`;
      if (sure || bodyTells(delivery.body, traces.near) || traces.near.finds(beside)) yield delivery;
    }
  }
}
