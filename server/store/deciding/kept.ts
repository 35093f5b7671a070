import { sql } from 'kysely';
import { keeping, type Standing } from '../../../core/domain/record/told.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Writing } from '../write.ts';

interface MappingRow extends Standing {
  readonly localId: string;
  readonly connectionId: string;
  readonly remoteType: string;
  readonly remoteId: string;
}

/**
 * What a person has set is not undone by a source that still tells what it told before; it counts again once it tells
 * something else (`core/domain/record/told.ts`). In the same transaction as the decision.
 */
export async function keepAgainstSources({ writing: { tx }, organisationId }: { readonly writing: Pick<Writing, 'tx'>; readonly organisationId: string }, drafts: readonly EventDraft[]): Promise<void> {
  const set = new Map(drafts.flatMap(({ collection, row, before }) => (before !== null && (collection === 'weddings' || collection === 'bookings') ? [[row.id, { ...row, ...before }] as const] : [])));
  if (set.size === 0) return;
  const changed = new Map(drafts.map(({ row, before }) => [row.id, Object.keys(before ?? {})]));
  const { rows } = await sql<MappingRow>`
    select local_id, connection_id, remote_type, remote_id, remote_version, told from mappings where organisation_id = ${organisationId} and local_id = any(${[...set.keys()]}::uuid[]) and erased_at is null
  `.execute(tx);
  const written = rows.map(({ localId, connectionId, remoteType, remoteId, ...standing }) => ({
    connection_id: connectionId, remote_type: remoteType, remote_id: remoteId, told: keeping(standing, changed.get(localId) ?? [], set.get(localId) ?? {}),
  }));
  if (written.length === 0) return;
  await sql`
    update mappings m set told = k.told from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as k(connection_id uuid, remote_type text, remote_id text, told jsonb)
    where m.organisation_id = ${organisationId} and m.connection_id = k.connection_id and m.remote_type = k.remote_type and m.remote_id = k.remote_id
  `.execute(tx);
}
