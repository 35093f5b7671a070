import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIntervals } from '../../../../core/domain/conflicts/intervals.ts';
import { occupancy } from '../../../support/conflicts.ts';

const stretch = fc.record({ id: fc.integer({ min: 0, max: 1_500 }).map((n) => `o${n}`), startsAt: fc.integer({ min: 0, max: 5_000 }), length: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 40 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 5_000 }) }) });
const step = fc.oneof({ weight: 4, arbitrary: stretch.map((one) => ({ kind: 'add' as const, one })) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_500 }).map((n) => ({ kind: 'remove' as const, id: `o${n}` })) });

describe('the stretches of one resource', () => {
  it('answers as a plain list does after any additions, replacements and removals', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 1_400, size: 'max' }), fc.array(step, { maxLength: 1_400, size: 'max' }), fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 60 }), (first, steps, from, length, reach) => {
        const make = ({ id, startsAt, length: long }: { id: string; startsAt: number; length: number }) => occupancy({ id, startsAt, endsAt: startsAt + long });
        const plain = new Map(first.map((one) => [one.id, make(one)]));
        const intervals = createIntervals(first.map(make));
        for (const one of steps) {
          if (one.kind === 'add') {
            plain.set(one.one.id, make(one.one));
            intervals.add(make(one.one));
          } else expect(intervals.remove(one.id)).toBe(plain.delete(one.id));
        }
        const to = from + length;
        const expected = [...plain.values()].filter(({ startsAt, endsAt }) => startsAt - reach < to && endsAt + reach > from).sort((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1));
        expect(intervals.within(from, to, reach).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        expect(intervals.size).toBe(plain.size);
        expect([...intervals].map(({ id }) => id).sort()).toEqual([...plain.keys()].sort());
      }),
      { numRuns: 25 },
    );
  });

  it('leaves the end of a stretch free', () => {
    const intervals = createIntervals([occupancy({ id: 'a', startsAt: 10, endsAt: 20 })]);
    expect(intervals.within(20, 30)).toEqual([]);
    expect(intervals.within(0, 10)).toEqual([]);
    expect(intervals.within(19, 20).map(({ id }) => id)).toEqual(['a']);
  });
});
