import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { sql } from 'kysely';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { Database } from '../database.ts';
import { MIGRATIONS, schemaVersion } from '../migrations/index.ts';
import { FORMAT, FORMAT_VERSION, lineHash, type Header, type Manifest, type Progress } from './format.ts';
import { readLines, readTables } from './tables.ts';

export interface BackedUp {
  readonly header: Header;
  readonly manifest: Manifest;
  /** Size of the file. */
  readonly bytes: number;
}

const reasonOf = (error: unknown) => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown');

/**
 * Writes the whole record at one point in time to a new file, which appears under its name only when it is complete and
 * on disk. Others may go on writing to a PostgreSQL meanwhile. Memory stays flat.
 * Errors: `backup.file_exists`, `backup.file_unusable`, `backup.no_record`, `store.newer_version`.
 */
export async function writeBackup(database: Database, file: string, options: { readonly now: string; readonly progress: Progress }): Promise<Result<BackedUp, CodedError>> {
  const version = await schemaVersion(database.system);
  if (version === 0) return err(codedError('backup.no_record', 'There is no record in this database.'));
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (version > known) return err(codedError('store.newer_version', `The database is at schema version ${version}; this program knows ${known}.`));
  if (await exists(file)) return err(codedError('backup.file_exists', `${file} exists already.`));

  const part = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`);
  let handle;
  try {
    // What is in a record is private.
    handle = await open(part, 'wx', 0o600);
  } catch (error) {
    return err(codedError('backup.file_unusable', `${part} cannot be written (${reasonOf(error)}).`));
  }
  const gzip = createGzip({ level: 6 });
  let broken: unknown = null;
  const written = handle.writeFile(gzip).catch((error: unknown) => {
    broken = error;
    throw error;
  });
  // Heard where it is waited for; until then it must not count as unhandled.
  written.catch(() => undefined);
  const all = lineHash();
  const say = async (lines: readonly string[]) => {
    lines.forEach(all.add);
    if (!gzip.write(`${lines.join('\n')}\n`)) await Promise.race([once(gzip, 'drain'), written]);
  };

  try {
    const content = await database.system.transaction().setIsolationLevel('repeatable read').execute(async (tx) => {
      const meta = await sql<{ value: string }>`select value from meta where key = 'epoch'`.execute(tx);
      const header: Header = { format: FORMAT, version: FORMAT_VERSION, schema: await schemaVersion(tx), takenAt: options.now, epoch: meta.rows[0]?.value ?? '' };
      await say([JSON.stringify(header)]);
      const tables: Manifest['tables'] = [];
      for (const table of await readTables(tx)) {
        await say([JSON.stringify({ table: table.name, columns: table.columns })]);
        const hash = lineHash();
        for await (const lines of readLines(tx, table)) {
          lines.forEach(hash.add);
          await say(lines);
          options.progress(table.name, hash.rows);
        }
        const foot = { rows: hash.rows, sha256: hash.digest() };
        await say([JSON.stringify({ endOf: table.name, ...foot })]);
        tables.push({ name: table.name, ...foot });
      }
      const logs = await sql<{ organisationId: string; lastSeq: number }>`select id as organisation_id, last_seq from organisations order by id`.execute(tx);
      return { header, tables, logs: logs.rows };
    });
    const manifest: Manifest = { tables: content.tables, logs: content.logs, sha256: all.digest() };
    gzip.end(`${JSON.stringify(manifest)}\n`);
    await written;
    await handle.sync();
    const { size } = await handle.stat();
    await handle.close();
    await rename(part, file);
    await syncFolder(path.dirname(file));
    return ok({ header: content.header, manifest, bytes: size });
  } catch (error) {
    gzip.destroy();
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    if (broken !== null && error === broken) return err(codedError('backup.file_unusable', `${file} cannot be written (${reasonOf(broken)}).`));
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The new name is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
