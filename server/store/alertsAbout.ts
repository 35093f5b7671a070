import { sql } from 'kysely';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { View } from '../../core/domain/record/view.ts';
import type { Tx } from './database.ts';
import { readRows } from './rows.ts';

/** The part of the record that is needed to settle the alerts about one row, and nothing else of it. */
export async function alertsAbout(tx: Tx, organisationId: string, subjectId: string): Promise<View> {
  const { rows } = await sql<{ id: string }>`select id from alerts where organisation_id = ${organisationId} and subject->>'id' = ${subjectId} and state <> 'resolved'`.execute(tx);
  const alerts: readonly Alert[] = rows.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', rows.map((row) => row.id));
  return viewOfAlerts((id) => (id === subjectId ? alerts : []));
}

/** A record of which nothing is known but alerts that are not resolved. */
export const viewOfAlerts = (unresolvedAlerts: View['unresolvedAlerts']): View => ({
  mapping: () => null,
  row: () => null,
  weddingsByEmail: () => [],
  weddingsByDate: () => [],
  contactsByEmail: () => [],
  contactsByPhone: () => [],
  tellers: () => [],
  unresolvedAlerts,
});
