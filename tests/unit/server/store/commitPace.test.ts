import { expect, test } from 'vitest';
import { restBeforeCommit } from '../../../../server/store/commitPace.ts';

test('what comes alone waits for nothing', () => {
  expect(restBeforeCommit(1_000, 1)).toBe(0);
  expect(restBeforeCommit(8, 1)).toBe(0);
});

test('what comes right after a commit waits for company, never longer than the distance between two', () => {
  const rest = restBeforeCommit(2, 1);
  expect(rest).toBeGreaterThan(0);
  expect(restBeforeCommit(0, 1)).toBeGreaterThan(rest);
  // A clock that was set back is no reason to wait longer.
  expect(restBeforeCommit(-60_000, 1)).toBe(restBeforeCommit(0, 1));
});

test('many are company enough', () => {
  expect(restBeforeCommit(0, 47)).toBeGreaterThan(0);
  expect(restBeforeCommit(0, 48)).toBe(0);
});
