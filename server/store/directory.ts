import fs from 'node:fs';
import path from 'node:path';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';

/** Major version of the embedded database's files. */
const FILES_VERSION = '18';

export interface PreparedDirectory {
  readonly database: string;
  readonly fresh: boolean;
  /** To be called once the first start has come through: from then on the files hold something of value. */
  settled(): void;
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
    settled() {
      if (!fresh) return;
      syncTree(database);
      fs.rmSync(marker, { force: true });
      syncFile(dataDir);
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

function syncFile(file: string): void {
  try {
    const descriptor = fs.openSync(file, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    // Windows cannot flush a directory or a file opened for reading; there the file system's own journal must do.
    if (process.platform !== 'win32') throw error;
  }
}

/** The files of a new database are written without flushing; make them safe once, before anything is acknowledged. */
function syncTree(directory: string): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) syncTree(full);
    else if (entry.isFile()) syncFile(full);
  }
  syncFile(directory);
}
