import type { Wedding } from '../../../core/contract/record/day.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { conflictAlerts } from '../../../core/domain/conflicts/alerts.ts';
import { conflictDrafts } from '../../../core/domain/conflicts/detect.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../core/domain/conflicts/model.ts';
import { asResource, askedOf, occupancyId, occupancyOf, placesOf, resourceKey, type Member, type MemberCollection, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import { createResources } from '../../../core/domain/conflicts/resources.ts';
import { createTimetable } from '../../../core/domain/conflicts/timetable.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { Tx } from '../database.ts';
import { readRowsOf } from '../rows.ts';
import type { Share } from '../record.ts';
import { readAlertsOf, readConflictsOf, readTaking, type Window } from './near.ts';
import { readResources } from './resources.ts';

/**
 * What follows from facts about time, in the same transaction: the resources that they speak of, and the double bookings
 * that they make or undo. Whoever writes to the record passes here, so none can be made unseen. The number of queries
 * does not grow with the number of organisations or facts; facts that take nobody's time cost none.
 */

const MEMBERS: readonly MemberCollection[] = ['weddings', 'bookings', 'allocations'];
const takesTime = ({ collection }: EventDraft): boolean => collection === 'resources' || (MEMBERS as readonly string[]).includes(collection);
const SYSTEM: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };
/** Set-up and clearing of both, a day each at most (`record.ts`), and the longest way between two jobs. */
const REACH_MS = 60 * 3_600_000;
/** A resource that is others than it was is looked through for so long ahead. */
const AHEAD_MS = 3 * 366 * 86_400_000;

interface Part {
  readonly organisationId: string;
  drafts: EventDraft[];
  readonly resources: Map<string, Resource>;
  /** The row of each member as the last draft leaves it. */
  readonly rows: Map<string, TakingRow>;
}

export async function consequences(tx: Tx, shares: readonly Share[], { clock, ids }: { readonly clock: Clock; readonly ids: Ids }): Promise<readonly Share[]> {
  if (!shares.some(({ drafts }) => drafts.some(takesTime))) return shares;
  const concerned = shares.filter(({ drafts }) => drafts.some(takesTime));
  const newId = () => ids.next();
  const now = clock.now();

  const asked = concerned.flatMap(({ organisationId, drafts }) => drafts.flatMap((draft) => {
    const wanted = askedOf(draft);
    return wanted ? [{ organisationId, kind: wanted.kind, key: resourceKey(wanted.name) }] : [];
  }));
  const byId = concerned.flatMap(({ organisationId, drafts }) => drafts.flatMap((draft) => (draft.collection === 'allocations' ? [{ organisationId, id: draft.row.resourceId }] : draft.collection === 'resources' ? [draft.row.id, ...draft.row.partIds].map((id) => ({ organisationId, id })) : [])));
  const resources = await readResources(tx, asked, byId);
  const parts = concerned.map(({ organisationId, drafts }): Part => named({ organisationId, drafts: [...drafts], resources: resources.get(organisationId) ?? new Map<string, Resource>(), rows: new Map() }, newId));

  const windows = parts.flatMap((part) => windowsOf(part, now));
  const taking = windows.length === 0 ? null : { weddings: await readTaking(tx, 'weddings', windows), bookings: await readTaking(tx, 'bookings', windows), allocations: await readTaking(tx, 'allocations', windows) };
  const touched = parts.map((part) => ({ part, members: [...part.rows.values()].map(memberFrom) }));
  const retold = parts.map((part) => retoldResources(part));
  const near = parts.map((part, index) => {
    const rows = MEMBERS.flatMap((collection) => (taking?.[collection].get(part.organisationId) ?? []).map((row) => ({ collection, row }) as TakingRow));
    const members = rows.filter((one) => retold[index]?.has(resourceOf(one)) === true).map(memberFrom);
    return { rows, members: [...(touched[index]?.members ?? []), ...members] };
  });
  const asMembers = parts.flatMap((part, index) => (near[index]?.members ?? []).map((member) => ({ ...member, organisationId: part.organisationId })));
  const known = asMembers.length === 0 ? new Map<string, never[]>() : await readConflictsOf(tx, asMembers);

  const found = parts.map((part, index) => {
    const spansOf = (id: string) => part.resources.get(id) ?? null;
    const standing = new Map<string, Occupancy>();
    const put = (one: Occupancy | null) => void (one && part.resources.has(one.resourceId) && standing.set(one.id, one));
    for (const one of near[index]?.rows ?? []) put(occupancyOf(one, spansOf));
    for (const one of part.rows.values()) {
      standing.delete(occupancyId(memberFrom(one)));
      put(occupancyOf(one, spansOf));
    }
    const built = createResources([...part.resources.values()].map(asResource));
    if (!built.ok) throw new Error(`the resources of ${part.organisationId} do not fit together: ${built.error.message}`);
    const timetable = createTimetable(built.value, standing.values());
    const drafts = conflictDrafts({
      timetable, changed: new Set((near[index]?.members ?? []).map(occupancyId)), known: known.get(part.organisationId) ?? [],
      question: { rules: VENUE_RULES, travel: NO_TRAVEL, now },
      weddingOf: (one) => weddingOfMember(one, part, near[index]?.rows ?? []), context: SYSTEM, newId,
    });
    return { part, timetable, drafts };
  });

  const weddings = await readRowsOf(tx, 'weddings', found.flatMap(({ part, drafts }) => drafts.flatMap(({ weddingId }) => (weddingId === null ? [] : [{ organisationId: part.organisationId, id: weddingId }]))));
  const alerts = await readAlertsOf(tx, found.flatMap(({ part, drafts }) => drafts.filter(({ before }) => before !== null).map(({ row }) => ({ organisationId: part.organisationId, id: row.id }))));
  for (const { part, timetable, drafts } of found) {
    const own = new Map((weddings.get(part.organisationId) ?? []).map((row): [string, Pick<Wedding, 'startsAt' | 'endsAt'>] => [row.id, row]));
    for (const draft of part.drafts) if (draft.collection === 'weddings') own.set(draft.row.id, draft.row);
    const unresolved = alerts.get(part.organisationId) ?? [];
    part.drafts.push(...drafts, ...conflictAlerts(drafts, { timetable, now, newId, context: SYSTEM, wedding: (id) => own.get(id) ?? null, unresolved: (id) => unresolved.filter(({ subject }) => subject?.id === id) }));
  }
  const done = new Map(parts.map((part) => [part.organisationId, part.drafts]));
  return shares.map((share) => ({ organisationId: share.organisationId, drafts: done.get(share.organisationId) ?? share.drafts }));
}

