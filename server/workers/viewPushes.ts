import type { AnyRow, CollectionName } from '../../core/contract/record.ts';
import type { Calendar, Push } from '../../core/contract/record/calendars.ts';
import type { RunSheetItem } from '../../core/contract/record/day.ts';
import type { PushAfter, PushStanding } from '../../core/domain/calendars/back.ts';
import { wholesOf, type Whole } from '../../core/domain/calendars/wholes.ts';
import { MOVABLE } from '../../core/contract/record/taking.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Needs } from '../../core/domain/record/needs.ts';
import type { Mapping } from '../../core/domain/record/view.ts';
import { boundedId } from '../../core/vendors/ids.ts';
import { readPushStates, writePushStates } from '../store/calendars/pushStates.ts';
import { readCombined } from '../store/calendars/wholes.ts';
import type { Tx } from '../store/database.ts';
import { keepAgainstSources } from '../store/deciding/kept.ts';
import { readLeft } from '../store/leftEntries.ts';
import type { RowKey } from '../store/rows.ts';

/** Entries of ours that come back with a look, as a batch of deliveries needs them. Batches without any cost no query. */

interface Part {
  readonly organisationId: string;
  readonly needs: ReadonlyMap<string, readonly Needs[]>;
  readonly mappings: ReadonlyMap<string, Mapping>;
  readonly rows: Record<CollectionName, Map<string, AnyRow>>;
  readonly standings: Map<string, PushStanding>;
  readonly wholes: Map<string, readonly Whole[]>;
  readonly left: Set<string>;
}
type Take = (collection: CollectionName, keys: readonly RowKey[]) => Promise<void>;

const FIRST: PushStanding = { remoteId: null, base: null, writingUntil: null };

export function standingAfter(before: PushStanding = FIRST, { remoteId = before.remoteId, base = before.base }: PushAfter): PushStanding {
  return { ...before, remoteId, base };
}

export async function loadPushes(tx: Tx, parts: readonly Part[], take: Take): Promise<void> {
  const keysOf = (pick: (part: Part) => readonly string[]): RowKey[] => parts.flatMap((part) => [...new Set(pick(part))].map((id) => ({ organisationId: part.organisationId, id })));
  const mapped = ({ mappings }: Part, collection: CollectionName) => [...mappings.values()].filter((one) => one.collection === collection).map(({ id }) => id);
  const marked = ({ needs }: Part) => [...needs.values()].flatMap((own) => own.flatMap(({ ourIds }) => ourIds));
  const pushesOf = ({ rows }: Part) => [...rows.pushes.values()] as Push[];

  await take('pushes', keysOf((part) => [...mapped(part, 'pushes'), ...marked(part)]));
  await take('calendars', keysOf((part) => [...mapped(part, 'calendars'), ...pushesOf(part).map(({ calendarId }) => calendarId)]));
  // What a feed of ours tells of is marked with the row itself.
  const unknown = (part: Part) => marked(part).filter((id) => !part.rows.pushes.has(id));
  for (const collection of MOVABLE) {
    await take(collection, keysOf((part) => [...pushesOf(part).flatMap(({ subject }) => (subject.collection === collection ? [subject.id] : [])), ...unknown(part)]));
  }
  await take('runSheetItems', keysOf((part) => pushesOf(part).flatMap(({ subject }) => (subject.collection === 'runSheetItems' ? [subject.id] : []))));
  await take('weddings', keysOf(({ rows }) => ([...rows.runSheetItems.values()] as RunSheetItem[]).map(({ weddingId }) => weddingId)));
  const isRow = (part: Part, id: string): boolean => MOVABLE.some((collection) => part.rows[collection].has(id));
  const left = await readLeft(tx, keysOf((part) => unknown(part).filter((id) => !isRow(part, id))));
  for (const part of parts) for (const id of left.get(part.organisationId) ?? []) part.left.add(id);
  const combined = await readCombined(tx, parts.filter((part) => part.rows.pushes.size > 0).map(({ organisationId }) => organisationId));
  for (const { organisationId, rows, wholes } of parts) {
    for (const { id, resourceId } of [...rows.calendars.values()] as Calendar[]) wholes.set(id, wholesOf(resourceId, combined.get(organisationId) ?? []));
  }
  const states = await readPushStates(tx, keysOf((part) => [...part.rows.pushes.keys()]));
  await take('differences', keysOf((part) => pushesOf(part).flatMap(({ id }) => states.get(id)?.differenceId ?? [])));
  for (const part of parts) {
    for (const { id } of pushesOf(part)) {
      const state = states.get(id);
      // Looks tell of it under the bounded one.
      if (state) part.standings.set(id, { ...state.standing, remoteId: state.standing.remoteId === null ? null : boundedId(state.standing.remoteId) });
    }
  }
}

interface Returned {
  readonly organisationId: string;
  readonly settled: readonly { readonly pushes?: readonly PushAfter[]; readonly drafts: readonly EventDraft[] }[];
}

/** What came back is kept before it is recorded; what their sources say of the same rows is not to undo it. */
export async function writeReturned(tx: Tx, parts: readonly Returned[]): Promise<void> {
  const back = parts.flatMap(({ organisationId, settled }) => settled.flatMap(({ pushes = [], drafts }) => (pushes.length === 0 ? [] : [{ organisationId, pushes, drafts }])));
  if (back.length === 0) return;
  await writePushStates(tx, back.flatMap(({ organisationId, pushes }) => pushes.map((one) => ({ ...one, organisationId }))));
  for (const [organisationId, own] of Map.groupBy(back, (one) => one.organisationId)) await keepAgainstSources({ writing: { tx }, organisationId }, own.flatMap(({ drafts }) => drafts));
}
