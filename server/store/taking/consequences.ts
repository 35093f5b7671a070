import { sql } from 'kysely';
import type { Wedding } from '../../../core/contract/record/day.ts';
import { MOVABLE, TAKING, type Resource } from '../../../core/contract/record/taking.ts';
import { conflictAlerts } from '../../../core/domain/conflicts/alerts.ts';
import { conflictDrafts } from '../../../core/domain/conflicts/detect.ts';
import type { Occupancy } from '../../../core/domain/conflicts/model.ts';
import { asResource, askedOf, NO_PLACES, occupancyId, occupancyOf, resourceKey, type PlaceOf, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import { createResources } from '../../../core/domain/conflicts/resources.ts';
import { countsTravel } from '../../../core/domain/conflicts/rules.ts';
import { createTimetable, type Timetable } from '../../../core/domain/conflicts/timetable.ts';
import type { DraftContext, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import { withPushes } from '../calendars/stage.ts';
import type { Tx } from '../database.ts';
import { readRowsOf } from '../rows.ts';
import type { Share } from '../record.ts';
import { readLimits, type HouseLimits } from './limits.ts';
import { readAlertsOf, readConflictsOf, readTaking, type Window } from './near.ts';
import { isTaking, memberFrom, named, resourceOf, retoldResources, spokenOf, windowsOf, type Part } from './part.ts';
import { readMovedAlong, readPlaces, readTravellers, roomsMade } from './places.ts';
import { readResources } from './resources.ts';
import { termsFor } from './rules.ts';

/**
 * What follows from facts about time, in the same transaction: the resources that they speak of, the double bookings that
 * they make or undo, the limits that they pass. Whoever writes to the record passes here, so none can be made unseen. The
 * number of queries does not grow with the number of organisations or facts; facts that take nobody's time cost none.
 */

const takesTime = (draft: EventDraft): boolean => draft.collection === 'resources' || draft.collection === 'limits' || draft.collection === 'houseRules' || isTaking(draft);
export const SYSTEM: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

export async function consequences(tx: Tx, shares: readonly Share[], { clock, ids }: { readonly clock: Clock; readonly ids: Ids }): Promise<readonly Share[]> {
  const concerned = shares.filter(({ drafts }) => drafts.some(takesTime));
  const newId = () => ids.next();
  const now = clock.now();
  if (concerned.length === 0) return withPushes(tx, shares, new Map(), now, newId);

  const asked = concerned.flatMap(({ organisationId, drafts }) => drafts.flatMap((draft) => {
    const wanted = askedOf(draft);
    return wanted ? [{ organisationId, kind: wanted.kind, key: resourceKey(wanted.name) }] : [];
  }));
  const limits = await readLimits(tx, concerned);
  const travels = ({ organisationId }: Pick<Share, 'organisationId'>): boolean => countsTravel(limits.get(organisationId)?.said);
  const along = await readMovedAlong(tx, concerned.filter(travels));
  const theirs = [...along].flatMap(([organisationId, rows]) => rows.map((row) => ({ organisationId, id: resourceOf(row) })));
  const byId = concerned.flatMap(({ organisationId, drafts }) => drafts.flatMap((draft) => spokenOf(draft).map((id) => ({ organisationId, id }))));
  const resources = await readResources(tx, asked, [...byId, ...theirs, ...(await underNewRules(tx, concerned))]);
  const parts = concerned.map(({ organisationId, drafts }) => named(organisationId, drafts, resources.get(organisationId) ?? new Map<string, Resource>(), newId));
  for (const { organisationId, rows } of parts) {
    for (const row of along.get(organisationId) ?? []) if (!rows.has(occupancyId(memberFrom(row)))) rows.set(occupancyId(memberFrom(row)), row);
  }
  await lookedAtAgain(tx, parts.filter(travels), limits);

  const besides = (part: Part): boolean => limits.get(part.organisationId)?.limits.lookBeside === true;
  const taking = await readNear(tx, parts.flatMap((part) => windowsOf(part, besides(part), now)), [...limits.values()].some(({ listens }) => listens));
  const near = parts.map((part) => {
    const rows = taking.get(part.organisationId) ?? [];
    const retold = retoldResources(part);
    const members = new Map([...part.rows.values(), ...rows.filter((one) => retold.has(resourceOf(one)))].map(memberFrom).map((one) => [occupancyId(one), one]));
    const beside = besides(part) ? new Map([...members, ...rows.map(memberFrom).map((one) => [occupancyId(one), one] as const)]) : members;
    return { rows, changed: new Set(members.keys()), beside };
  });
  const asMembers = parts.flatMap(({ organisationId }, index) => [...(near[index]?.beside.values() ?? [])].map((member) => ({ ...member, organisationId })));
  const known = asMembers.length === 0 ? new Map<string, never[]>() : await readConflictsOf(tx, asMembers);

  const placing = parts.flatMap((part, index) => (travels(part) ? [{ ...part, rows: [...part.rows.values(), ...(near[index]?.rows ?? [])] }] : []));
  const placesOf = await readPlaces(tx, placing);

  const found = parts.map((part, index) => {
    const { rows, changed, beside } = near[index] ?? { rows: [], changed: new Set<string>(), beside: new Map<string, never>() };
    const timetable = timetableOf(part.organisationId, [...rows.filter((one) => !part.rows.has(occupancyId(memberFrom(one)))), ...part.rows.values()], part.resources, placesOf(part.organisationId));
    const own = limits.get(part.organisationId);
    if (!own) throw new Error(`there is no organisation ${part.organisationId}`);
    const drafts = conflictDrafts({
      timetable, changed, beside: new Set(beside.keys()), known: known.get(part.organisationId) ?? [], limits: own.limits,
      question: { ...termsFor(own, roomsMade(part)), now }, accepted: concerned[index]?.accepted ?? null,
      weddingOf: weddingsOf(part, rows), context: SYSTEM, newId,
    });
    return { part, timetable, drafts, limitName: (id: string) => own.rows.get(id)?.name ?? '' };
  });

  const weddings = await readRowsOf(tx, 'weddings', found.flatMap(({ part, drafts }) => drafts.flatMap(({ weddingId }) => (weddingId === null ? [] : [{ organisationId: part.organisationId, id: weddingId }]))));
  const alerts = await readAlertsOf(tx, found.flatMap(({ part, drafts }) => drafts.filter(({ before }) => before !== null).map(({ row }) => ({ organisationId: part.organisationId, id: row.id }))));
  for (const { part, timetable, drafts, limitName } of found) {
    const own = new Map((weddings.get(part.organisationId) ?? []).map((row): [string, Pick<Wedding, 'startsAt' | 'endsAt'>] => [row.id, row]));
    for (const draft of part.drafts) if (draft.collection === 'weddings') own.set(draft.row.id, draft.row);
    const unresolved = Map.groupBy(alerts.get(part.organisationId) ?? [], ({ subject }) => subject?.id);
    part.drafts.push(...drafts, ...conflictAlerts(drafts, { timetable, limitName, now, newId, context: SYSTEM, wedding: (id) => own.get(id) ?? null, unresolved: (id) => unresolved.get(id) ?? [] }));
  }
  const done = new Map(parts.map((part) => [part.organisationId, part.drafts]));
  const whole = shares.map((share) => ({ organisationId: share.organisationId, drafts: done.get(share.organisationId) ?? share.drafts }));
  return withPushes(tx, whole, new Map([...limits].map(([organisationId, { written }]) => [organisationId, written])), now, newId);
}

/** What takes time within the windows, by organisation. `entries`: of calendars that are kept elsewhere too; a house that listens to none is not asked. */
export async function readNear(tx: Tx, windows: readonly Window[], entries: boolean): Promise<Map<string, TakingRow[]>> {
  const found = new Map<string, TakingRow[]>();
  if (windows.length === 0) return found;
  for (const collection of entries ? TAKING : MOVABLE) {
    for (const [organisationId, rows] of await readTaking(tx, collection, windows)) {
      found.set(organisationId, [...(found.get(organisationId) ?? []), ...rows.map((row) => ({ collection, row }) as TakingRow)]);
    }
  }
  return found;
}

/** Throws where the resources do not fit together, which no decision lets happen. */
export function timetableOf(organisationId: string, rows: readonly TakingRow[], resources: ReadonlyMap<string, Resource>, placeOf: PlaceOf = NO_PLACES): Timetable {
  const built = createResources([...resources.values()].map(asResource));
  if (!built.ok) throw new Error(`the resources of ${organisationId} do not fit together: ${built.error.message}`);
  const taken = rows.flatMap((row) => occupancyOf(row, (id) => resources.get(id) ?? null, placeOf) ?? []);
  return createTimetable(built.value, taken.filter((one) => resources.has(one.resourceId)));
}

/** A place that has become a room of the house is at no distance from its others: whoever has to get somewhere is looked at again. */
async function lookedAtAgain(tx: Tx, parts: readonly Part[], limits: ReadonlyMap<string, HouseLimits>): Promise<void> {
  const concerned = parts.filter((part) => {
    const { said, rooms } = limits.get(part.organisationId) ?? { said: null, rooms: [] };
    return said !== null && said.travel.usualMinutes !== null && roomsMade(part).some((key) => !rooms.includes(key));
  });
  const travellers = await readTravellers(tx, concerned.map(({ organisationId }) => organisationId));
  for (const { organisationId, resources, again } of concerned) {
    for (const one of travellers.get(organisationId) ?? []) {
      if (!resources.has(one.id)) resources.set(one.id, one);
      again.add(one.id);
    }
  }
}

/** Resources that a changed limit may be about, or changed rules of the house: all of it. */
async function underNewRules(tx: Tx, shares: readonly Share[]): Promise<{ organisationId: string; id: string }[]> {
  const organisationIds = shares.filter(({ drafts }) => drafts.some(({ collection }) => collection === 'limits' || collection === 'houseRules')).map(({ organisationId }) => organisationId);
  if (organisationIds.length === 0) return [];
  const { rows } = await sql<{ organisationId: string; id: string }>`select organisation_id, id from resources where organisation_id = any(${organisationIds}::uuid[])`.execute(tx);
  return rows;
}

function weddingsOf(part: Part, near: readonly TakingRow[]): (one: Occupancy) => string | null {
  const known = new Map([...near.map((row) => [occupancyId(memberFrom(row)), row] as const), ...part.rows]);
  return ({ id }) => {
    const taking = known.get(id);
    if (!taking) return null;
    return taking.collection === 'weddings' ? taking.row.id : taking.row.weddingId;
  };
}
