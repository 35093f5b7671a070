import fs from 'node:fs';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { ok, err, type Result } from '../../core/contract/result.ts';
import { prepareDirectory, whyItFails } from './directory.ts';
import { startEmbedded, type EmbeddedPool } from './embedded.ts';
import { lockDirectory, type DirectoryLock } from './lock.ts';

/** A data directory that is ours, with the embedded database running on it; its schema has not been looked at. */
export interface Files {
  readonly pool: EmbeddedPool;
  readonly lock: DirectoryLock;
  /** To be called once the schema stands; when it has resolved, what was written so far is on disk. Rejects when it cannot be brought there. */
  settled(): Promise<void>;
}

/**
 * Locks the data directory, looks at what is in it and starts the database. Needs little of the program, so that the rest of it
 * is loaded while the database starts (docs/decisions/0019). `pattern`: what a new database begins as; null = it is made from
 * nothing. Never rejects; errors: `store.locked`, `store.corrupt`, `store.disk_full`, `server.start_failed`, as `openStore` has them.
 */
export async function takeFiles(dataDir: string, pattern: string | null = null): Promise<Result<Files, CodedError>> {
  const lock = takeDirectory(dataDir);
  if (!lock.ok) return lock;
  try {
    const prepared = prepareDirectory(dataDir);
    if (!prepared.ok) {
      lock.value.release();
      return prepared;
    }
    const { database, fresh, settled } = prepared.value;
    const pool = await startEmbedded(database, { flushes: !fresh, pattern: fresh ? pattern : null });
    const safe = async () => {
      if (fresh) await pool.flushFromNowOn();
      await settled();
    };
    return ok({ pool, lock: lock.value, settled: safe });
  } catch (error) {
    lock.value.release();
    return err(whyItFails(dataDir, codedError('store.corrupt', `${dataDir}: the database does not start: ${textOf(error)}. Nothing was overwritten.`)));
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function takeDirectory(dataDir: string): Result<DirectoryLock, CodedError> {
  try {
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return lockDirectory(dataDir);
  } catch (error) {
    return err(whyItFails(dataDir, codedError('server.start_failed', `The data directory ${dataDir} cannot be written: ${textOf(error)}`)));
  }
}
