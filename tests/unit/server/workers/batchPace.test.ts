import { expect, test } from 'vitest';
import { createBatchPace } from '../../../../server/workers/batchPace.ts';

test('full batches that go quickly grow up to a limit; what is not full says nothing', () => {
  const pace = createBatchPace();
  const first = pace.size();
  pace.went(first, first - 1, 10);
  expect(pace.size()).toBe(first);
  pace.went(first, first, 10);
  expect(pace.size()).toBe(2 * first);
  for (let n = 0; n < 20; n += 1) pace.went(pace.size(), pace.size(), 10);
  expect(pace.size()).toBe(512);
});

test('a batch that was kept short by somebody else does not make the next one larger', () => {
  const pace = createBatchPace();
  const first = pace.size();
  pace.went(8, 8, 1);
  expect(pace.size()).toBe(first);
});

test('a batch that holds the record for too long halves the next, down to what it began with', () => {
  const pace = createBatchPace();
  const first = pace.size();
  for (let n = 0; n < 3; n += 1) pace.went(pace.size(), pace.size(), 10);
  expect(pace.size()).toBe(8 * first);
  pace.went(pace.size(), pace.size(), 10_000);
  expect(pace.size()).toBe(4 * first);
  for (let n = 0; n < 20; n += 1) pace.went(pace.size(), pace.size(), 10_000);
  expect(pace.size()).toBe(first);
});

test('passes keep a distance; one that took longer is followed at once', () => {
  const { rest } = createBatchPace();
  expect(rest(0)).toBeGreaterThan(0);
  expect(rest(rest(0))).toBe(0);
  expect(rest(60_000)).toBe(0);
  // A clock that steps back does not make it longer.
  expect(rest(-60_000)).toBe(rest(0));
});
