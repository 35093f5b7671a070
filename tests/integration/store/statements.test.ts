import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresPoolClient } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBinaryArrays } from '../../../server/store/binaryArrays.ts';
import { startEmbedded, type EmbeddedPool } from '../../../server/store/embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'wedsync-test-statements-'));
let pool: EmbeddedPool;
let client: PostgresPoolClient;
/** Kysely's client type wants the rows named; here they are looked at as they come. */
const ask = async (text: string, params: readonly unknown[] = []) => (await client.query<Record<string, unknown>>(text, params)) as { command: string; rowCount: number; rows: Record<string, unknown>[] };

beforeAll(async () => {
  pool = await startEmbedded(join(folder, 'database'));
  client = await pool.connect();
});
afterAll(async () => {
  client.release();
  await pool.end();
  rmSync(folder, { recursive: true, force: true });
});

test('a statement that comes again gives what it gave, more of them than are kept', async () => {
  for (let round = 0; round < 3; round += 1) {
    for (let n = 0; n < 230; n += 1) expect((await ask(`select $1::bigint + ${n} as sum`, [n])).rows).toEqual([{ sum: 2 * n }]);
  }
});

test('every kind of value comes through as it went in', async () => {
  const arrays = createBinaryArrays();
  for (let round = 0; round < 3; round += 1) {
    arrays.begin();
    const id = '0190a000-0000-7000-8000-0000000000af';
    const at = '2026-11-20T13:05:00.123Z';
    const text = ['plain', null, '"quoted", {braces}, back\\slash', 'é😀', ''];
    const { rows } = await ask(
      'select $1::text[] as texts, ($2::uuid[])[1] as id, ($3::timestamptz[])[1] as at, $4::text[] as plain, $5::jsonb as json, $6::text as nothing, $7::bytea = sha256($8::bytea) as bytes',
      [arrays.text(text), arrays.uuids([id]), arrays.instants([at]), ['a"b', 'c'], JSON.stringify({ a: 1 }), null, Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex'), Buffer.from('abc')],
    );
    expect(rows).toEqual([{ texts: text, id, at, plain: ['a"b', 'c'], json: { a: 1 }, nothing: null, bytes: true }]);
  }
});

test('counts what was changed', async () => {
  await ask('create table counted (id bigint primary key, name text)');
  const insert = await ask('insert into counted select n, $1 from generate_series(1, 5) as n', ['x']);
  expect([insert.command, insert.rowCount]).toEqual(['INSERT', 5]);
  const update = await ask('update counted set name = $1 where id > $2 returning id', ['y', 3]);
  expect([update.command, update.rowCount, update.rows]).toEqual(['UPDATE', 2, [{ id: 4 }, { id: 5 }]]);
  expect((await ask('select id from counted where name = $1', ['nobody'])).rowCount).toBe(0);
});

test('a fault is told with its code, and the next query is answered', async () => {
  for (let round = 0; round < 3; round += 1) {
    await expect(ask('insert into counted values ($1, null)', [1])).rejects.toMatchObject({ code: '23505' });
    await expect(ask('select $1::bigint / 0', [1])).rejects.toMatchObject({ code: '22012' });
    await expect(ask('select nothing_like_it from counted where id = $1', [1])).rejects.toMatchObject({ code: '42703' });
    await expect(ask('select $1::text[]', [createBinaryArrays().text(['a\0b'])])).rejects.toMatchObject({ code: '22021' });
    expect((await ask('select count(*) as n from counted where id > $1', [0])).rows).toEqual([{ n: 5 }]);
  }
});

test('a fault inside a transaction ends only that transaction', async () => {
  await ask('begin');
  await ask('insert into counted values ($1, null)', [6]);
  await expect(ask('insert into counted values ($1, null)', [6])).rejects.toMatchObject({ code: '23505' });
  await expect(ask('select id from counted where id = $1', [1])).rejects.toMatchObject({ code: '25P02' });
  await ask('rollback');
  expect((await ask('select id from counted where id = $1', [6])).rows).toEqual([]);
});

test('tables that have changed are seen as they are', async () => {
  for (let round = 0; round < 3; round += 1) await ask('select * from counted where id = $1', [1]);
  await ask('alter table counted add column more bigint default 7');
  expect((await ask('select * from counted where id = $1', [1])).rows).toEqual([{ id: 1, name: 'x', more: 7 }]);
});
