import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';

/**
 * What takes a whole takes each of its parts, and the other way round. So it is drawn on the rows of those too, as a shadow of the one
 * that stands on its own row: nothing is moved by a shadow, it leads to what it is of. Pure.
 */

/** How the resource that is taken and the row that it is drawn on as well belong together. */
export type Kinship = 'whole' | 'part' | 'beside';

/** What a shadow is of. */
export interface Through {
  /** The occupancy itself, and the resource that it takes. */
  readonly id: string;
  readonly resourceId: string;
  readonly how: Kinship;
}

/** What is drawn on a row: what takes it, or the shadow of what takes it with another one, under an id of its own. */
export interface Drawn extends Occupancy {
  readonly through?: Through;
}

/** By resource: those whose time is taken with it, because they share what both are made of. Those that stand alone are not in it. */
export type Kin = ReadonlyMap<string, readonly { readonly resourceId: string; readonly how: Kinship }[]>;

export function kinOf({ resources }: Pick<House, 'resources'>): Kin {
  const byLeaf = new Map<string, string[]>();
  for (const { id } of resources.all) {
    for (const leaf of resources.leaves(id)) {
      const there = byLeaf.get(leaf);
      if (there) there.push(id);
      else byLeaf.set(leaf, [id]);
    }
  }
  const kin = new Map<string, Set<string>>();
  for (const some of byLeaf.values()) {
    if (some.length === 1) continue;
    for (const id of some) kin.set(id, new Set([...(kin.get(id) ?? []), ...some.filter((other) => other !== id)]));
  }
  return new Map([...kin].map(([id, others]) => [id, [...others].map((resourceId) => ({ resourceId, how: kinship(resources, id, resourceId) }))]));
}

/** What `taken` is, seen from the row of `other`. */
function kinship(resources: House['resources'], taken: string, other: string): Kinship {
  const [its, theirs] = [resources.leaves(taken), resources.leaves(other)];
  if (theirs.every((leaf) => its.includes(leaf))) return 'whole';
  return its.every((leaf) => theirs.includes(leaf)) ? 'part' : 'beside';
}

const NONE: readonly never[] = [];

/** Where else an occupancy shows. */
export const kinIn = (kin: Kin, resourceId: string): NonNullable<ReturnType<Kin['get']>> => kin.get(resourceId) ?? NONE;

const shadowOf = (one: Occupancy, resourceId: string, how: Kinship): Drawn =>
  ({ ...one, id: `through ${one.id} on ${resourceId}`, resourceId, through: { id: one.id, resourceId: one.resourceId, how } });

export interface DrawnRow {
  readonly resourceId: string;
  readonly some: readonly Drawn[];
}

/** By row, in the order of the rows: what is drawn there. */
export function drawnOn({ timetable }: Pick<House, 'timetable'>, kin: Kin, resourceIds: readonly string[]): DrawnRow[] {
  const byResource = new Map<string, Drawn[]>(resourceIds.map((id) => [id, []]));
  for (const one of timetable) {
    byResource.get(one.resourceId)?.push(one);
    for (const { resourceId, how } of kinIn(kin, one.resourceId)) byResource.get(resourceId)?.push(shadowOf(one, resourceId, how));
  }
  return [...byResource].map(([resourceId, some]) => ({ resourceId, some }));
}
