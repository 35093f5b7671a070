import { sql } from 'kysely';
import { EVENT_TYPES } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type Alert, type AnyRow, type CollectionName, type Contact, type RowOf, type Wedding } from '../../core/contract/record.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Mapping, MappingDraft, Needs, View } from '../../core/domain/record/plan.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/reads.ts';

/** The part of the record that one batch of deliveries needs; what an earlier delivery plans, a later one sees. */
export interface WorkingView {
  /** As one connection sees it: remote ids are its own. */
  of(connectionId: string): View;
  keep(connectionId: string, drafts: readonly EventDraft[], mappings: readonly MappingDraft[]): void;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const mappingKey = (connectionId: string, type: string, id: string) => `${connectionId}\n${type}\n${id}`;

/** A day that exists; anything else a vendor may send would make the whole query fail. */
function isDay(text: string): boolean {
  // PostgreSQL knows no year 0.
  const at = /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00.000Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The row as the draft leaves it; its place in the log is not known before it is recorded and no rule reads it. */
const asRow = (draft: EventDraft): AnyRow => ({ ...draft.row, seq: 0, updatedAt: '' });

/** A view in which the given drafts have already happened. */
export function withDrafts(view: View, drafts: readonly EventDraft[]): View {
  const rows = new Map(drafts.map((draft) => [draft.row.id, asRow(draft)]));
  return {
    mapping: (type, id) => view.mapping(type, id),
    row: ((collection: CollectionName, id: string) => rows.get(id) ?? view.row(collection, id)) as View['row'],
    weddingsByEmail: (email) => view.weddingsByEmail(email),
    weddingsByDate: (date) => view.weddingsByDate(date),
    contactsByEmail: (email) => view.contactsByEmail(email),
    unresolvedAlerts: (subjectId) => view.unresolvedAlerts(subjectId),
  };
}

/** @param connectionIds every connection of the batch: alerts about them may be settled by it */
export async function loadView(tx: Tx, organisationId: string, wanted: ReadonlyMap<string, readonly Needs[]>, connectionIds: readonly string[]): Promise<WorkingView> {
  const mappings = await loadMappings(tx, organisationId, wanted);
  const needs = [...wanted.values()].flat();
  const rows = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, new Map<string, AnyRow>()])) as Record<CollectionName, Map<string, AnyRow>>;
  const take = (collection: CollectionName, found: readonly AnyRow[]) => {
    for (const row of found) rows[collection].set(row.id, row);
  };

  for (const collection of ['bookings', 'payments', 'contacts'] as const) {
    const ids = [...new Set([...mappings.values()].filter((mapping) => mapping.collection === collection).map((mapping) => mapping.id))];
    if (ids.length > 0) take(collection, await readRows(tx, organisationId, collection, ids));
  }
  const emails = [...new Set(needs.flatMap((need) => need.emails))];
  if (emails.length > 0) {
    const found = await sql<{ id: string }>`select id from contacts where organisation_id = ${organisationId} and lower(email) = any(${emails}::text[])`.execute(tx);
    if (found.rows.length > 0) take('contacts', await readRows(tx, organisationId, 'contacts', found.rows.map((row) => row.id)));
  }

  const weddingIds = new Set(needs.flatMap((need) => need.weddingIds).filter((id) => UUID.test(id)));
  for (const mapping of mappings.values()) if (mapping.collection === 'weddings') weddingIds.add(mapping.id);
  for (const collection of ['bookings', 'payments', 'contacts'] as const) {
    for (const row of rows[collection].values()) if ('weddingId' in row && row.weddingId) weddingIds.add(row.weddingId);
  }
  const dates = [...new Set(needs.flatMap((need) => need.dates).filter(isDay))];
  if (dates.length > 0) {
    const found = await sql<{ id: string }>`select id from weddings where organisation_id = ${organisationId} and date = any(${dates}::date[])`.execute(tx);
    for (const row of found.rows) weddingIds.add(row.id);
  }
  if (weddingIds.size > 0) take('weddings', await readRows(tx, organisationId, 'weddings', [...weddingIds]));
  await loadAlerts();
  return workingView(mappings, rows);

  async function loadAlerts(): Promise<void> {
    const subjects = [...connectionIds, ...rows.payments.keys()];
    const found = await sql<{ id: string }>`
      select id from alerts where organisation_id = ${organisationId} and state <> 'resolved' and subject->>'id' = any(${subjects}::text[])
    `.execute(tx);
    if (found.rows.length > 0) take('alerts', await readRows(tx, organisationId, 'alerts', found.rows.map((row) => row.id)));
  }
}

interface MappingRow {
  readonly connectionId: string;
  readonly remoteType: string;
  readonly remoteId: string;
  readonly collection: CollectionName;
  readonly localId: string;
  readonly remoteVersion: string | null;
}

async function loadMappings(tx: Tx, organisationId: string, wanted: ReadonlyMap<string, readonly Needs[]>): Promise<Map<string, Mapping>> {
  const keys = [...wanted].flatMap(([connectionId, needs]) => needs.flatMap((need) => need.remotes.map((remote) => ({ connectionId, ...remote }))));
  if (keys.length === 0) return new Map();
  const column = (pick: (key: { connectionId: string; type: string; id: string }) => string) => keys.map(pick);
  const result = await sql<MappingRow>`
    select m.connection_id, m.remote_type, m.remote_id, m.collection, m.local_id, m.remote_version from mappings m
    join (select distinct * from unnest(${column((k) => k.connectionId)}::uuid[], ${column((k) => k.type)}::text[], ${column((k) => k.id)}::text[])) as k(connection_id, remote_type, remote_id)
      on m.connection_id = k.connection_id and m.remote_type = k.remote_type and m.remote_id = k.remote_id
    where m.organisation_id = ${organisationId}
  `.execute(tx);
  return new Map(result.rows.map((row) => [mappingKey(row.connectionId, row.remoteType, row.remoteId), { collection: row.collection, id: row.localId, remoteVersion: row.remoteVersion }]));
}

function workingView(mappings: Map<string, Mapping>, rows: Record<CollectionName, Map<string, AnyRow>>): WorkingView {
  const weddings = () => [...rows.weddings.values()] as Wedding[];
  const contacts = (email: string) => ([...rows.contacts.values()] as Contact[]).filter((contact) => contact.email?.toLowerCase() === email);
  return {
    of: (connectionId) => ({
      mapping: (type, id) => mappings.get(mappingKey(connectionId, type, id)) ?? null,
      row: <C extends CollectionName>(collection: C, id: string) => (rows[collection].get(id) ?? null) as RowOf<C> | null,
      weddingsByEmail(email) {
        const ids = new Set(contacts(email).map((contact) => contact.weddingId));
        return weddings().filter((wedding) => ids.has(wedding.id));
      },
      weddingsByDate: (date) => weddings().filter((wedding) => wedding.date === date),
      contactsByEmail: contacts,
      unresolvedAlerts: (subjectId) => ([...rows.alerts.values()] as Alert[]).filter((alert) => alert.state !== 'resolved' && alert.subject?.id === subjectId),
    }),
    keep(connectionId, drafts, planned) {
      for (const draft of drafts) {
        if (EVENT_TYPES[draft.type].change === 'deleted') rows[draft.collection].delete(draft.row.id);
        else rows[draft.collection].set(draft.row.id, asRow(draft));
      }
      for (const { remoteType, remoteId, collection, id, remoteVersion } of planned) mappings.set(mappingKey(connectionId, remoteType, remoteId), { collection, id, remoteVersion });
    },
  };
}
