import type { Wedding } from '../../contract/record/day.ts';
import { resourceKey, type MovableRow } from '../conflicts/occupancies.ts';
import type { DraftRow } from '../record/drafts.ts';

/** What of the record stands in calendars. An item of a run sheet stands there as its wedding lets it, so it comes with that. */

/** What an item's entry depends on besides itself. */
export type ItemWedding = Pick<Wedding, 'id' | 'title' | 'zone' | 'status' | 'roomId'>;

export interface ItemRow {
  readonly collection: 'runSheetItems';
  readonly row: DraftRow<'runSheetItems'>;
  /** Null = it is not at hand; then nothing stands there. */
  readonly wedding: ItemWedding | null;
}
/** With the resources that its owner names; see {@link ownersOf}. */
export interface OwnedItem extends ItemRow {
  readonly ownerIds: readonly string[];
}

export type EntryRow = MovableRow | ItemRow;
/** Which calendars it stands in can be said. */
export type TargetRow = MovableRow | OwnedItem;

/** So long an item stands in a calendar that says no end, or none after its beginning. */
export const ITEM_MS = 15 * 60_000;

export const weddingIdOf = ({ collection, row }: EntryRow): string | null => (collection === 'weddings' ? row.id : row.weddingId);

/** By resource: the names that facts call it by, as `resourceKey` writes them. */
export type Owners = ReadonlyMap<string, readonly string[]>;

/** The resources that an item's owner names. */
export function ownersOf(owner: string | null, owners: Owners): readonly string[] {
  if (owner === null || owner.trim() === '') return [];
  const key = resourceKey(owner);
  return [...owners].flatMap(([id, keys]) => (keys.includes(key) ? [id] : []));
}

/** Whether an item says when it ends. */
export const saysEnd = ({ startsAt, endsAt }: Pick<ItemRow['row'], 'startsAt' | 'endsAt'>): boolean => endsAt !== null && Date.parse(endsAt) > Date.parse(startsAt);

/** Nobody waits for it any more. */
export const isDone = (subject: EntryRow): boolean => subject.collection === 'runSheetItems' && (subject.row.status === 'done' || subject.row.status === 'skipped');
