import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { z } from 'zod';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Actor } from '../../core/contract/events.ts';
import { EraseReason } from '../../core/contract/personalData.ts';
import { Id, Instant } from '../../core/contract/primitives.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import { APP_ROLE, type Database, type Tx } from '../store/database.ts';
import { current, withRecord, type Maintenance } from '../store/maintain.ts';
import { schemaVersion } from '../store/migrations/index.ts';
import { claimAlone } from '../store/peers.ts';
import { record } from '../store/record.ts';
import { eraseContact } from './eraseContact.ts';

/** Erasures apart from the record, so that an older backup can be brought to the same state. Ids and times only. */

const FORMAT = 'wedsync-erasures';
const Erasure = z.object({ organisationId: Id, contactId: Id, erasedAt: Instant, reason: EraseReason });
const List = z.object({ format: z.literal(FORMAT), version: z.literal(1), erasures: z.array(Erasure) });
export type Erasure = z.infer<typeof Erasure>;

const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

async function ready(database: Database): Promise<CodedError | null> {
  return current(await schemaVersion(database.system));
}

/** Writes every erasure to a new file. Errors: those of the record, `backup.file_exists`, `backup.file_unusable`. */
export const listErasures = (options: Maintenance, file: string): Promise<Result<{ count: number }, CodedError>> =>
  withRecord(options, async (database) => {
    const old = await ready(database);
    if (old) return err(old);
    const erasures = await database.system.selectFrom('erasures').select(['organisationId', 'contactId', 'erasedAt', 'reason']).orderBy('erasedAt').orderBy('contactId').execute();
    try {
      await writeFile(file, `${JSON.stringify({ format: FORMAT, version: 1, erasures }, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      return err(code === 'EEXIST' ? codedError('backup.file_exists', `${file} exists already.`) : codedError('backup.file_unusable', `${file} cannot be written (${code}).`));
    }
    return ok({ count: erasures.length });
  });

export interface Applied {
  readonly erased: number;
  /** Erased in this record already. */
  readonly already: number;
  /** Not in this record: they came later than what was restored. */
  readonly unknown: number;
}

/** Errors: `backup.foreign`, `backup.file_unusable`. */
export async function readErasures(file: string): Promise<Result<readonly Erasure[], CodedError>> {
  try {
    const parsed = List.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? ok(parsed.data.erasures) : err(codedError('backup.foreign', `${file} is no list of erasures.`));
  } catch (error) {
    return error instanceof SyntaxError
      ? err(codedError('backup.foreign', `${file} is no list of erasures.`))
      : err(codedError('backup.file_unusable', `${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}).`));
  }
}

/** Erases again whoever the list names, all or nobody. Needs the database alone. */
export async function applyErasures(options: Maintenance, file: string, ids: Ids): Promise<Result<Applied, CodedError>> {
  const list = await readErasures(file);
  if (!list.ok) return list;
  const clock: Clock = { now: options.now };
  return withRecord(options, async (database) => {
    const old = await ready(database);
    if (old) return err(old);
    return database.system.transaction().execute(async (tx) => {
      if (!(await claimAlone(tx))) return err(codedError('store.locked', 'A server is using this database. Stop every server first.', true));
      const applied = { erased: 0, already: 0, unknown: 0 };
      for (const erasure of list.value) applied[await again(tx, erasure, clock, ids)] += 1;
      return ok(applied);
    });
  });
}

async function again(tx: Tx, { organisationId, contactId, erasedAt, reason }: Erasure, clock: Clock, ids: Ids): Promise<keyof Applied> {
  await sql`select set_config('role', ${APP_ROLE}, true), set_config('app.organisation_id', ${organisationId}, true)`.execute(tx);
  await sql`select 1 from organisations where id = ${organisationId} for no key update`.execute(tx);
  const done = await eraseContact({ tx, organisationId, contactId, reason, actor: SYSTEM, now: erasedAt, evenLastOwner: true, record: (drafts) => record(tx, organisationId, drafts, { clock, ids }) });
  if (done.ok) return 'erased';
  return done.error === 'already' ? 'already' : 'unknown';
}
