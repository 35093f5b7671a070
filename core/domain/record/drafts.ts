import { EVENT_TYPES, type Actor, type EventType } from '../../contract/events.ts';
import type { CollectionName, RowOf } from '../../contract/record.ts';
import type { Source } from '../../contract/record/row.ts';

/** The part of a row that a rule decides; `seq` and `updatedAt` are stamped by the store when it is recorded. */
export type DraftRow<C extends CollectionName> = Omit<RowOf<C>, 'seq' | 'updatedAt'>;

/** An event before it has a place in the log. */
export type EventDraft = {
  [C in CollectionName]: {
    readonly type: EventType;
    readonly collection: C;
    readonly row: DraftRow<C>;
    /** Values of the changed fields before; null for a new row. */
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly weddingId: string | null;
    /** UTC instant, or null when only the time of recording is known. */
    readonly occurredAt: string | null;
    readonly actor: Actor;
    readonly source: Source | null;
    readonly deliveryId: string | null;
  };
}[CollectionName];

export type DraftOf<C extends CollectionName> = Extract<EventDraft, { collection: C }>;

export interface DraftContext {
  readonly actor: Actor;
  readonly source: Source | null;
  readonly deliveryId: string | null;
}

type Shape<C extends CollectionName> = Omit<DraftRow<C>, 'version' | 'source'>;

/** Fields that few rows have. Events carry whole rows, as the projections have them. */
const FEW: { readonly [C in CollectionName]?: Partial<Shape<C>> } = { alerts: { stayed: null, doneBy: null } };

/** A new row and the event that says so. */
export function draftCreated<C extends CollectionName>(type: EventType, collection: C, weddingId: string | null, row: Shape<C>, occurredAt: string | null, context: DraftContext): DraftOf<C> {
  return { type, collection, row: { ...FEW[collection], ...row, version: 1, source: context.source }, before: null, weddingId, occurredAt, ...context } as unknown as DraftOf<C>;
}

/** As JSON, in whatever order its fields stand: what was kept comes back in another one. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => sameValue(one[key], other[key]));
}

/** The changed row and its event; null when nothing differs. Unset (`undefined`) fields are left as they are. */
export function draftUpdated<C extends CollectionName>(type: EventType, collection: C, weddingId: string | null, current: RowOf<C>, fields: Partial<Shape<C>>, occurredAt: string | null, context: DraftContext): DraftOf<C> | null {
  const before: Record<string, unknown> = {};
  const next: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const old = next[key];
    if (sameValue(old, value)) continue;
    before[key] = old;
    next[key] = value;
  }
  if (Object.keys(before).length === 0 && EVENT_TYPES[type].change !== 'deleted') return null;
  delete next['seq'];
  delete next['updatedAt'];
  next['version'] = current.version + 1;
  if (context.source) next['source'] = context.source;
  return { type, collection, row: next, before, weddingId, occurredAt, ...context } as unknown as DraftOf<C>;
}
