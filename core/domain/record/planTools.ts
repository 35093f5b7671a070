import type { CollectionName, RowOf } from '../../contract/record.ts';
import type { DraftContext, EventDraft } from './drafts.ts';
import type { Mapping, View } from './view.ts';

/** Of `planChanges`: what belongs to one fact while it is planned. */
export interface PlanTools {
  readonly view: View;
  readonly mapped: Mapping | null;
  /** The event's origin, with the remote id of the object. */
  readonly origin: DraftContext;
  readonly weddingId: () => string | null;
  readonly localId: (ref: { type: string; id: string } | null | undefined, collection: CollectionName) => string | null;
  readonly newId: () => string;
  readonly push: (draft: EventDraft | null) => void;
  readonly remember: (collection: CollectionName, id: string) => void;
  /** Kept, but of no wedding yet: a person decides. `about` null = no row could be made of it. */
  readonly park: (title: string, about: { readonly collection: CollectionName; readonly id: string } | null) => void;
}

/** The row that the fact's object was made, where it still is. */
export const existing = <C extends CollectionName>(tools: PlanTools, collection: C): RowOf<C> | null =>
  tools.mapped?.collection === collection ? tools.view.row(collection, tools.mapped.id) : null;
