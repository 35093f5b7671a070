import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rhythmOf, roughly, SHORTEST_MS, SIGNS_NEEDED, SPAN_NEEDED_MS, TIMES_LONGEST, TOGETHER_MS } from '../../../../core/domain/intake/silence.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-06-01T00:00:00.000Z');
/** Instants that lie so far apart. */
const after = (gaps: readonly number[]): number[] => gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? START) + gap], [START]);
const gap = fc.integer({ min: TOGETHER_MS, max: 30 * 24 * HOUR_MS });
const long = fc.array(gap, { minLength: SIGNS_NEEDED, maxLength: 120 }).filter((gaps) => gaps.reduce((sum, one) => sum + one, 0) >= SPAN_NEEDED_MS);

describe('how long a source is usually silent', () => {
  it('says nothing on few data, however they lie', () => {
    fc.assert(fc.property(fc.array(gap, { maxLength: SIGNS_NEEDED - 2 }), fc.nat(), (gaps, longestMs) => rhythmOf(after(gaps), longestMs) === null));
    // Many within a short time are few data too: nobody knows its week yet.
    fc.assert(fc.property(fc.integer({ min: 2, max: 400 }), (count) => rhythmOf(after(Array.from({ length: count }, () => (SPAN_NEEDED_MS - 1) / count)), 0) === null));
  });

  it('never warns of a silence as long as one that was, nor of one of a day', () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 0, max: 400 * 24 * HOUR_MS }), (gaps, longestMs) => {
        const rhythm = rhythmOf(after(gaps), longestMs);
        if (rhythm === null) throw new Error('enough is known');
        expect(rhythm.silentAfterMs).toBeGreaterThanOrEqual(Math.max(SHORTEST_MS, TIMES_LONGEST * Math.max(...gaps, longestMs)));
        expect(rhythm.usualMs).toBeGreaterThanOrEqual(Math.min(...gaps));
        expect(rhythm.usualMs).toBeLessThanOrEqual(Math.max(...gaps));
      }),
    );
  });

  it('takes what comes together as one, and does not mind the order', () => {
    fc.assert(
      fc.property(long, fc.array(fc.integer({ min: 1, max: TOGETHER_MS - 1 }), { maxLength: 3 }), (gaps, bursts) => {
        const wide = gaps.map((one) => one + TOGETHER_MS * 4);
        const alone = after(wide);
        const many = alone.flatMap((at) => bursts.reduce<number[]>((all, more) => [...all, (all.at(-1) ?? at) + more], [at]));
        expect(rhythmOf([...many].reverse(), 0)).toEqual(rhythmOf(alone, 0));
      }),
    );
  });

  it('hardly ever warns of sources that come by chance, and finds those that stop', () => {
    let state = 7;
    const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    let warned = 0;
    let looked = 0;
    for (let source = 0; source < 200; source += 1) {
      // Every four hours or so, with nothing to go by.
      const heard = after(Array.from({ length: 300 }, () => Math.max(TOGETHER_MS, -Math.log(1 - random()) * 4 * HOUR_MS)));
      for (let n = 150; n < heard.length - 1; n += 1) {
        const rhythm = rhythmOf(heard.slice(Math.max(0, n - 400), n + 1), 0);
        looked += 1;
        if (rhythm && (heard[n + 1] ?? 0) - (heard[n] ?? 0) > rhythm.silentAfterMs) warned += 1;
      }
      // One that stops for good is told within a week.
      expect(rhythmOf(heard, 0)?.silentAfterMs).toBeLessThan(7 * 24 * HOUR_MS);
    }
    expect(looked).toBeGreaterThan(20_000);
    expect(warned / looked).toBeLessThan(1 / 5_000);
  });

  it('learns that a source rests over the winter', () => {
    const summer = after(Array.from({ length: 60 }, () => 6 * HOUR_MS));
    const winterMs = 150 * 24 * HOUR_MS;
    expect(rhythmOf(summer, 0)?.silentAfterMs).toBe(SHORTEST_MS);
    expect(rhythmOf(summer, winterMs)?.silentAfterMs).toBe(TIMES_LONGEST * winterMs);
  });

  it('says it as people do', () => {
    expect([2 * HOUR_MS, 72 * HOUR_MS, 25 * 60_000, 36 * HOUR_MS, 30 * HOUR_MS, 1].map(roughly)).toEqual(['2 h', '3 days', '25 min', '2 days', '30 h', '1 min']);
  });
});
