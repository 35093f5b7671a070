import { EVENT_TYPES, type EventType } from '../../contract/events.ts';
import type { ChangedField } from '../../contract/http.ts';

/** Fields that say when and how a row was written, not what it says. */
const BOOKKEEPING: readonly string[] = ['id', 'version', 'seq', 'updatedAt', 'source'];

/** What an event changed, field by field: a new row's values came from null, a deleted row's go to null. */
export function changedFields(event: { readonly type: EventType; readonly before: Readonly<Record<string, unknown>> | null; readonly row: object }): ChangedField[] {
  const row = event.row as Readonly<Record<string, unknown>>;
  const { change } = EVENT_TYPES[event.type];
  if (change === 'deleted') return told(row).map(([field, before]) => ({ field, before, after: null }));
  // By what is there, not by the type: a first payment that failed is a new row too.
  if (event.before === null) return told(row).map(([field, after]) => ({ field, before: null, after }));
  return Object.entries(event.before)
    .filter(([field]) => !BOOKKEEPING.includes(field))
    .map(([field, before]) => ({ field, before, after: row[field] ?? null }));
}

const told = (row: Readonly<Record<string, unknown>>): [string, unknown][] => Object.entries(row).filter(([field, value]) => value !== null && !BOOKKEEPING.includes(field));
