import fs from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';

/** Major version of the embedded database's files. */
const FILES_VERSION = '18';

export interface PreparedDirectory {
  readonly database: string;
  readonly fresh: boolean;
  /** To be called once the first start has come through: from then on the files hold something of value. */
  settled(): Promise<void>;
}

/**
 * Looks at `<dataDir>/database` before the database does. Files that are not a whole database are never touched
 * (`store.corrupt`), with one exception: a first start that was cut short, known by its marker, is begun again. Its
 * files are moved aside, not deleted: should the marker ever be wrong, nothing is lost.
 */
export function prepareDirectory(dataDir: string): Result<PreparedDirectory, CodedError> {
  const database = path.join(dataDir, 'database');
  const marker = path.join(dataDir, 'first-start-unfinished');
  if (fs.existsSync(marker) && fs.existsSync(database)) fs.renameSync(database, `${database}-unfinished-${Date.now()}`);
  const fresh = !fs.existsSync(database) || fs.readdirSync(database).length === 0;
  if (fresh) {
    fs.writeFileSync(marker, 'The first start on this directory has not finished; the next one begins it again.\n');
  } else {
    const why = whatIsMissing(database);
    if (why) return err(codedError('store.corrupt', `${database} is not a whole database: ${why}. Nothing was changed. Restore it from a backup, or choose another data directory.`));
  }
  return ok({
    database,
    fresh,
    async settled() {
      if (!fresh) return;
      await syncTree(database);
      fs.rmSync(marker, { force: true });
      await syncFolder(dataDir);
    },
  });
}

/** Bytes without which the database cannot start: a piece of its log is 16 MiB, and recovery may need a second one. */
const ROOM_TO_START = 32 * 1024 * 1024;

/** Why nothing could be written or started in `dataDir`; a full disk must not be taken for broken files. */
export function whyItFails(dataDir: string, otherwise: CodedError): CodedError {
  try {
    const { bavail, bsize } = fs.statfsSync(dataDir);
    if (bavail * bsize >= ROOM_TO_START) return otherwise;
  } catch {
    // A folder that cannot even be looked at has another trouble than its disk's size.
    return otherwise;
  }
  return codedError('store.disk_full', `The disk under ${dataDir} is full. Nothing was overwritten; the record opens again once there is room. (${otherwise.message})`, true);
}

function whatIsMissing(database: string): string | null {
  try {
    const version = fs.readFileSync(path.join(database, 'PG_VERSION'), 'utf8').trim();
    if (version !== FILES_VERSION) return `its files are of version ${version}, expected ${FILES_VERSION}`;
    const control = fs.statSync(path.join(database, 'global', 'pg_control'));
    if (control.size < 8192) return 'global/pg_control is cut short';
    for (const part of ['base', 'pg_wal', 'pg_xact']) if (!fs.statSync(path.join(database, part)).isDirectory()) return `${part} is not a directory`;
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `${path.relative(database, (error as NodeJS.ErrnoException).path ?? '')} is missing` : String(error);
  }
}

/** Both for files and for folders; what must be written is opened for writing, since Windows flushes nothing else. */
async function sync(file: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await sync(folder, 'r');
  } catch (error) {
    // Windows cannot flush a folder; there the file system's own journal must do.
    if (process.platform !== 'win32') throw error;
  }
}

/** Files that are flushed at the same time: the disk's journal takes several in one write. */
const AT_ONCE = 16;

/** The files of a new database are written without flushing; make them safe once, before anything is acknowledged. */
async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const left = entries.filter((entry) => entry.isFile() || entry.isDirectory());
  const turns = async () => {
    for (let entry = left.pop(); entry; entry = left.pop()) {
      const full = path.join(entry.parentPath, entry.name);
      await (entry.isFile() ? sync(full, 'r+') : syncFolder(full));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turns));
  await syncFolder(directory);
}
