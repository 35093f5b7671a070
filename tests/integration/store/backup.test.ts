import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBackup } from '../../../server/store/backup/read.ts';
import { restoreBackup } from '../../../server/store/backup/restore.ts';
import { hashTable, readTables } from '../../../server/store/backup/tables.ts';
import { writeBackup } from '../../../server/store/backup/write.ts';
import type { Database } from '../../../server/store/database.ts';
import { restoreRecord } from '../../../server/store/maintain.ts';
import { openBase, openStore } from '../../../server/store/open.ts';
import { rebuild } from '../../../server/store/rebuild.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { modeFor } from '../../../server/stream/catchUp.ts';
import { delivery } from '../../support/deliveries.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { aWedding, play, steps } from '../../support/recordFacts.ts';
import { openTestStore, temporaryDirectory, type TestStore } from '../../support/store.ts';

const quiet = () => undefined;
/** A new embedded database takes long on a busy machine. */
const SLOW_MS = 180_000;
const NOW = '2026-11-20T12:00:00.000Z';
const folder = temporaryDirectory();
let t: TestStore;
const removals: (() => unknown)[] = [() => fs.rmSync(folder, { recursive: true, force: true })];

beforeAll(async () => {
  t = await openTestStore();
  await fc.assert(fc.asyncProperty(steps, async (some) => { for (const step of some) await play(t, step); }), { numRuns: 3 });
  for (let n = 0; n < 30; n += 1) await t.store.addDelivery(delivery(t, 'stripe', { n, note: 'line\u2028break\r\nand "quotes"' }));
});
afterAll(async () => {
  await t.cleanup();
  for (const remove of removals) await remove();
});

const db = () => t.store.internals.database;
const newFile = () => path.join(folder, `${randomUUID()}.backup`);
async function backup(): Promise<string> {
  const file = newFile();
  const done = await writeBackup(db(), file, { now: NOW, progress: quiet });
  if (!done.ok) throw new Error(done.error.message);
  return file;
}

/** An empty home of the kind that is tested. */
async function emptyHome(): Promise<{ dataDir: string; databaseUrl: string | null }> {
  const server = process.env['WEDSYNC_TEST_DATABASE_URL'];
  const dataDir = temporaryDirectory();
  removals.push(() => fs.rmSync(dataDir, { recursive: true, force: true }));
  if (!server) return { dataDir, databaseUrl: null };
  const made = await ownDatabase(server);
  removals.push(made.drop);
  return { dataDir, databaseUrl: made.url };
}
const maintenance = (home: { dataDir: string; databaseUrl: string | null }) => ({ home, log: t.log, now: () => Date.parse(NOW), progress: quiet });
const restoreInto = (home: { dataDir: string; databaseUrl: string | null }, file: string, replace = false) => restoreRecord(maintenance(home), file, replace);
const hashes = (database: Database) =>
  database.system.transaction().setIsolationLevel('repeatable read').execute(async (tx) => {
    const found: Record<string, string> = {};
    for (const table of await readTables(tx)) if (table.name !== 'meta') found[table.name] = (await hashTable(tx, table, quiet)).sha256;
    return found;
  });

