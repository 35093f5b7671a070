import { EVENT_TYPES, isErasure, type RecordedEvent } from '../../contract/events.ts';
import { COLLECTION_NAMES, type CollectionName, type Organisation, type RowOf, type Snapshot } from '../../contract/record.ts';
import type { RemovedRow } from '../../contract/stream.ts';

/** The record in memory: one keyed table per collection, all at the same position of the log. Never mutated. */
export type Tables = { readonly [C in CollectionName]: Readonly<Record<string, RowOf<C>>> };

export interface RecordState {
  readonly epoch: string;
  readonly seq: number;
  readonly organisation: Organisation;
  readonly tables: Tables;
  /** Position of the newest erasure; left out = none. */
  readonly erasedSeq?: number;
}

export function emptyTables(): Tables {
  return { weddings: {}, contacts: {}, bookings: {}, payments: {}, runSheetItems: {}, messages: {}, documents: {}, calendarEvents: {}, weatherNotices: {}, resources: {}, allocations: {}, limits: {}, houseRules: {}, conflicts: {}, calendars: {}, pushes: {}, differences: {}, alerts: {}, reviewItems: {}, connections: {} };
}

const keyed = <R extends { id: string }>(rows: readonly R[]): Record<string, R> => Object.fromEntries(rows.map((row) => [row.id, row]));

export function fromSnapshot(snapshot: Snapshot): RecordState {
  const r = snapshot.rows;
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    organisation: snapshot.organisation,
    ...(snapshot.erasedSeq === undefined ? {} : { erasedSeq: snapshot.erasedSeq }),
    tables: {
      weddings: keyed(r.weddings),
      contacts: keyed(r.contacts),
      bookings: keyed(r.bookings),
      payments: keyed(r.payments),
      runSheetItems: keyed(r.runSheetItems),
      messages: keyed(r.messages),
      documents: keyed(r.documents),
      calendarEvents: keyed(r.calendarEvents),
      weatherNotices: keyed(r.weatherNotices),
      resources: keyed(r.resources),
      allocations: keyed(r.allocations),
      limits: keyed(r.limits),
      houseRules: keyed(r.houseRules),
      conflicts: keyed(r.conflicts),
      calendars: keyed(r.calendars),
      pushes: keyed(r.pushes),
      differences: keyed(r.differences),
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
    ...(state.erasedSeq === undefined ? {} : { erasedSeq: state.erasedSeq }),
    rows: {
      weddings: Object.values(t.weddings),
      contacts: Object.values(t.contacts),
      bookings: Object.values(t.bookings),
      payments: Object.values(t.payments),
      runSheetItems: Object.values(t.runSheetItems),
      messages: Object.values(t.messages),
      documents: Object.values(t.documents),
      calendarEvents: Object.values(t.calendarEvents),
      weatherNotices: Object.values(t.weatherNotices),
      resources: Object.values(t.resources),
      allocations: Object.values(t.allocations),
      limits: Object.values(t.limits),
      houseRules: Object.values(t.houseRules),
      conflicts: Object.values(t.conflicts),
      calendars: Object.values(t.calendars),
      pushes: Object.values(t.pushes),
      differences: Object.values(t.differences),
      alerts: Object.values(t.alerts),
      reviewItems: Object.values(t.reviewItems),
      connections: Object.values(t.connections),
    },
  };
}

/** Fields that a row may be told without: in its event they are left out, in the projections they are null. */
const ADDED: Partial<Record<CollectionName, object>> = {
  weddings: { roomId: null },
  contacts: { consents: null },
  bookings: { vendorId: null, lines: null },
  calendarEvents: { calendarId: null, resourceId: null, copyOf: null },
  calendars: {
    runSheet: null, role: null, categories: null, titleTemplate: null, descriptionTemplate: null, categoryWord: null,
    unread: null, twinId: null, waits: null,
  },
  resources: { moveFeeMinor: null, moveFeeDays: null, extraHourMinor: null },
  conflicts: { limitId: null },
  pushes: { answer: null },
  alerts: { stayed: null, doneBy: null },
  reviewItems: { subject: null, about: null, lot: null },
  connections: { quiet: null, reading: null },
};

/** A row of an event as the projections have it. */
export const wholeRow = <R extends object>(collection: CollectionName, row: R): R => (ADDED[collection] ? { ...ADDED[collection], ...row } : row);

type Step = { readonly seq: number; readonly event: RecordedEvent } | { readonly seq: number; readonly gone: RemovedRow };

/**
 * Applies events, and rows that went out of sight, in order and moves the position to `upTo`. What is at or below the
 * current position is a duplicate and changes nothing. Total: every event carries its whole row, so none can fail to apply.
 */
export function applyEvents(state: RecordState, events: readonly RecordedEvent[], upTo: number, removed: readonly RemovedRow[] = []): RecordState {
  const draft: Partial<Record<CollectionName, Record<string, unknown>>> = {};
  const open = (collection: CollectionName): Record<string, unknown> => (draft[collection] ??= { ...state.tables[collection] });
  const steps: Step[] = events.map((event) => ({ seq: event.seq, event }));
  // One event either tells a row or removes it, so the order by position is the order of what happened.
  if (removed.length > 0) {
    steps.push(...removed.map((gone) => ({ seq: gone.seq, gone })));
    steps.sort((a, b) => a.seq - b.seq);
  }
  let seq = state.seq;
  let { erasedSeq } = state;
  for (const step of steps) {
    if (step.seq <= seq) continue;
    seq = step.seq;
    if ('event' in step && isErasure(step.event.type)) erasedSeq = seq;
    if ('gone' in step) delete open(step.gone.collection)[step.gone.id];
    else if (EVENT_TYPES[step.event.type].change === 'deleted') delete open(step.event.collection)[step.event.row.id];
    else open(step.event.collection)[step.event.row.id] = wholeRow(step.event.collection, step.event.row);
  }
  const head = Math.max(seq, upTo);
  if (head === state.seq) return state;
  const tables = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, draft[name] ?? state.tables[name]])) as unknown as Tables;
  return { ...state, seq: head, tables, ...(erasedSeq === undefined ? {} : { erasedSeq }) };
}
