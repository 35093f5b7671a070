import type pg from 'pg';
import { expect, it } from 'vitest';
import { PROJECTIONS } from '../../../../server/store/projections.ts';
import { createNames, prepared } from '../../../../server/store/prepared.ts';

const INSERT = 'insert into things (id, name) select id, name from unnest($1::uuid[], $2::text[]) as t(id, name)';
const READING = [
  'select id from things where id = $1',
  'update things t set name = n.name from unnest($1::uuid[], $2::text[]) as n(id, name) where t.id = n.id',
  `${INSERT} where exists (select from others where others.id = t.id)`,
  `${INSERT} join others on others.id = t.id`,
  'insert into things (id) select id from others',
  'with one as (select 1) insert into things (id) select id from unnest($1::uuid[]) as t(id)',
];

it('names an insert of rows that come with it, always the same', () => {
  const names = createNames();
  expect(names.of(INSERT)).toMatch(/^w\d+$/);
  expect(names.of(INSERT)).toBe(names.of(INSERT));
  expect(names.of(`${INSERT} on conflict (id) do nothing returning id`)).not.toBe(names.of(INSERT));
});

it('names what every collection is written with', () => {
  const names = createNames();
  const given = Object.values(PROJECTIONS).map(({ upsertSql }) => names.of(upsertSql));
  expect(given).not.toContain(null);
  expect(new Set(given).size).toBe(given.length);
});

it.each(READING)('has what reads a table planned each time: %s', (text) => {
  expect(createNames().of(text)).toBeNull();
});

it('has room for so many names only', () => {
  const names = createNames();
  const given = Array.from({ length: 100 }, (_, n) => names.of(INSERT.replace('things', `things_${n}`))).filter((name) => name !== null);
  expect(given).toHaveLength(64);
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

it('sends what has no parameters, and what reads, as it is', async () => {
  const { pool, sent } = poolOf(() => Promise.resolve({ rows: [] }));
  const client = await pool.connect();
  await client.query('begin', []);
  await client.query('select $1', [1]);
  await client.query(INSERT, [[], []]);
  expect(sent).toEqual(['begin', 'select $1', { name: expect.any(String), text: INSERT, values: [[], []] }]);
});

it('rejects as the database does, and prepares anew what it does not know any more', async () => {
  let stale = true;
  const { pool, sent } = poolOf((one) => (typeof one !== 'string' && stale ? Promise.reject(Object.assign(new Error('cached plan must not change result type'), { code: '0A000' })) : Promise.resolve({ rows: [] })));
  const client = await pool.connect();
  await expect(client.query(INSERT, [[], []])).rejects.toMatchObject({ code: '0A000' });
  stale = false;
  await client.query(INSERT, [[], []]);
  const named = sent.flatMap((one) => (typeof one === 'string' ? [] : [one.name]));
  expect(new Set(named).size).toBe(2);
});
