import { EVENT_TYPES, type RecordedEvent } from '../../contract/events.ts';
import { COLLECTION_NAMES, type AnyRow, type CollectionName, type RowOf, type Snapshot } from '../../contract/record.ts';
import type { RemovedRow, StreamFrame } from '../../contract/stream.ts';
import { scopeKey, type Subject } from './may.ts';
import { isOfTheHouse, seesEverything, visibleRow, weddingOf } from './rows.ts';

/** What one kind of listener is given: the rows its subject may see, narrowed to one wedding when it asked for one. */
export interface View {
  readonly subject: Subject;
  /** Null = not narrowed. */
  readonly weddingId: string | null;
}

export const viewKey = ({ subject, weddingId }: View): string => `${scopeKey(subject)}${weddingId ?? ''}`;
/** True when frames and snapshots pass as they are. */
export const isWhole = (view: View): boolean => view.weddingId === null && seesEverything(view.subject);

const told = <C extends CollectionName>({ subject, weddingId }: View, collection: C, row: RowOf<C>): RowOf<C> | null =>
  weddingId !== null && !isOfTheHouse(collection, row) && weddingOf(collection, row) !== weddingId ? null : visibleRow(subject, collection, row);

/** Former values, as far as they were visible and are told as different now. */
function beforeTold(before: Readonly<Record<string, unknown>>, was: AnyRow, is: AnyRow): Record<string, unknown> {
  const [old, now] = [was, is] as unknown as readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
  return Object.fromEntries(Object.keys(before).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key])).map((key) => [key, old[key]]));
}

/** One event as the view is told it; a row that went out of sight is told as removed; null = nothing to tell. */
export function viewEvent(view: View, event: RecordedEvent): { readonly event: RecordedEvent } | { readonly removed: RemovedRow } | null {
  const { collection, before, seq } = event;
  const is = told(view, collection, event.row);
  // Decided from the event alone, so that a replay tells the same as the live room did.
  const was = before === null ? null : told(view, collection, { ...event.row, ...before });
  if (is === null) return was === null ? null : { removed: { collection, id: event.row.id, seq } };
  if (seesEverything(view.subject)) return { event };
  const deleted = EVENT_TYPES[event.type].change === 'deleted';
  return {
    event: {
      ...event,
      row: is,
      before: before === null || (was === null && !deleted) ? null : beforeTold(before, was ?? is, is),
      weddingId: weddingOf(collection, is),
      // Who did it, through what and by which delivery is the venue's affair.
      actor: { kind: 'system', id: null, name: '' },
      source: null,
      deliveryId: null,
    } as RecordedEvent,
  };
}

/** The same range of the log, with what the view is told of it; ranges chain as they did. */
export function viewFrame(view: View, frame: StreamFrame): StreamFrame {
  if (isWhole(view)) return frame;
  const events: RecordedEvent[] = [];
  const removed: RemovedRow[] = [];
  for (const event of frame.events) {
    const seen = viewEvent(view, event);
    if (seen && 'event' in seen) events.push(seen.event);
    else if (seen) removed.push(seen.removed);
  }
  const { after, upTo, committedAt } = frame;
  return { after, upTo, events, committedAt, ...(removed.length > 0 ? { removed } : {}) };
}

export function viewSnapshot(view: View, snapshot: Snapshot): Snapshot {
  if (isWhole(view)) return snapshot;
  const rowsOf = <C extends CollectionName>(collection: C): RowOf<C>[] =>
    (snapshot.rows[collection] as RowOf<C>[]).map((row) => told(view, collection, row)).filter((row) => row !== null);
  return { ...snapshot, rows: Object.fromEntries(COLLECTION_NAMES.map((name) => [name, rowsOf(name)])) as unknown as Snapshot['rows'] };
}
