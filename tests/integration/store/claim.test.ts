import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claim, claimed } from '../../../server/workers/claim.ts';
import { waitingHouses } from '../../../server/workers/waiting.ts';
import { createConnection } from '../../../server/store/connections.ts';
import type { Tx } from '../../../server/store/database.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** What is taken from the queue of deliveries, and how much of it is read for that. */

const WAITING = 50_000;
const LIMIT = 512;
const NOW = '2026-11-20T12:00:00.000Z';
let t: TestStore;

beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.cleanup());

interface House {
  readonly id: string;
  /** Connections. */
  readonly mass: readonly string[];
  readonly urgent: string;
}

async function house(name: string): Promise<House> {
  const { internals } = t.store;
  const { id } = await createOrganisation(internals, { name, zone: 'UTC', currency: 'GBP', demo: false });
  const connect = async (system: string) => (await createConnection(internals, { organisationId: id, system, name: system, path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } })).connectionId;
  return { id, mass: [await connect('stripe'), await connect('vsco-workspace')], urgent: await connect('honeybook') };
}

const insert = (id: string, many: number, priority: string, connections: readonly string[]) => sql`
    insert into deliveries (id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, priority)
    select gen_random_uuid(), ${id}::uuid, (${connections}::uuid[])[1 + n % ${connections.length}::bigint], 'stripe', gen_random_uuid()::text, 'x', 'application/json', '{}', repeat('x', 400), ${NOW}::timestamptz, ${priority}
    from generate_series(1, ${many}::bigint) as n order by n
  `.execute(t.store.internals.database.system);

/** So many of a mass by two connections in turns; then, of a third, urgent ones behind something that is not. */
async function fill({ id, mass, urgent }: House, count: number): Promise<void> {
  await insert(id, count, 'bulk', mass);
  await insert(id, 1, 'normal', [urgent]);
  await insert(id, 3, 'urgent', [urgent]);
  await insert(id, 20, 'normal', [urgent]);
}

const inHouse = <T>({ id }: House, work: (tx: Tx) => Promise<T>) => t.store.internals.database.withOrganisation(id, work);

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}
const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

async function explained(db: Parameters<RawBuilder<unknown>['execute']>[0], query: RawBuilder<unknown>): Promise<Node[]> {
  const { rows } = await sql<Record<string, [{ Plan: Node }]>>`explain (analyze, timing off, format json) ${query}`.execute(db);
  const [[only] = []] = Object.values(rows[0] ?? {});
  if (!only) throw new Error('there is no plan');
  return nodes(only.Plan);
}

const planOf = (of: House): Promise<Node[]> => inHouse(of, (tx) => explained(tx, claimed([of.id], { line: LIMIT, ahead: LIMIT / 2, now: NOW })));

const readsOf = (plan: readonly Node[]): Node[] => plan.filter((node) => node['Relation Name'] === 'deliveries' && node['Node Type'].includes('Scan'));
const rowsRead = (reads: readonly Node[]): number => reads.reduce((sum, node) => sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)), 0);

function expectOnePass(plan: readonly Node[], when: string, most: number): void {
  const reads = readsOf(plan);
  const read = rowsRead(reads);
  console.log(`${when}: ${WAITING} waiting, ${LIMIT} taken, ${read} rows of deliveries read by ${[...new Set(reads.map((node) => node['Node Type']))].join(', ')}`);
  for (const { 'Node Type': kind } of reads) expect(kind).toMatch(/^Index (Only )?Scan$/);
  expect(read).toBeLessThan(most);
  for (const sort of plan.filter((node) => node['Node Type'] === 'Sort')) expect(sort['Actual Rows']).toBeLessThan(LIMIT);
}

test('of a deep queue as many rows are read as are taken, with and without statistics', async () => {
  const deep = await house('Deep');
  await fill(deep, WAITING);
  expectOnePass(await planOf(deep), 'as it has grown', LIMIT * 1.1);
  // Who has something to do is asked with every pass, so it must not depend on how much that is.
  const look = async () => {
    const { system } = t.store.internals.database;
    const reads = readsOf(await explained(system, waitingHouses(NOW))).filter((node) => node['Actual Loops'] > 0);
    for (const { 'Node Type': kind } of reads) expect(kind).toMatch(/^Index (Only )?Scan$/);
    expect(rowsRead(reads)).toBeLessThan(12);
    expect((await waitingHouses(NOW).execute(system)).rows).toEqual([{ organisationId: deep.id, priority: 'urgent' }]);
  };
  await look();
  await sql`analyze deliveries`.execute(t.store.internals.database.system);
  await look();
  expectOnePass(await planOf(deep), 'analysed', LIMIT * 1.1);
  const taken = await inHouse(deep, (tx) => claim(tx, [deep.id], 64, NOW));
  expect(taken).toHaveLength(64);
  expect(taken.filter((one) => one.ahead).map((one) => one.connectionId)).toEqual(Array<string>(4).fill(deep.urgent));
  const line = taken.filter((one) => !one.ahead).map((one) => one.arrival).sort((a, b) => a - b);
  expect(line).toEqual(Array.from({ length: 60 }, (_, n) => (line[0] ?? 0) + n));
  // Behind half of the mass: what is taken ahead is looked up once more for its body.
  await insert(deep.id, 1, 'urgent', deep.mass.slice(0, 1));
  expectOnePass(await planOf(deep), 'urgent behind its own', LIMIT * 1.6);
}, 120_000);

test('each part of it alone; what waits for its place keeps its connection in line; what nobody stands before is in its place', async () => {
  const small = await house('Small');
  await fill(small, 100);
  await inHouse(small, async (tx) => {
    const take = async (limit: number, from?: 'line' | 'ahead') => (await claim(tx, [small.id], limit, NOW, from)).map((one) => [one.connectionId === small.urgent, one.ahead]);
    expect(await take(8, 'line')).toEqual(Array(8).fill([false, false]));
    expect(await take(8, 'ahead')).toEqual(Array(4).fill([true, true]));
    // A single place is nobody's to jump into.
    expect(await take(1)).toEqual([[false, false]]);
    expect((await take(6)).filter(([, ahead]) => ahead)).toHaveLength(3);
    await sql`update deliveries set in_line = true where id = (select id from deliveries where connection_id = ${small.urgent} order by arrival limit 1)`.execute(tx);
    expect(await take(8)).toEqual(Array(8).fill([false, false]));
    await sql`update deliveries set in_line = false`.execute(tx);
    await sql`update deliveries set replay_id = id where connection_id = ${small.urgent}`.execute(tx);
    expect(await take(8)).toEqual(Array(8).fill([false, false]));
    await sql`update deliveries set replay_id = null, state = case when connection_id = ${small.urgent} then 'received' else 'processed' end`.execute(tx);
    expect(await take(8)).toEqual(Array(8).fill([true, false]));
  });
});
