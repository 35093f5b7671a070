import { expect, test } from 'vitest';
import { createPace } from '../../../../server/workers/lookPace.ts';

const waits = (looks: number, news: boolean) => {
  const pace = createPace();
  return Array.from({ length: looks }, () => pace.goesOn('c', news));
};

test('a list that is only long is read on at once, up to two hundred pages, then five pages a minute', () => {
  const long = waits(50, true);
  expect(long.slice(0, 40).every((wait) => wait === 0)).toBe(true);
  expect(new Set(long.slice(40))).toEqual(new Set([60_000]));
});

test('one that brings nothing new is asked less and less', () => {
  expect(waits(14, false)).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
  expect(Math.max(...waits(5_000, false))).toBe(300_000);
});

test('news, an end and another connection begin anew', () => {
  const pace = createPace();
  for (let n = 0; n < 6; n += 1) pace.goesOn('c', false);
  expect(pace.goesOn('d', false)).toBe(0);
  expect(pace.goesOn('c', true)).toBe(0);
  for (let n = 0; n < 6; n += 1) pace.goesOn('c', false);
  pace.ended('c');
  expect(pace.goesOn('c', false)).toBe(0);
});
