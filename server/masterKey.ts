import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codedError, type CodedError } from '../core/contract/errors.ts';
import { err, ok, type Result } from '../core/contract/result.ts';
import type { Config } from './config.ts';

export const MASTER_KEY_FILE = 'master.key';

/**
 * The 32 bytes that open the stored credentials: from the configuration, else from `master.key` in the data folder,
 * which is made (readable by its owner only) when there is none. A file that is not a key is never overwritten.
 */
export async function readMasterKey(config: Pick<Config, 'masterKey' | 'dataDir'>): Promise<Result<Buffer, CodedError>> {
  if (config.masterKey !== null) return ok(Buffer.from(config.masterKey, 'base64'));
  const path = join(config.dataDir, MASTER_KEY_FILE);
  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    const made = await create(path);
    if (made) return ok(made);
    const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
    if (key.byteLength !== 32) return err(codedError('server.start_failed', `${MASTER_KEY_FILE} in the data folder is not a key of 32 bytes in base64; restore it from a copy.`));
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      return err(codedError('server.start_failed', `${MASTER_KEY_FILE} in the data folder can be read by other users; make it readable by its owner only (chmod 600).`));
    }
    return ok(key);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    return err(codedError('server.start_failed', `The data folder cannot be used (${why}): ${config.dataDir}`));
  }
}

/** Null when the file is there already. */
async function create(path: string): Promise<Buffer | null> {
  const key = randomBytes(32);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${key.toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return key;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return null;
    throw cause;
  }
}
