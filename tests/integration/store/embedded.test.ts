import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { createIds, systemClock } from '../../../server/ports.ts';
import { migrate, MIGRATIONS } from '../../../server/store/migrations/index.ts';
import { openStore, type StoreOptions } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { collectingLog, preparedDirectory, temporaryDirectory, TEST_MASTER_KEY } from '../../support/store.ts';

const directories: string[] = [];
const open: OpenedStore[] = [];

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  for (const directory of directories.splice(0)) fs.rmSync(directory, { recursive: true, force: true });
});

const optionsFor = (dataDir: string, fields: Partial<StoreOptions> = {}): StoreOptions => ({ dataDir, databaseUrl: null, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: collectingLog(), ...fields });

async function directory(): Promise<string> {
  const made = await preparedDirectory();
  directories.push(made);
  return made;
}

async function opened(options: StoreOptions): Promise<OpenedStore> {
  const result = await openStore(options);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  open.push(result.value);
  return result.value;
}

async function codeOf(options: StoreOptions): Promise<string | null> {
  const result = await openStore(options);
  if (!result.ok) return result.error.code;
  open.push(result.value);
  return null;
}

/** Every file with its size and time of change, to see that nothing was touched. */
function listing(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => `${file} ${fs.statSync(file).size} ${fs.statSync(file).mtimeMs}`)
    .sort();
}

const lockOf = (dataDir: string) => path.join(dataDir, 'wedsync.lock');

test('a new directory is made, private to its owner, and opens again with the same epoch', async () => {
  const parent = temporaryDirectory();
  directories.push(parent);
  const dataDir = path.join(parent, 'new');
  const store = await opened(optionsFor(dataDir));
  expect(fs.statSync(dataDir).mode & 0o077).toBe(0);
  expect(fs.existsSync(path.join(dataDir, 'first-start-unfinished'))).toBe(false);
  const { epoch } = store;
  await store.close();
  expect((await opened(optionsFor(dataDir))).epoch).toBe(epoch);
});

test('every commit is flushed to disk', async () => {
  const store = await opened(optionsFor(await directory()));
  const { database } = store.internals;
  const before = (await database.embeddedStats())?.fsyncs ?? 0;
  for (let n = 0; n < 10; n += 1) await sql`insert into meta (key, value) values (${`k${n}`}, 'v')`.execute(database.system);
  const after = (await database.embeddedStats())?.fsyncs ?? 0;
  expect(after - before).toBeGreaterThanOrEqual(10);
  await sql`select count(*) from meta`.execute(database.system);
  expect((await database.embeddedStats())?.fsyncs).toBe(after);
});

test('a directory in use is refused, also by another process, and free again afterwards', async () => {
  const dataDir = await directory();
  const store = await opened(optionsFor(dataDir));
  expect(await codeOf(optionsFor(dataDir))).toBe('store.locked');
  const script = `
    import { lockDirectory } from ${JSON.stringify(path.resolve('server/store/lock.ts'))};
    const result = lockDirectory(${JSON.stringify(dataDir)});
    process.stdout.write(result.ok ? 'mine' : result.error.code);`;
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout).toBe('store.locked');
  await store.close();
  expect(fs.existsSync(lockOf(dataDir))).toBe(false);
  expect(await codeOf(optionsFor(dataDir))).toBeNull();
});

test('the lock of a process that was killed is void, also when its number is in use again', async () => {
  const dataDir = await directory();
  const store = await opened(optionsFor(dataDir));
  const held = JSON.parse(fs.readFileSync(lockOf(dataDir), 'utf8')) as Record<string, unknown>;
  await store.close();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  fs.writeFileSync(lockOf(dataDir), JSON.stringify({ ...held, pid: dead }));
  await (await opened(optionsFor(dataDir))).close();
  if (process.platform === 'linux') {
    fs.writeFileSync(lockOf(dataDir), JSON.stringify({ ...held, processStartTicks: '1' }));
    await (await opened(optionsFor(dataDir))).close();
  }
  fs.writeFileSync(lockOf(dataDir), 'half a li');
  expect(await codeOf(optionsFor(dataDir))).toBeNull();
});

