import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Snapshot } from '../../core/contract/record.ts';

export const presentRoom = (organisationId: string) => `present:${organisationId}`;
export const organisationRoom = (organisationId: string) => `live:${organisationId}`;
export const weddingRoom = (organisationId: string, weddingId: string) => `live:${organisationId}:${weddingId}`;

/**
 * What a wedding's room may see: the wedding itself and the rows that name it. Connections and reviews concern the whole
 * organisation and are left out, in frames and snapshots alike, so that replay still equals snapshot.
 */
export function isOfWedding(event: RecordedEvent, weddingId: string): boolean {
  switch (event.collection) {
    case 'weddings':
      return event.row.id === weddingId;
    case 'connections':
    case 'reviewItems':
      return false;
    default:
      return event.row.weddingId === weddingId;
  }
}

export function snapshotOfWedding(snapshot: Snapshot, weddingId: string): Snapshot {
  const named = <R extends { weddingId: string | null }>(rows: readonly R[]) => rows.filter((row) => row.weddingId === weddingId);
  const { rows } = snapshot;
  return {
    ...snapshot,
    rows: {
      weddings: rows.weddings.filter((row) => row.id === weddingId),
      contacts: named(rows.contacts),
      bookings: named(rows.bookings),
      payments: named(rows.payments),
      runSheetItems: named(rows.runSheetItems),
      alerts: named(rows.alerts),
      reviewItems: [],
      connections: [],
    },
  };
}
