import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
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
  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    return await keyInFile(join(config.dataDir, MASTER_KEY_FILE), `${MASTER_KEY_FILE} in the data folder`);
  } catch (cause) {
    return err(codedError('server.start_failed', `The data folder cannot be used (${whyOf(cause)}): ${config.dataDir}`));
  }
}

const whyOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown');

/** A key in a file of its own, made when there is none. Rejects when the file cannot be used. */
async function keyInFile(path: string, name: string): Promise<Result<Buffer, CodedError>> {
  const made = await create(path);
  if (made) return ok(made);
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
  if (key.byteLength !== 32) return err(codedError('server.start_failed', `${name} is not a key of 32 bytes in base64; restore it from a copy.`));
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    return err(codedError('server.start_failed', `${name} can be read by other users; make it readable by its owner only (chmod 600).`));
  }
  return ok(key);
}

/** The key that is to follow, from a file that a person names. */
export async function readNewKey(path: string): Promise<Result<Buffer, CodedError>> {
  try {
    return await keyInFile(path, path);
  } catch (cause) {
    return err(codedError('server.start_failed', `The file for the new key cannot be used (${whyOf(cause)}): ${path}`));
  }
}

/** Puts a key in place of `master.key`; the former one stays beside it, since older backups need it. @returns its new name. */
export async function replaceMasterKey(dataDir: string, key: Buffer, formerId: string): Promise<string> {
  const path = join(dataDir, MASTER_KEY_FILE);
  const former = `${path}.${formerId}`;
  await copyFile(path, former);
  const next = `${path}.new`;
  await writeFile(next, `${key.toString('base64')}\n`, { mode: 0o600, flush: true });
  await rename(next, path);
  return former;
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
