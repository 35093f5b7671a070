import type { RowChange } from '../../contract/deliveries.ts';
import type { EventType } from '../../contract/events.ts';
import type { CollectionName } from '../../contract/record.ts';
import { weddingOf } from '../access/rows.ts';
import type { AnyRow } from '../../contract/record.ts';
import { changedFields } from './history.ts';

/** An event, or the draft of one. */
interface Changing {
  readonly type: EventType;
  readonly collection: CollectionName;
  readonly row: { readonly id: string };
  readonly before: Readonly<Record<string, unknown>> | null;
}

/** Under these names rows say what they are. */
const NAMES = ['title', 'name', 'description', 'subject', 'headline'];

function titleOf(row: Readonly<Record<string, unknown>>): string | null {
  for (const name of NAMES) if (typeof row[name] === 'string' && row[name] !== '') return row[name];
  return null;
}

/** What an event changed, or a draft would change, field by field. */
export function rowChange({ type, collection, row, before }: Changing): RowChange {
  const values = row as unknown as Readonly<Record<string, unknown>>;
  return { type, collection, rowId: row.id, title: titleOf(values), weddingId: weddingOf(collection, row as AnyRow), fields: changedFields({ type, before, row }) };
}
