import { createResources, type Resources } from '../../core/domain/conflicts/resources.ts';
import type { Clash, Occupancy, Resource } from '../../core/domain/conflicts/model.ts';
import { levelOf, type ClashQuestion } from '../../core/domain/conflicts/clashes.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const occupancy = (given: Partial<Occupancy> & Pick<Occupancy, 'id'>): Occupancy => ({
  resourceId: 'hall',
  group: null,
  startsAt: 0,
  endsAt: HOUR,
  setUpMs: 0,
  turnaroundMs: 0,
  place: null,
  status: 'definite',
  rank: null,
  holdUntil: null,
  locked: null,
  tags: [],
  units: 1,
  label: given.id,
  ...given,
});

export const resource = (id: string, given: Partial<Resource> = {}): Resource => ({ id, kind: 'room', name: id, places: 1, parts: [], ...given });

export function resourcesOf(...all: Resource[]): Resources {
  const made = createResources(all);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

/**
 * The slow way, by the words of the rule and nothing of the index: two that are not exempt clash on a leaf of both when
 * they overlap, or when what lies between them is shorter than clearing, setting up and the way. For leaves with one place.
 */
export function slowPairs(all: readonly Occupancy[], resources: Resources, question: ClashQuestion): string[] {
  const found = new Set<string>();
  for (const [number, a] of all.entries()) {
    for (const b of all.slice(number + 1)) {
      const shared = resources.leaves(a.resourceId).filter((leaf) => resources.leaves(b.resourceId).includes(leaf));
      if (shared.length === 0 || levelOf(a, b, question) === 'ignore') continue;
      const [first, second] = a.startsAt < b.startsAt || (a.startsAt === b.startsAt && a.endsAt <= b.endsAt) ? [a, b] : [b, a];
      const people = shared.some((leaf) => ['vendor', 'crew'].includes(resources.get(leaf)?.kind ?? ''));
      const way = people && first.place !== null && second.place !== null ? question.travel(first.place, second.place) : 0;
      const needed = first.turnaroundMs + second.setUpMs + way;
      const closed = a.status === 'closed' || b.status === 'closed';
      const overlap = first.endsAt > second.startsAt;
      if (overlap || (!closed && question.rules.gaps !== 'ignore' && second.startsAt - first.endsAt < needed)) found.add([a.id, b.id].sort().join(' '));
    }
  }
  return [...found].sort();
}

export const pairKeys = (clashes: readonly Clash[]): string[] => [...new Set(clashes.map(({ members }) => members.join(' ')))].sort();