test.each([
  ['a file of the version is missing', (database: string) => fs.rmSync(path.join(database, 'PG_VERSION'))],
  ['the control file is cut short', (database: string) => fs.truncateSync(path.join(database, 'global/pg_control'), 100)],
  ['the control file is garbage', (database: string) => fs.writeFileSync(path.join(database, 'global/pg_control'), Buffer.alloc(8192, 0x5a))],
  ['it is of another version', (database: string) => fs.writeFileSync(path.join(database, 'PG_VERSION'), '12\n')],
  ['the log is gone', (database: string) => fs.rmSync(path.join(database, 'pg_wal'), { recursive: true })],
  ['it holds something else', (database: string) => { fs.rmSync(database, { recursive: true }); fs.mkdirSync(database); fs.writeFileSync(path.join(database, 'letter.txt'), 'Dear'); }],
])('a corrupt directory is left as it is: %s', async (_name, damage) => {
  const dataDir = await directory();
  const database = path.join(dataDir, 'database');
  damage(database);
  const before = listing(database).filter((line) => !line.includes('postmaster'));
  expect(await codeOf(optionsFor(dataDir))).toBe('store.corrupt');
  expect(listing(database).filter((line) => !line.includes('postmaster'))).toEqual(before);
  expect(fs.existsSync(lockOf(dataDir))).toBe(false);
});

test('a first start that was cut short is begun again', async () => {
  const dataDir = temporaryDirectory();
  directories.push(dataDir);
  fs.mkdirSync(path.join(dataDir, 'database/base'), { recursive: true });
  fs.writeFileSync(path.join(dataDir, 'first-start-unfinished'), '');
  expect(await codeOf(optionsFor(dataDir))).toBeNull();
  expect(fs.existsSync(path.join(dataDir, 'first-start-unfinished'))).toBe(false);
  expect(fs.readdirSync(dataDir).filter((name) => name.startsWith('database-unfinished-'))).toHaveLength(1);
});

const FUTURE = (MIGRATIONS.at(-1)?.version ?? 0) + 1;

test('a schema from a newer program is left alone', async () => {
  const dataDir = await directory();
  const store = await opened(optionsFor(dataDir));
  const { database } = store.internals;
  const late = { version: FUTURE, name: 'from the future', sql: 'create table future (id int)' };
  expect(await migrate(database, [...MIGRATIONS, late])).toEqual({ ok: true, value: { applied: 1 } });
  expect(await migrate(database, [...MIGRATIONS, late])).toEqual({ ok: true, value: { applied: 0 } });
  await store.close();
  expect(await codeOf(optionsFor(dataDir))).toBe('store.newer_version');
  expect(fs.existsSync(lockOf(dataDir))).toBe(false);
});

test('a migration that fails leaves nothing behind', async () => {
  const store = await opened(optionsFor(await directory()));
  const { database } = store.internals;
  const broken = { version: FUTURE, name: 'broken', sql: 'create table half (id int); select 1 / 0;' };
  await expect(migrate(database, [broken])).rejects.toThrow(/division by zero/);
  const left = await sql<{ name: string | null }>`select to_regclass('half')::text as name`.execute(database.system);
  expect(left.rows[0]?.name).toBeNull();
});

test('another master key is refused before anything is done', async () => {
  const dataDir = await directory();
  expect(await codeOf(optionsFor(dataDir, { masterKey: new Uint8Array(32).fill(8) }))).toBe('secrets.unavailable');
  expect(await codeOf(optionsFor(dataDir))).toBeNull();
});

test('waiting work is finished by close, and the database answers no more afterwards', async () => {
  const dataDir = await directory();
  const store = await opened(optionsFor(dataDir));
  const house = await createOrganisation(store.internals, { name: 'House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const written = store.internals.writer.write(house.id, async ({ tx }) => sql`select pg_sleep(0.2)`.execute(tx));
  await store.close();
  await expect(written).resolves.toBeDefined();
  await expect(store.ping()).rejects.toThrow();
});
