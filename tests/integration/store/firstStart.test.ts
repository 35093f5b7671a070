import fs from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { createIds, systemClock } from '../../../server/ports.ts';
import { openEmbedded } from '../../../server/store/database.ts';
import { takeFiles } from '../../../server/store/files.ts';
import { migrate, MIGRATIONS, schemaVersion } from '../../../server/store/migrations/index.ts';
import { openStore } from '../../../server/store/open.ts';
import { layPattern, packPattern } from '../../../server/store/pattern.ts';
import { collectingLog, temporaryDirectory, TEST_MASTER_KEY } from '../../support/store.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = temporaryDirectory();
  folders.push(made);
  return made;
}

const MARKER = 'first-start-unfinished';
/** The schema as a build from a while ago would have put it into its pattern. */
const EARLIER = MIGRATIONS.slice(0, -2);

/** As the build makes it: a new database with a schema, closed. */
async function pattern(): Promise<string> {
  const home = folder();
  const taken = await takeFiles(home);
  if (!taken.ok) throw new Error(taken.error.message);
  const database = openEmbedded(taken.value.pool);
  const migrated = await migrate(database, EARLIER);
  if (!migrated.ok) throw new Error(migrated.error.message);
  await database.close();
  taken.value.lock.release();
  const file = path.join(home, 'pattern.gz');
  fs.writeFileSync(file, packPattern(path.join(home, 'database')));
  return file;
}

const options = (dataDir: string) => ({ dataDir, databaseUrl: null, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: collectingLog() });

async function begunFrom(dataDir: string, file: string) {
  const opened = await openStore(options(dataDir), takeFiles(dataDir, file));
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`);
  return opened.value;
}

test('a first start begins with the pattern, takes the steps it lacks, and each record has an identity of its own', async () => {
  const file = await pattern();
  const [here, there] = [folder(), folder()];
  const first = await begunFrom(here, file);
  expect(await schemaVersion(first.internals.database.system)).toBe(MIGRATIONS.at(-1)?.version);
  expect(fs.existsSync(path.join(here, MARKER))).toBe(false);
  const { epoch } = first;
  // What is recorded from now on is on disk when it is answered, as in any other record.
  const before = (await first.internals.database.embeddedStats())?.fsyncs ?? 0;
  for (let n = 0; n < 3; n += 1) await sql`insert into meta (key, value) values (${`k${n}`}, 'v')`.execute(first.internals.database.system);
  expect(((await first.internals.database.embeddedStats())?.fsyncs ?? 0) - before).toBeGreaterThanOrEqual(3);
  await first.close();

  // A record that is there is never written over: the pattern is for a folder without one.
  const again = await begunFrom(here, file);
  expect(again.epoch).toBe(epoch);
  const kept = await sql<{ value: string }>`select value from meta where key = 'k2'`.execute(again.internals.database.system);
  expect(kept.rows).toEqual([{ value: 'v' }]);
  await again.close();

  const other = await begunFrom(there, file);
  expect(other.epoch).not.toBe(epoch);
  await other.close();
});

test('a pattern that is cut short starts nothing, and the next start begins again', async () => {
  const file = await pattern();
  const whole = fs.readFileSync(file);
  const dataDir = folder();
  fs.writeFileSync(file, whole.subarray(0, whole.byteLength / 2));
  const refused = await openStore(options(dataDir), takeFiles(dataDir, file));
  expect(refused).toMatchObject({ ok: false, error: { code: 'store.corrupt' } });
  expect(fs.existsSync(path.join(dataDir, 'wedsync.lock'))).toBe(false);
  fs.writeFileSync(file, whole);
  const store = await begunFrom(dataDir, file);
  await store.close();
  expect(fs.existsSync(path.join(dataDir, MARKER))).toBe(false);
});

test('what is laid is what was packed, empty folders too', () => {
  const [from, to] = [folder(), path.join(folder(), 'database')];
  fs.mkdirSync(path.join(from, 'base/1/empty'), { recursive: true });
  fs.writeFileSync(path.join(from, 'base/1/12'), Buffer.from([0, 10, 255, 10]));
  fs.writeFileSync(path.join(from, 'nothing'), '');
  fs.writeFileSync(path.join(from, 'postmaster.pid'), '1');
  const file = path.join(folder(), 'pattern.gz');
  fs.writeFileSync(file, packPattern(from));
  layPattern(file, to);
  expect(fs.readdirSync(to, { recursive: true }).map(String).sort()).toEqual(['base', 'base/1', 'base/1/12', 'base/1/empty', 'nothing'].map((name) => path.normalize(name)));
  expect([...fs.readFileSync(path.join(to, 'base/1/12'))]).toEqual([0, 10, 255, 10]);
});