test('a backup taken under load restores to the same record, under a new epoch, and a server opens it', async () => {
  let stopped = false;
  const load = (async () => {
    for (let n = 0; !stopped; n += 1) await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([aWedding(randomUUID(), `Under load ${n}`)]));
  })();
  const file = await backup().finally(() => (stopped = true));
  await load;
  expect(fs.statSync(file).mode & 0o077).toBe(0);
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  const checked = await checkBackup(file, quiet);
  if (!checked.ok) throw new Error(checked.error.message);
  const log = checked.value.manifest.logs.find((one) => one.organisationId === t.organisation.id);
  expect(log?.lastSeq).toBe(checked.value.manifest.tables.find((one) => one.name === 'events')?.rows);

  const home = await emptyHome();
  const restored = await restoreInto(home, file);
  if (!restored.ok) throw new Error(restored.error.message);
  expect(restored.value.epoch).not.toBe(t.store.epoch);
  const opened = await openStore({ ...t.options, dataDir: home.databaseUrl ? null : home.dataDir, databaseUrl: home.databaseUrl });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  try {
    const stated = Object.fromEntries(checked.value.manifest.tables.filter((one) => one.name !== 'meta').map((one) => [one.name, one.sha256]));
    expect(await hashes(store.internals.database)).toEqual(stated);
    expect(store.epoch).toBe(restored.value.epoch);
    const head = await store.headSeq(t.organisation.id);
    expect(head).toBe(log?.lastSeq);
    expect(modeFor({ epoch: t.store.epoch, seq: head }, store.epoch, head)).toBe('snapshot');
    expect((await verifyRecord(store.internals.database, quiet)).sound).toBe(true);
    // Stored credentials open with the same key; counters go on where they were.
    const { stripe } = t.connections;
    expect((await store.intakeConnection('stripe', stripe.intakeKey))?.secrets).toEqual(stripe.secrets);
    await store.addDelivery(delivery(t, 'stripe', { after: true }));
    const arrivals = await sql<{ distinct: number; all: number }>`select count(distinct arrival) as "distinct", count(*) as "all" from deliveries`.execute(store.internals.database.system);
    expect(arrivals.rows[0]?.distinct).toBe(arrivals.rows[0]?.all);
  } finally {
    await store.close();
  }
  // What stands there now is not overwritten unless told.
  const again = await restoreInto(home, file);
  expect(again.ok ? 'restored' : again.error.code).toBe('backup.target_not_empty');
  expect((await restoreInto(home, file, true)).ok).toBe(true);
}, SLOW_MS);

test('a file that is not a whole backup of ours is refused with its code, and nothing is changed', async () => {
  const file = await backup();
  const whole = fs.readFileSync(file);
  const lines = gunzipSync(whole).toString('utf8');
  const variant = (content: Buffer) => {
    const name = newFile();
    fs.writeFileSync(name, content);
    return name;
  };
  const changed = (from: string | RegExp, to: string) => {
    const text = lines.replace(from, to);
    expect(text).not.toBe(lines);
    return gzipSync(text);
  };
  const flipped = Buffer.from(whole);
  flipped[Math.floor(whole.length / 2)] = (whole[Math.floor(whole.length / 2)] ?? 0) ^ 0xff;
  const cases: [string, Buffer, string][] = [
    ['cut in the middle', whole.subarray(0, whole.length / 2), 'backup.damaged'],
    ['cut by one byte', whole.subarray(0, -1), 'backup.damaged'],
    ['a byte changed', flipped, 'backup.damaged'],
    ['a row changed', changed('Test House', 'Best House'), 'backup.damaged'],
    ['a row taken out', changed(/\n\[[^\n]*/, ''), 'backup.damaged'],
    ['the last line missing', gzipSync(lines.slice(0, lines.lastIndexOf('\n', lines.length - 2) + 1)), 'backup.damaged'],
    ['something after the end', gzipSync(`${lines}{}\n`), 'backup.damaged'],
    ['text', Buffer.from('hello'), 'backup.foreign'],
    ['cut to nothing', Buffer.alloc(0), 'backup.damaged'],
    ['another gzip', gzipSync('{"hello":1}\n'), 'backup.foreign'],
    ['a newer format', changed('"version":1', '"version":2'), 'backup.newer_version'],
    ['a newer schema', changed(/"schema":\d+/, '"schema":9999'), 'backup.newer_version'],
  ];
  const base = await openBase({ ...(await emptyHome()), log: t.log });
  if (!base.ok) throw new Error(base.error.message);
  try {
    for (const [what, content, code] of cases) {
      const name = variant(content);
      const checked = await checkBackup(name, quiet);
      expect(checked.ok ? 'whole' : checked.error.code, what).toBe(code);
      const restored = await restoreBackup(base.value.database, name, { replace: true, progress: quiet });
      expect(restored.ok ? 'restored' : restored.error.code, what).toBe(code);
    }
    expect(await base.value.database.system.transaction().execute(readTables)).toEqual([]);
  } finally {
    await base.value.database.close();
    base.value.lock?.release();
  }
  const absent = await checkBackup(path.join(folder, 'absent'), quiet);
  expect(absent.ok ? 'whole' : absent.error.code).toBe('backup.file_unusable');
  const present = await writeBackup(db(), file, { now: NOW, progress: quiet });
  expect(present.ok ? 'written' : present.error.code).toBe('backup.file_exists');
  expect(fs.readFileSync(file).equals(whole)).toBe(true);
  const nowhere = await writeBackup(db(), path.join(folder, 'no', 'folder'), { now: NOW, progress: quiet });
  expect(nowhere.ok ? 'written' : nowhere.error.code).toBe('backup.file_unusable');
}, SLOW_MS);

test('a backup is not restored under a running server', async () => {
  const file = await backup();
  const dataDir = t.options.dataDir ?? temporaryDirectory();
  const restored = await restoreInto({ dataDir, databaseUrl: t.options.databaseUrl }, file, true);
  expect(restored.ok ? 'restored' : restored.error.code).toBe('store.locked');
});

test('whatever happened, the log played anew gives the projections', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (some) => {
      for (const step of some) await play(t, step);
      const found = await db().system.transaction().setIsolationLevel('repeatable read').execute((tx) => rebuild(tx, { apply: false, progress: quiet }));
      expect(found).toMatchObject({ differing: 0, differences: [] });
    }),
    { numRuns: 5 },
  );
});

