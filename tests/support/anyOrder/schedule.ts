import fc from 'fast-check';
import type { World } from './world.ts';

/** Where a process ends: it does not; before it commits; after it has, with all that it held in its hands forgotten. */
export const ENDS = ['whole', 'before the commit', 'after the commit'] as const;

export type Step =
  | { readonly do: 'deliver'; readonly fact: number; /** Under a key of its own, as from a source that does not number its events. */ readonly anew: boolean }
  | { readonly do: 'batch'; readonly limit: number; readonly ends: (typeof ENDS)[number]; /** What has been read is written by it: all, or only what was read last. */ readonly back: 'all' | 'newest' | 'none' }
  /** What is in hand is read at its source; the answers are not written yet. */
  | { readonly do: 'read' }
  /** The process ends with what it has taken and not read or not written. */
  | { readonly do: 'kill' }
  /** The feed shows its next state and is looked at; `ends`: the page was read and not stored. */
  | { readonly do: 'look'; readonly moves: boolean; readonly ends: boolean };

/** Everything once, in the order in which it happened, worked on at once. */
export function inOrder(world: World): Step[] {
  const facts = world.facts.map((_, fact): Step => ({ do: 'deliver', fact, anew: false }));
  const work: Step[] = [{ do: 'batch', limit: 64, ends: 'whole', back: 'all' }, { do: 'read' }, { do: 'batch', limit: 64, ends: 'whole', back: 'all' }];
  return [...facts.flatMap((step): Step[] => [step, ...work]), ...world.feed.flatMap((): Step[] => [{ do: 'look', moves: true, ends: false }, ...work])];
}

const between: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('batch' as const), limit: fc.integer({ min: 1, max: 12 }), ends: fc.constantFrom(...ENDS), back: fc.constantFrom('all' as const, 'newest' as const, 'none' as const) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'read' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('look' as const), moves: fc.boolean(), ends: fc.boolean() }) },
);

/** The same facts in any order, some of them more than once, with anything going on in between. */
export function schedules(world: World): fc.Arbitrary<Step[]> {
  const all = world.facts.map((_, fact) => fact);
  const twice = fc.tuple(fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }), fc.subarray(all));
  return fc.tuple(twice, fc.array(fc.tuple(fc.nat(2 * all.length), between), { maxLength: 16 }), fc.array(fc.boolean(), { minLength: all.length * 2, maxLength: all.length * 2 })).map(([[order, doubled], steps, anew]) => {
    const again = new Set(doubled);
    const seen = new Set<number>();
    const sent = order.flatMap((fact, place): Step[] => {
      const first = !seen.has(fact);
      seen.add(fact);
      return first || again.has(fact) ? [{ do: 'deliver', fact, anew: !first && anew[place] === true }] : [];
    });
    return [...sent.keys(), sent.length].flatMap((place) => [...steps.filter(([where]) => Math.min(where, sent.length) === place).map(([, step]) => step), ...(sent[place] ? [sent[place]] : [])]);
  });
}
