import { expect, test } from 'vitest';
import { recentDeliveries } from '../../../../server/intake/recent.ts';

test('the newest are known, each once, and the oldest are let go one by one', () => {
  const recent = recentDeliveries(3);
  for (const n of [1, 2, 3]) recent.keep('c', `k${n}`, `d${n}`);
  // Known already: it takes no second place, and its neighbour stays.
  recent.keep('c', 'k3', 'd3');
  expect(['k1', 'k2', 'k3'].map((key) => recent.get('c', key))).toEqual(['d1', 'd2', 'd3']);
  for (const n of [4, 5, 6, 7]) recent.keep('c', `k${n}`, `d${n}`);
  expect(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'].map((key) => recent.get('c', key))).toEqual([undefined, undefined, undefined, undefined, 'd5', 'd6', 'd7']);
  expect(recent.get('another', 'k7')).toBeUndefined();
});
