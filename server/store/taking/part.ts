import { EVENT_TYPES } from '../../../core/contract/events.ts';
import type { Limit, Resource } from '../../../core/contract/record/taking.ts';
import type { Occupancy } from '../../../core/domain/conflicts/model.ts';
import { asResource, askedOf, occupancyId, occupancyOf, placesOf, resourceKey, type Member, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import { createResources } from '../../../core/domain/conflicts/resources.ts';
import { draftCreated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Window } from './near.ts';

/** Set-up and clearing of both, a day each at most (`record.ts`), and the longest way between two jobs. */
const REACH_MS = 60 * 3_600_000;
/** A resource that is others than it was is looked through for so long ahead. */
const AHEAD_MS = 3 * 366 * 86_400_000;

/** What one organisation's drafts say about whose time is taken. */
export interface Part {
  readonly organisationId: string;
  drafts: EventDraft[];
  readonly resources: Map<string, Resource>;
  /** The row of each member as the last draft leaves it. */
  readonly rows: Map<string, TakingRow>;
  /** What they took before, as far as the drafts tell. */
  readonly former: readonly Occupancy[];
  /** Resources of which everything is looked at again, though nothing was said of themselves: a place that they work at has become a room of the house. */
  readonly again: Set<string>;
}

export const memberFrom = ({ collection, row }: TakingRow): Member => ({ collection, id: row.id });
export const resourceOf = ({ collection, row }: TakingRow): string => (collection === 'weddings' ? row.roomId : collection === 'bookings' ? row.vendorId : row.resourceId) ?? '';
type TakingDraft = Extract<EventDraft, { collection: TakingRow['collection'] }>;
/** Entries of calendars count only where their calendar is of a resource, or was. */
export const isTaking = (draft: EventDraft): draft is TakingDraft =>
  draft.collection === 'calendarEvents' ? (draft.row.resourceId ?? draft.before?.['resourceId'] ?? null) !== null : draft.collection === 'weddings' || draft.collection === 'bookings' || draft.collection === 'allocations';

/** The row as its draft leaves it; one that is gone takes nobody's time. */
export const takenBy = (draft: TakingDraft): TakingRow =>
  ({ collection: draft.collection, row: EVENT_TYPES[draft.type].change === 'deleted' ? { ...draft.row, status: 'cancelled' } : draft.row }) as TakingRow;

/** The row as it was before, as far as its draft tells. */
const formerRow = (draft: TakingDraft): TakingRow | null =>
  draft.before === null ? null : ({ collection: draft.collection, row: { ...draft.row, ...draft.before } } as TakingRow);

/** Ids of the resources that a draft speaks of other than by name. */
export function spokenOf(draft: EventDraft): string[] {
  if (draft.collection === 'resources') return [draft.row.id, ...draft.row.partIds];
  if (!isTaking(draft)) return [];
  const former = formerRow(draft);
  const ids = [resourceOf({ collection: draft.collection, row: draft.row } as TakingRow), former ? resourceOf(former) : ''];
  return [...new Set(ids)].filter((id) => id !== '');
}

/** Gives each fact the resource that it names; one that nobody has spoken of before is made. */
export function named(organisationId: string, given: readonly EventDraft[], resources: Map<string, Resource>, newId: () => string): Part {
  const rows = new Map<string, TakingRow>();
  const made: EventDraft[] = [];
  const former = given.flatMap((draft) => {
    const was = isTaking(draft) ? formerRow(draft) : null;
    return (was && occupancyOf(was, () => null)) ?? [];
  });
  const find = (kind: Resource['kind'], key: string) => [...resources.values()].find((one) => one.kind === kind && one.keys.includes(key));
  const drafts = given.map((draft): EventDraft => {
    if (draft.collection === 'resources') {
      resources.set(draft.row.id, { ...draft.row, seq: 0, updatedAt: '' });
      return draft;
    }
    if (draft.collection !== 'weddings' && draft.collection !== 'bookings') return draft;
    const wanted = askedOf(draft);
    let id: string | null = null;
    if (wanted) {
      const key = resourceKey(wanted.name);
      const there = find(wanted.kind, key);
      id = there?.id ?? newId();
      if (!there) {
        const row = { id, kind: wanted.kind, name: wanted.name.trim(), keys: [key], places: draft.collection === 'bookings' ? placesOf(draft.row.trade) : 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' as const };
        const created = draftCreated('resource.created', 'resources', null, row, null, { actor: draft.actor, source: null, deliveryId: draft.deliveryId });
        made.push(created);
        resources.set(id, { ...created.row, seq: 0, updatedAt: '' });
      }
    }
    return draft.collection === 'weddings' ? { ...draft, row: { ...draft.row, roomId: id } } : { ...draft, row: { ...draft.row, vendorId: id } };
  });
  for (const draft of drafts) {
    if (!isTaking(draft)) continue;
    const one = takenBy(draft);
    rows.set(occupancyId(memberFrom(one)), one);
  }
  // Callers take the first event for the answer of what they wanted, so what follows comes after.
  return { organisationId, resources, rows, former, again: new Set(), drafts: [...drafts, ...made] };
}

/** Resources of which everything is looked at again: their spans, places or parts are others than before, a limit on them is, or the rules of the house. */
export function retoldResources({ drafts, resources, again }: Pick<Part, 'drafts' | 'resources' | 'again'>): ReadonlySet<string> {
  const changed = new Set(drafts.filter((draft) => draft.collection === 'resources' && draft.before !== null && ['places', 'partIds', 'setUpMinutes', 'turnaroundMinutes'].some((field) => draft.before !== null && field in draft.before)).map(({ row }) => row.id));
  for (const id of again) changed.add(id);
  if (drafts.some(({ collection }) => collection === 'houseRules')) for (const id of resources.keys()) changed.add(id);
  for (const draft of drafts) {
    if (draft.collection !== 'limits') continue;
    const told = [draft.row.resourceIds, draft.before !== null && 'resourceIds' in draft.before ? (draft.before['resourceIds'] as Limit['resourceIds']) : draft.row.resourceIds];
    for (const ids of told) for (const id of ids ?? resources.keys()) changed.add(id);
  }
  return changed.size === 0 ? changed : sharing(changed, resources);
}

/** These, and all that share a part with any of them. */
export function sharing(some: ReadonlySet<string>, resources: ReadonlyMap<string, Resource>): ReadonlySet<string> {
  const built = createResources([...resources.values()].map(asResource));
  if (!built.ok) return some;
  const leaves = new Set([...some].flatMap((id) => [...built.value.leaves(id)]));
  return new Set([...resources.keys()].filter((id) => built.value.leaves(id).some((leaf) => leaves.has(leaf))));
}

/** The stretches in which something could matter to these; what is over or cancelled takes nobody's time. */
export function windowsAround(organisationId: string, some: Iterable<Occupancy>, resources: ReadonlyMap<string, Resource>, now: number): Window[] {
  const windows: Window[] = [];
  for (const one of some) {
    if (one.status === 'cancelled' || one.endsAt + REACH_MS <= now) continue;
    const [from, to] = [new Date(one.startsAt - REACH_MS).toISOString(), new Date(one.endsAt + REACH_MS).toISOString()];
    for (const resourceId of sharing(new Set([one.resourceId]), resources)) windows.push({ organisationId, resourceId, from, to });
  }
  return windows;
}

/** `besides`: limits ask what else there is, so what one has left behind matters too. */
export function windowsOf(part: Part, besides: boolean, now: number): Window[] {
  const { organisationId, resources, rows, former } = part;
  const taken = [...rows.values()].flatMap((row) => occupancyOf(row, () => null) ?? []);
  // What is over may still leave too little time to what comes after it.
  const [from, to] = [new Date(now - REACH_MS).toISOString(), new Date(now + AHEAD_MS).toISOString()];
  const retold = [...retoldResources(part)].map((resourceId): Window => ({ organisationId, resourceId, from, to }));
  return [...windowsAround(organisationId, [...taken, ...(besides ? former : [])], resources, now), ...retold];
}
