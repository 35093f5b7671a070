import { codedError, type CodedError } from '../core/contract/errors.ts';
import { err, ok, type Result } from '../core/contract/result.ts';
import type { Config } from './config.ts';
import { readMasterKey } from './masterKey.ts';
import { whyNotTheseRoles } from './roles.ts';
import { takeFiles, type Files } from './store/files.ts';
import { builtPattern } from './store/pattern.ts';

/** What a server needs before its parts can be put together. */
export interface Begun {
  /** 32 bytes. */
  readonly masterKey: Uint8Array;
  /** The data directory, locked, and its database on the way; null on PostgreSQL. Whoever has these opens the store on them. */
  readonly files: Promise<Result<Files, CodedError>> | null;
}

/** The master key, once the settings go together. Errors: `server.role_needs_database`, `server.start_failed`. */
export async function readKey(config: Config): Promise<Result<Uint8Array, CodedError>> {
  const unfit = whyNotTheseRoles(config);
  if (unfit) return err(unfit);
  if (config.mailInPort !== null && config.mailInDomain === null) {
    return err(codedError('server.start_failed', 'WEDSYNC_MAIL_IN_PORT needs WEDSYNC_MAIL_IN_DOMAIN.'));
  }
  return readMasterKey(config);
}

/** Says no where it can, and has the embedded database start in its own thread, while the rest of the program is yet to be loaded. */
export async function begin(config: Config): Promise<Result<Begun, CodedError>> {
  const masterKey = await readKey(config);
  if (!masterKey.ok) return masterKey;
  return ok({ masterKey: masterKey.value, files: config.databaseUrl === null ? takeFiles(config.dataDir, builtPattern()) : null });
}
