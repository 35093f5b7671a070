import { EVENT_TYPES, type RecordedEvent } from '../../contract/events.ts';
import { COLLECTION_NAMES, type CollectionName, type Organisation, type RowOf, type Snapshot } from '../../contract/record.ts';

/** The record in memory: one keyed table per collection, all at the same position of the log. Never mutated. */
export type Tables = { readonly [C in CollectionName]: Readonly<Record<string, RowOf<C>>> };

export interface RecordState {
  readonly epoch: string;
  readonly seq: number;
  readonly organisation: Organisation;
  readonly tables: Tables;
}

export function emptyTables(): Tables {
  return { weddings: {}, contacts: {}, bookings: {}, payments: {}, runSheetItems: {}, alerts: {}, reviewItems: {}, connections: {} };
}

const keyed = <R extends { id: string }>(rows: readonly R[]): Record<string, R> => Object.fromEntries(rows.map((row) => [row.id, row]));

export function fromSnapshot(snapshot: Snapshot): RecordState {
  const r = snapshot.rows;
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    organisation: snapshot.organisation,
    tables: {
      weddings: keyed(r.weddings),
      contacts: keyed(r.contacts),
      bookings: keyed(r.bookings),
      payments: keyed(r.payments),
      runSheetItems: keyed(r.runSheetItems),
      alerts: keyed(r.alerts),
      reviewItems: keyed(r.reviewItems),
      connections: keyed(r.connections),
    },
  };
}

export function toSnapshot(state: RecordState, at: string): Snapshot {
  const t = state.tables;
  return {
    seq: state.seq,
    epoch: state.epoch,
    at,
    organisation: state.organisation,
    rows: {
      weddings: Object.values(t.weddings),
      contacts: Object.values(t.contacts),
      bookings: Object.values(t.bookings),
      payments: Object.values(t.payments),
      runSheetItems: Object.values(t.runSheetItems),
      alerts: Object.values(t.alerts),
      reviewItems: Object.values(t.reviewItems),
      connections: Object.values(t.connections),
    },
  };
}

/**
 * Applies events in order and moves the position to `upTo`. An event at or below the current position is a duplicate
 * and changes nothing. Total: every event carries its whole row, so no event can fail to apply.
 */
export function applyEvents(state: RecordState, events: readonly RecordedEvent[], upTo: number): RecordState {
  const draft: Partial<Record<CollectionName, Record<string, unknown>>> = {};
  const open = (collection: CollectionName): Record<string, unknown> => (draft[collection] ??= { ...state.tables[collection] });
  let seq = state.seq;
  for (const event of events) {
    if (event.seq <= seq) continue;
    seq = event.seq;
    const table = open(event.collection);
    if (EVENT_TYPES[event.type].change === 'deleted') delete table[event.row.id];
    else table[event.row.id] = event.row;
  }
  const head = Math.max(seq, upTo);
  if (head === state.seq) return state;
  const tables = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, draft[name] ?? state.tables[name]])) as unknown as Tables;
  return { ...state, seq: head, tables };
}
