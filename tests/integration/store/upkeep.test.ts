import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createUpkeep } from '../../../server/store/upkeep.ts';
import { collectingLog, openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What changed rows leave behind is freed where the database does not do it by itself. */

const MINUTE = 60_000;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let log: ReturnType<typeof collectingLog>;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  log = collectingLog();
  t = await openTestStore({ clock, alone: true });
});
afterEach(() => t.cleanup());

const upkeepOf = () => createUpkeep({ database: t.store.internals.database, clock, log });

/** So many that were worked on, as the line leaves them. */
async function work(many: number): Promise<void> {
  const { system } = t.store.internals.database;
  await sql`
    insert into deliveries (id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, priority)
    select gen_random_uuid(), ${t.organisation.id}::uuid, ${t.connections.stripe.connectionId}::uuid, 'stripe', gen_random_uuid()::text, 'x', 'application/json', '{}', 'x', '2026-11-20T12:00:00Z', 'normal'
    from generate_series(1, ${many}::bigint)
  `.execute(system);
  await sql`update deliveries set state = 'processed' where state = 'received'`.execute(system);
}

/** Rows of deliveries that nobody sees any more; the database counts them about once a second. */
async function left(): Promise<number> {
  const { system } = t.store.internals.database;
  await sql`select pg_stat_force_next_flush()`.execute(system);
  const { rows } = await sql<{ dead: number }>`select n_dead_tup::int as dead from pg_stat_user_tables where relname = 'deliveries'`.execute(system);
  return rows[0]?.dead ?? 0;
}

test('in a quiet moment, and not before it is worth it', async () => {
  const upkeep = upkeepOf();
  await work(1_000);
  clock.advance(2 * MINUTE);
  upkeep.look(true);
  await upkeep.idle();
  await expect.poll(left).toBe(1_000);
  await work(1_500);
  await expect.poll(left).toBe(2_500);
  upkeep.look(true);
  await upkeep.idle();
  // Looked at a moment ago.
  expect(await left()).toBe(2_500);
  clock.advance(2 * MINUTE);
  upkeep.look(true);
  await upkeep.idle();
  await expect.poll(left).toBe(0);
  expect(log.lines).toEqual([]);
});

test('of a house that is never quiet, after a while all the same', async () => {
  const upkeep = upkeepOf();
  await work(3_000);
  await expect.poll(left).toBe(3_000);
  clock.advance(10 * MINUTE);
  upkeep.look(false);
  await upkeep.idle();
  expect(await left()).toBe(3_000);
  clock.advance(10 * MINUTE);
  upkeep.look(false);
  await upkeep.idle();
  await expect.poll(left).toBe(0);
});

test('PostgreSQL is left to its own', async () => {
  const { database } = t.store.internals;
  const asked: string[] = [];
  const other = { ...database, kind: 'postgresql' as const, get system(): never { asked.push('asked'); throw new Error('asked'); } };
  const upkeep = createUpkeep({ database: other, clock, log });
  clock.advance(60 * MINUTE);
  upkeep.look(true);
  upkeep.look(false);
  await upkeep.idle();
  expect(asked).toEqual([]);
});