/** Gives each fact the resource that it names; one that nobody has spoken of before is made. */
function named(part: Part, newId: () => string): Part {
  const { resources, rows } = part;
  const made: EventDraft[] = [];
  const find = (kind: Resource['kind'], key: string) => [...resources.values()].find((one) => one.kind === kind && one.keys.includes(key));
  const drafts = part.drafts.map((draft): EventDraft => {
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
    if (draft.collection !== 'weddings' && draft.collection !== 'bookings' && draft.collection !== 'allocations') continue;
    const one = { collection: draft.collection, row: draft.row } as TakingRow;
    rows.set(occupancyId(memberFrom(one)), one);
  }
  // Callers take the first event for the answer of what they wanted, so what follows comes after.
  return { ...part, drafts: [...drafts, ...made] };
}

const memberFrom = ({ collection, row }: TakingRow): Member => ({ collection, id: row.id });

const resourceOf = ({ collection, row }: TakingRow): string => (collection === 'weddings' ? row.roomId : collection === 'bookings' ? row.vendorId : row.resourceId) ?? '';

/** Resources whose spans, places or parts are others than before: everything on them is looked at again. */
function retoldResources({ drafts, resources }: Part): ReadonlySet<string> {
  const changed = new Set(drafts.filter((draft) => draft.collection === 'resources' && draft.before !== null && ['places', 'partIds', 'setUpMinutes', 'turnaroundMinutes'].some((field) => draft.before !== null && field in draft.before)).map(({ row }) => row.id));
  return changed.size === 0 ? changed : sharing(changed, resources);
}

/** These, and all that share a part with any of them. */
function sharing(some: ReadonlySet<string>, resources: ReadonlyMap<string, Resource>): ReadonlySet<string> {
  const built = createResources([...resources.values()].map(asResource));
  if (!built.ok) return some;
  const leaves = new Set([...some].flatMap((id) => [...built.value.leaves(id)]));
  return new Set([...resources.keys()].filter((id) => built.value.leaves(id).some((leaf) => leaves.has(leaf))));
}

function windowsOf(part: Part, now: number): Window[] {
  const { organisationId, resources } = part;
  const windows: Window[] = [];
  const add = (ids: Iterable<string>, from: number, to: number) => {
    for (const resourceId of ids) windows.push({ organisationId, resourceId, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  };
  for (const row of part.rows.values()) {
    const one = occupancyOf(row, () => null);
    if (one && one.status !== 'cancelled' && one.endsAt + REACH_MS > now) add(sharing(new Set([one.resourceId]), resources), one.startsAt - REACH_MS, one.endsAt + REACH_MS);
  }
  const retold = retoldResources(part);
  if (retold.size > 0) add(retold, now, now + AHEAD_MS);
  return windows;
}

function weddingOfMember(one: Occupancy, part: Part, near: readonly TakingRow[]): string | null {
  const taking = part.rows.get(one.id) ?? near.find((there) => occupancyId(memberFrom(there)) === one.id);
  if (!taking) return null;
  return taking.collection === 'weddings' ? taking.row.id : taking.row.weddingId;
}