test('rows that differ from the log are named, and put right only when told', async () => {
  const weddings = (await t.store.snapshot(t.organisation.id)).rows.weddings;
  const [changed, gone] = weddings;
  if (!changed || !gone) throw new Error('too few weddings');
  const extra = randomUUID();
  const { system } = db();
  await sql`update weddings set title = 'Something else', guest_count = 1000000 where id = ${changed.id}`.execute(system);
  await sql`insert into weddings select organisation_id, ${extra}::uuid, version, seq, updated_at, source, title, date, zone, starts_at, ends_at, room, status, guest_count from weddings where id = ${gone.id}`.execute(system);
  await sql`delete from weddings where id = ${gone.id}`.execute(system);
  const run = (apply: boolean) => system.transaction().setIsolationLevel('repeatable read').execute((tx) => rebuild(tx, { apply, progress: quiet }));
  const found = await run(false);
  expect(found.differing).toBe(3);
  const base = { collection: 'weddings', organisationId: t.organisation.id };
  expect(found.differences).toEqual(
    expect.arrayContaining([
      { ...base, id: changed.id, kind: 'different', fields: expect.arrayContaining(['title', 'guest_count']) as string[] },
      { ...base, id: gone.id, kind: 'missing', fields: [] },
      { ...base, id: extra, kind: 'surplus', fields: [] },
    ]),
  );
  expect((await verifyRecord(db(), quiet)).sound).toBe(false);
  expect((await run(true)).differing).toBe(3);
  expect((await run(false)).differing).toBe(0);
  expect((await t.store.snapshot(t.organisation.id)).rows.weddings).toEqual(weddings);
});

test('an event taken out of the log is missed at its position', async () => {
  const { system } = db();
  const kept = await system.deleteFrom('events').where('seq', '=', 7).where('organisationId', '=', t.organisation.id).returningAll().executeTakeFirstOrThrow();
  const lastSeq = await t.store.headSeq(t.organisation.id);
  expect((await verifyRecord(db(), quiet)).logBreaks).toEqual([{ organisationId: t.organisation.id, seq: 7, lastSeq }]);
  const asJson = (value: unknown) => (value === null ? null : JSON.stringify(value));
  await system.insertInto('events').values({ ...kept, actor: asJson(kept.actor), source: asJson(kept.source), before: asJson(kept.before), row: asJson(kept.row) }).execute();
  expect((await verifyRecord(db(), quiet)).sound).toBe(true);
});
