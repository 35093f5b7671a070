import { createIntervals, type Intervals } from './intervals.ts';
import type { Occupancy } from './model.ts';
import type { Resources } from './resources.ts';

/** Everything that takes time of some resource, by leaf. */
export interface Timetable {
  readonly resources: Resources;
  add(occupancy: Occupancy): void;
  /** False = it was not there. */
  remove(id: string): boolean;
  get(id: string): Occupancy | undefined;
  /** Of one leaf. */
  on(leaf: string): Intervals | undefined;
  readonly size: number;
  [Symbol.iterator](): Iterator<Occupancy>;
}

export function createTimetable(resources: Resources, initial: Iterable<Occupancy> = []): Timetable {
  const byId = new Map<string, Occupancy>();
  const byLeaf = new Map<string, Intervals>();

  function takeOut(one: Occupancy): void {
    for (const leaf of resources.leaves(one.resourceId)) byLeaf.get(leaf)?.remove(one.id);
  }

  // All at once: sorting once is quicker than finding a place for each.
  const first = new Map<string, Occupancy[]>();
  for (const one of initial) byId.set(one.id, one);
  for (const one of byId.values()) {
    for (const leaf of resources.leaves(one.resourceId)) {
      const there = first.get(leaf);
      if (there) there.push(one);
      else first.set(leaf, [one]);
    }
  }
  for (const [leaf, some] of first) byLeaf.set(leaf, createIntervals(some));

  return {
    resources,
    add(one) {
      const there = byId.get(one.id);
      if (there) takeOut(there);
      byId.set(one.id, one);
      for (const leaf of resources.leaves(one.resourceId)) {
        const intervals = byLeaf.get(leaf);
        if (intervals) intervals.add(one);
        else byLeaf.set(leaf, createIntervals([one]));
      }
    },
    remove(id) {
      const there = byId.get(id);
      if (!there) return false;
      byId.delete(id);
      takeOut(there);
      return true;
    },
    get: (id) => byId.get(id),
    on: (leaf) => byLeaf.get(leaf),
    get size() {
      return byId.size;
    },
    [Symbol.iterator]: () => byId.values(),
  };
}
