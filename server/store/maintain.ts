import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Log } from '../../core/ports/ports.ts';
import { createAudit } from './audit.ts';
import { checkBackup } from './backup/read.ts';
import { newEpoch, restoreBackup, type Restored } from './backup/restore.ts';
import { writeBackup, type BackedUp } from './backup/write.ts';
import type { Progress } from './backup/format.ts';
import type { Database } from './database.ts';
import { MIGRATIONS, schemaVersion } from './migrations/index.ts';
import { openBase, type Base } from './open.ts';
import { claimAlone } from './peers.ts';
import { rebuild, type Rebuilt } from './rebuild.ts';
import { verifyRecord, type Verified } from './verify.ts';

/** Where a record lives: a data folder (embedded) or, when given, a PostgreSQL. */
export interface Home {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}

export interface Maintenance {
  readonly home: Home;
  readonly log: Log;
  readonly now: () => number;
  readonly progress: Progress;
}

/** Opens what is there, hands it over and closes it again. `store.locked` when a server runs on the folder. */
async function withDatabase<T>({ home, log }: Maintenance, work: (base: Base) => Promise<Result<T, CodedError>>): Promise<Result<T, CodedError>> {
  const base = await openBase({ ...home, log });
  if (!base.ok) return base;
  try {
    return await work(base.value);
  } finally {
    await base.value.database.close();
    base.value.lock?.release();
  }
}

/** The same, for a record that must be there already; an empty folder is not made into one. */
export async function withRecord<T>(options: Maintenance, work: (database: Database) => Promise<Result<T, CodedError>>): Promise<Result<T, CodedError>> {
  const { databaseUrl, dataDir } = options.home;
  if (databaseUrl === null && !existsSync(join(dataDir, 'database'))) return err(codedError('backup.no_record', `There is no record in ${dataDir}.`));
  return withDatabase(options, async ({ database }) => {
    const version = await schemaVersion(database.system);
    const known = MIGRATIONS.at(-1)?.version ?? 0;
    if (version === 0) return err(codedError('backup.no_record', 'There is no record in this database.'));
    if (version > known) return err(codedError('store.newer_version', `The database is at schema version ${version}; this program knows ${known}. Install a newer version.`));
    return work(database);
  });
}

/** What follows reads or writes tables as this program knows them. */
export function current(version: number): CodedError | null {
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  return version === known ? null : codedError('backup.older_schema', `The database is at schema version ${version}, this program at ${known}. Start the server once, which brings it up to date.`);
}

export const backupRecord = (options: Maintenance, file: string): Promise<Result<BackedUp, CodedError>> =>
  withRecord(options, (database) => writeBackup(database, file, { now: new Date(options.now()).toISOString(), progress: options.progress }));

/** Reads the whole file before it opens the home, so that a bad file leaves not even an empty folder. */
export async function restoreRecord(options: Maintenance, file: string, replace: boolean): Promise<Result<Restored, CodedError>> {
  const checked = await checkBackup(file, options.progress);
  if (!checked.ok) return checked;
  return withDatabase(options, async ({ database, settled }) => {
    const restored = await restoreBackup(database, file, { replace, progress: options.progress });
    if (restored.ok) await settled();
    return restored;
  });
}

export const checkRecord = (options: Maintenance): Promise<Result<Verified, CodedError>> =>
  withRecord(options, async (database) => {
    const old = current(await schemaVersion(database.system));
    return old ? err(old) : ok(await verifyRecord(database, options.progress));
  });

/** The one thing about accounts that no request can do. It leaves its line in the server's own audit chain. */
export const markPlatformAdmin = (options: Maintenance, email: string, platformAdmin: boolean): Promise<Result<null, CodedError>> =>
  withRecord(options, async (database) => {
    const old = current(await schemaVersion(database.system));
    if (old) return err(old);
    const at = new Date(options.now()).toISOString();
    const marked = await database.system.updateTable('accounts').set({ platformAdmin, updatedAt: at }).where('email', '=', email).returning('id').executeTakeFirst();
    if (!marked) return err(codedError('request.not_found', `There is no account ${email}.`));
    const trail = createAudit({ database, clock: { now: options.now }, log: options.log });
    trail.add({ organisationId: null, at, action: platformAdmin ? 'account.platform_admin' : 'account.platform_admin_revoked', actor: 'command line', subject: marked.id, outcome: 'ok' });
    await trail.close();
    return ok(null);
  });

/** `apply` needs the database alone, and voids every client's position when it changed something: they may hold what was wrong. */
export const rebuildRecord = (options: Maintenance, apply: boolean): Promise<Result<Rebuilt, CodedError>> =>
  withRecord(options, async (database) => {
    const old = current(await schemaVersion(database.system));
    if (old) return err(old);
    return database.system
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        if (apply && !(await claimAlone(tx))) return err(codedError('store.locked', 'A server is using this database. Stop every server first.', true));
        const rebuilt = await rebuild(tx, { apply, progress: options.progress });
        if (apply && rebuilt.differing > 0) await newEpoch(tx);
        return ok(rebuilt);
      });
  });

export { checkBackup };
