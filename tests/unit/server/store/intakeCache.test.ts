import { expect, test } from 'vitest';
import { createIntakeCache } from '../../../../server/store/intakeCache.ts';
import type { IntakeConnection } from '../../../../server/store/store.ts';

const connection = (connectionId: string, paused = false): IntakeConnection => ({ connectionId, organisationId: 'o', system: 'stripe', paused, settings: {}, secrets: {} });

test('what was looked up before a change is not kept after it', () => {
  const cache = createIntakeCache();
  const before = cache.moment();
  cache.forget('c');
  cache.keep('key', connection('c'), before);
  expect(cache.get('key')).toBeUndefined();
  cache.keep('key', connection('c', true), cache.moment());
  expect(cache.get('key')?.paused).toBe(true);
});

test('only the changed connection is forgotten', () => {
  const cache = createIntakeCache();
  for (const id of ['a', 'b']) cache.keep(id, connection(id), cache.moment());
  cache.forget('a');
  expect([cache.get('a'), cache.get('b')?.connectionId]).toEqual([undefined, 'b']);
});

test('nothing is answered from memory while changes cannot be heard, nor what was read in that time afterwards', () => {
  const cache = createIntakeCache();
  cache.keep('key', connection('c'), cache.moment());
  cache.distrust();
  expect(cache.get('key')).toBeUndefined();
  const deaf = cache.moment();
  cache.keep('key', connection('c'), deaf);
  expect(cache.get('key')).toBeUndefined();
  cache.trust();
  cache.keep('key', connection('c'), deaf);
  expect(cache.get('key')).toBeUndefined();
});
