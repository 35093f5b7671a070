import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbedded } from '../../server/store/database.ts';
import { takeFiles } from '../../server/store/files.ts';
import { migrate } from '../../server/store/migrations/index.ts';
import { packPattern, PATTERN_FILE } from '../../server/store/pattern.ts';
import { contentHash } from './contentHash.ts';

/** What decides how a new database looks: the steps of its schema, the database itself and how it is started. */
const OF_THE_STORE = ['migrations', 'pattern.ts', 'pgliteWorker.ts', 'embedded.ts', 'files.ts', 'directory.ts'];
const SOURCES = ['package-lock.json', 'scripts/build/pattern.ts', ...OF_THE_STORE.map((file) => `server/store/${file}`)];

async function newDatabase(): Promise<Buffer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wedsync-pattern-'));
  try {
    const files = await takeFiles(folder);
    if (!files.ok) throw new Error(files.error.message);
    const database = openEmbedded(files.value.pool);
    try {
      const migrated = await migrate(database);
      if (!migrated.ok) throw new Error(migrated.error.message);
    } finally {
      await database.close();
      files.value.lock.release();
    }
    return packPattern(path.join(folder, 'database'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the pattern of a new database beside the built server; made anew only when something that decides about it has changed. */
export async function placePattern(root: string, dist: string): Promise<void> {
  const cache = path.join(root, '.cache', 'build');
  const [kept, stamp] = [path.join(cache, PATTERN_FILE), path.join(cache, 'pattern.hash')];
  const hash = contentHash(root, SOURCES);
  if (!existsSync(kept) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    const startedAt = performance.now();
    const pattern = await newDatabase();
    mkdirSync(cache, { recursive: true });
    rmSync(stamp, { force: true });
    writeFileSync(kept, pattern);
    writeFileSync(stamp, hash);
    console.log(`  pattern          made (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  }
  copyFileSync(kept, path.join(dist, 'server', PATTERN_FILE));
}
