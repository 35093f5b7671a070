import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { Database, Tx } from '../database.ts';
import { MIGRATIONS, schemaVersion, takeSteps } from '../migrations/index.ts';
import { claimAlone } from '../peers.ts';
import { BackupFault, type Header, type Manifest, type Progress, type TableHead } from './format.ts';
import { readBackup } from './read.ts';
import { everyTable, hashTable, lineWriter, readTables, type Table } from './tables.ts';

export interface Restored {
  readonly header: Header;
  readonly manifest: Manifest;
  /** The restored log's own; every client's position is void under it. */
  readonly epoch: string;
}

const refused = (code: CodedError['code'], message: string, retryable = false) => new Refused(codedError(code, message, retryable));
class Refused extends Error {
  readonly coded: CodedError;
  constructor(coded: CodedError) {
    super(coded.message);
    this.coded = coded;
  }
}

/**
 * Makes the database what the backup says, in one transaction: an older schema is made first and brought up to date at
 * the end. Every table is read back and hashed before the commit. What stood there is dropped, but only with `replace`.
 * Ask `checkBackup` first: it refuses a bad file before this database is even opened.
 * Errors: the `backup.` codes, `store.locked` (a server uses the database). In every error case nothing is changed.
 */
export async function restoreBackup(database: Database, file: string, options: { readonly replace: boolean; readonly progress: Progress }): Promise<Result<Restored, CodedError>> {
  try {
    return ok(await database.system.transaction().execute((tx) => restoreIn(tx, file, options)));
  } catch (error) {
    if (error instanceof Refused) return err(error.coded);
    if (error instanceof BackupFault) return err(codedError(error.code, error.message));
    throw error;
  }
}

async function restoreIn(tx: Tx, file: string, { replace, progress }: { readonly replace: boolean; readonly progress: Progress }): Promise<Restored> {
  if (!(await claimAlone(tx))) throw refused('store.locked', 'A server is using this database. Stop every server first.', true);
  await makeRoom(tx, replace);
  let header: Header | null = null;
  let tables: Table[] = [];
  let table: Table | null = null;
  let writer: ReturnType<typeof lineWriter> | null = null;
  let rows = 0;
  for await (const part of readBackup(file)) {
    switch (part.kind) {
      case 'header': {
        header = part.header;
        const { schema } = header;
        await takeSteps(tx, MIGRATIONS.filter((migration) => migration.version <= schema));
        tables = await readTables(tx);
        break;
      }
      case 'table':
        table = sameTable(tables, part.head);
        writer = lineWriter(tx, table);
        rows = 0;
        break;
      case 'row':
        await writer?.add(part.line);
        rows += 1;
        if (table && rows % 1000 === 0) progress(table.name, rows);
        break;
      case 'end of table':
        await writer?.finish();
        break;
      case 'manifest': {
        if (!header) break;
        if (part.manifest.tables.length !== tables.length) throw new BackupFault('backup.foreign', 'The backup does not hold the tables of this record.');
        await compare(tx, tables, part.manifest, progress);
        const { schema } = header;
        await takeSteps(tx, MIGRATIONS.filter((migration) => migration.version > schema));
        const epoch = await newEpoch(tx);
        return { header, manifest: part.manifest, epoch };
      }
    }
  }
  throw new BackupFault('backup.damaged', 'The backup is damaged: its end is missing.');
}

/** Another log from now on: every client that held a position takes a snapshot. */
export async function newEpoch(tx: Tx): Promise<string> {
  const epoch = randomUUID();
  await sql`insert into meta (key, value) values ('epoch', ${epoch}) on conflict (key) do update set value = excluded.value`.execute(tx);
  return epoch;
}

async function makeRoom(tx: Tx, replace: boolean): Promise<void> {
  const present = await everyTable(tx);
  if ((await schemaVersion(tx)) === 0) {
    // Not ours to drop, whatever was asked for.
    if (present.length > 0) throw refused('backup.target_not_empty', 'The database holds tables that are not those of a WedSync record; nothing is restored there.');
    return;
  }
  if (!replace) {
    for (const { name } of present.filter((one) => one.name !== 'meta')) {
      const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx);
      if (rows.length > 0) throw refused('backup.target_not_empty', 'There is a record already; --replace drops it.');
    }
  }
  const names = [...present.map((one) => one.name), 'schema_versions'];
  await sql`drop table ${sql.join(names.map((name) => sql.table(name)))} cascade`.execute(tx);
  const routines = await sql<{ signature: string }>`
    select p.oid::regprocedure::text as signature from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'public'
    where not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  `.execute(tx);
  for (const { signature } of routines.rows) await sql.raw(`drop routine ${signature} cascade`).execute(tx);
}

function sameTable(tables: readonly Table[], head: TableHead): Table {
  const table = tables.find((one) => one.name === head.table);
  if (!table || JSON.stringify(table.columns) !== JSON.stringify(head.columns)) {
    throw new BackupFault('backup.foreign', `The backup's table ${head.table} is not one of this record.`);
  }
  return table;
}

async function compare(tx: Tx, tables: readonly Table[], manifest: Manifest, progress: Progress): Promise<void> {
  for (const table of tables) {
    const stated = manifest.tables.find((one) => one.name === table.name);
    const found = await hashTable(tx, table, progress);
    if (!stated || stated.rows !== found.rows || stated.sha256 !== found.sha256) {
      throw new BackupFault('backup.damaged', `The restored ${table.name} would not be what was backed up.`);
    }
  }
}
