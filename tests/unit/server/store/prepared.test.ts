import type pg from 'pg';
import { expect, it } from 'vitest';
import { createNames, prepared } from '../../../../server/store/prepared.ts';

const often = (ask: () => unknown): unknown[] => Array.from({ length: 10 }, ask);

it('names a text once it has come often, and always the same', () => {
  const names = createNames();
  const given = often(() => names.of('select $1'));
  expect(given[0]).toBeNull();
  expect(given.at(-1)).toMatch(/^w\d+$/);
  expect(new Set(given.filter((name) => name !== null)).size).toBe(1);
});

it('gives another name after the first one has become stale', () => {
  const names = createNames();
  const first = often(() => names.of('select $1')).at(-1);
  names.forget('select $1');
  const second = often(() => names.of('select $1')).at(-1);
  expect(second).not.toBeNull();
  expect(second).not.toBe(first);
});

it('has room for so many names only, and for a text that comes rarely none', () => {
  const names = createNames();
  const given = Array.from({ length: 200 }, (_, n) => often(() => names.of(`select ${n}, $1`)).at(-1)).filter((name) => name !== null);
  expect(given).toHaveLength(64);
  expect(Array.from({ length: 5 }, () => names.of('once in a while'))).toEqual([null, null, null, null, null]);
});

type Sent = string | { readonly name: string; readonly text: string };

function poolOf(answer: (sent: Sent) => Promise<unknown>) {
  const sent: Sent[] = [];
  const query = (text: Sent) => {
    sent.push(text);
    return answer(text);
  };
  const client = { query, release: () => undefined };
  const pool = { connect: () => Promise.resolve(client), end: () => Promise.resolve() } as unknown as pg.Pool;
  return { pool: prepared(pool), sent };
}

it('sends what has no parameters, and what came seldom, as it is', async () => {
  const { pool, sent } = poolOf(() => Promise.resolve({ rows: [] }));
  const client = await pool.connect();
  for (const _ of often(() => null)) await client.query('begin', []);
  await client.query('select $1', [1]);
  expect(sent.every((one) => typeof one === 'string')).toBe(true);
});

it('rejects as the database does, and prepares anew what it does not know any more', async () => {
  let stale = true;
  const { pool, sent } = poolOf((one) => (typeof one !== 'string' && stale ? Promise.reject(Object.assign(new Error('cached plan must not change result type'), { code: '0A000' })) : Promise.resolve({ rows: [] })));
  const client = await pool.connect();
  const failures: unknown[] = [];
  for (const _ of Array.from({ length: 8 })) await client.query('select $1', [1]).catch((error: unknown) => failures.push(error));
  expect(failures).toEqual([expect.objectContaining({ code: '0A000' })]);
  stale = false;
  for (const _ of Array.from({ length: 8 })) await client.query('select $1', [1]);
  const named = sent.flatMap((one) => (typeof one === 'string' ? [] : [one.name]));
  expect(named).toHaveLength(2);
  expect(new Set(named).size).toBe(2);
});
