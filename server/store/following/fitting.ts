import type { Resource } from '../../../core/contract/record/taking.ts';
import type { FollowingRow } from '../../../core/domain/conflicts/following.ts';
import { judgementOf } from '../../../core/domain/conflicts/judgement.ts';
import type { Occupancy } from '../../../core/domain/conflicts/model.ts';
import { occupancyId, occupancyOf, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import { countsTravel } from '../../../core/domain/conflicts/rules.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { readNear, timetableOf } from '../taking/consequences.ts';
import { readLimits } from '../taking/limits.ts';
import { isTaking, memberFrom, resourceOf, takenBy, windowsAround } from '../taking/part.ts';
import { readPlaces } from '../taking/places.ts';
import { readResources } from '../taking/resources.ts';
import { termsFor } from '../taking/rules.ts';

/** Whether what would follow by itself fits where it would be: by the same rules as a person's plan, with nobody to give a reason. */

/** A row as it stands, and what of it would become otherwise. */
export type Fitting = FollowingRow & { readonly set: object };

export interface Wanting {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
  readonly followers: readonly Fitting[];
}

/** By the id of the row, what is in its way; those that fit are not in it. */
export type InTheWay = ReadonlyMap<string, 'clash' | 'limit'>;

type Taking = Exclude<Fitting, { collection: 'runSheetItems' }>;
/** An item of a run sheet takes nobody's time. */
const takes = (one: Fitting): one is Taking => one.collection !== 'runSheetItems';
const before = (one: Taking): TakingRow => ({ collection: one.collection, row: one.row }) as TakingRow;
const after = (one: Taking): TakingRow => ({ collection: one.collection, row: { ...one.row, ...one.set } }) as TakingRow;

/** By organisation. */
export async function readInTheWay(tx: Tx, some: readonly Wanting[], now: number): Promise<Map<string, InTheWay>> {
  const wanting = some.filter(({ followers }) => followers.some(takes));
  if (wanting.length === 0) return new Map();
  const ids = wanting.flatMap(({ organisationId, followers }) =>
    followers.filter(takes).map((one) => ({ organisationId, id: resourceOf(before(one)) })));
  const resources = await readResources(tx, [], ids.filter(({ id }) => id !== ''));
  const houses = await readLimits(tx, wanting.map(({ organisationId }) => ({ organisationId, drafts: [] })));
  const parts = wanting.map(({ organisationId, drafts, followers }) => {
    const own = resources.get(organisationId) ?? new Map<string, Resource>();
    const spansOf = (id: string) => own.get(id) ?? null;
    const occupancy = (row: TakingRow): Occupancy[] => {
      const one = occupancyOf(row, spansOf);
      return one && own.has(one.resourceId) ? [one] : [];
    };
    const taking = followers.filter(takes);
    return { organisationId, drafts, taking, own, to: taking.flatMap((one) => occupancy(after(one))), from: taking.flatMap((one) => occupancy(before(one))) };
  });
  const windows = parts.flatMap(({ organisationId, own, to, from }) => windowsAround(organisationId, [...to, ...from], own, now));
  const near = await readNear(tx, windows, [...houses.values()].some(({ listens }) => listens));
  const travelling = parts.filter(({ organisationId }) => countsTravel(houses.get(organisationId)?.said));
  const placesOf = await readPlaces(tx, travelling.map(({ organisationId, drafts, taking }) => ({ organisationId, drafts, rows: [...taking.map(after), ...(near.get(organisationId) ?? [])] })));

  return new Map(parts.map(({ organisationId, drafts, taking, own }) => {
    const placeOf = placesOf(organisationId);
    const to = taking.flatMap((one) => (own.has(resourceOf(after(one))) ? (occupancyOf(after(one), (id) => own.get(id) ?? null, placeOf) ?? []) : []));
    const house = houses.get(organisationId);
    if (!house) throw new Error(`there is no organisation ${organisationId}`);
    // As it stands once the drafts are recorded, with the followers where they are.
    const standing = new Map((near.get(organisationId) ?? []).map((row) => [occupancyId(memberFrom(row)), row]));
    for (const draft of drafts) {
      if (!isTaking(draft)) continue;
      const row = takenBy(draft);
      const id = occupancyId(memberFrom(row));
      if (own.has(resourceOf(row))) standing.set(id, row);
      else standing.delete(id);
    }
    for (const one of taking) standing.set(occupancyId(memberFrom(before(one))), before(one));
    const timetable = timetableOf(organisationId, [...standing.values()], own, placeOf);
    const hindered = new Map<string, 'clash' | 'limit'>();
    const members = new Map(taking.map((one) => [occupancyId(memberFrom(before(one))), one.row.id]));
    for (;;) {
      const left = to.filter(({ id }) => !hindered.has(members.get(id) ?? ''));
      const question = { ...termsFor(house), now };
      const { clashes, passes } = judgementOf({ timetable, to: left, confirming: new Set(), settled: [], limits: house.limits, question });
      const found = [
        ...clashes.map(({ members: who }) => ({ who, why: 'clash' as const })), ...passes.map(({ members: who }) => ({ who, why: 'limit' as const })),
      ];
      const going = new Set(left.map(({ id }) => id));
      const more = found.flatMap(({ who, why }) => who.filter((id) => going.has(id)).map((id) => [members.get(id) ?? '', why] as const));
      if (more.length === 0) return [organisationId, hindered] as const;
      // Each time at least one more is left out, so it comes to an end.
      for (const [id, why] of more) hindered.set(id, why);
    }
  }));
}
