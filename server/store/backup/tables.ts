import { CompiledQuery, sql } from 'kysely';
import type { Tx } from '../database.ts';
import { lineHash, type Progress } from './format.ts';

/** Tables are read from the catalogue, so that one added by a later migration cannot be forgotten. */
export interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Columns whose next value the database counts itself. */
  readonly counted: readonly string[];
  /** Primary key, or every column where there is none. */
  readonly key: readonly string[];
}

/** Says which steps have been taken; a restored database has taken its own. */
const NOT_RECORD = ['schema_versions'];
/** Over before anybody restores them: who is signed in, and what was asked for a moment ago. */
const PASSING = ['sessions', 'verifications', 'pairing_codes', 'request_limits', 'failed_attempts', 'managing_calls', 'idempotency_keys', 'desks', 'desk_turns'];
/** Rows read at a time, fewer where they are large: a delivery may have three megabytes. */
const READ_ROWS = { first: 8, most: 64, characters: 2 * 1024 * 1024 };
const WRITE_BYTES = 1024 * 1024;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Every table whose rows are worth keeping, those that are referred to before those that refer to them. */
export const readTables = async (tx: Tx): Promise<Table[]> => (await everyTable(tx)).filter(({ name }) => !PASSING.includes(name));

/** Every table of ours that is there. */
export async function everyTable(tx: Tx): Promise<Table[]> {
  const columns = await sql<{ table: string; name: string; type: string; counted: boolean; keyPart: number | null }>`
    select c.relname::text as "table", a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
      (a.attidentity <> '' or pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null) as counted,
      array_position(i.indkey::int2[], a.attnum) as key_part
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind = 'r' order by c.relname::text collate "C", a.attnum
  `.execute(tx);
  const links = await sql<{ from: string; to: string }>`
    select distinct f.relname::text as "from", t.relname::text as "to" from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    join pg_namespace n on n.oid = f.relnamespace and n.nspname = 'public' where k.contype = 'f' and f.oid <> t.oid
  `.execute(tx);
  const byName = new Map<string, (typeof columns.rows)[number][]>();
  for (const row of columns.rows) if (!NOT_RECORD.includes(row.table)) byName.set(row.table, [...(byName.get(row.table) ?? []), row]);

  const order: Table[] = [];
  const placed = new Set<string>();
  while (placed.size < byName.size) {
    const next = [...byName].find(([name]) => !placed.has(name) && links.rows.every((link) => link.from !== name || placed.has(link.to) || !byName.has(link.to)));
    if (!next) throw new Error('tables refer to each other in a circle');
    const [name, parts] = next;
    placed.add(name);
    const key = parts.filter((part) => part.keyPart !== null).sort((a, b) => (a.keyPart ?? 0) - (b.keyPart ?? 0));
    const ordering = key.length > 0 ? key : parts;
    order.push({ name, columns: parts.map((part) => ({ name: part.name, type: part.type })), counted: parts.filter((part) => part.counted).map((part) => part.name), key: ordering.map((part) => part.name) });
  }
  return order;
}

/** Rows as the lines of a backup, in an order that is the same in every database, some at a time. */
export async function* readLines(tx: Tx, table: Table): AsyncGenerator<readonly string[]> {
  const values = table.columns.map(({ name }) => `${quoted(name)}::text`).join(', ');
  // Databases sort text in their own ways; "C" is one that all share.
  const order = table.key.map((name) => (/^(text|character|varchar|citext|name)/.test(table.columns.find((column) => column.name === name)?.type ?? '') ? `${quoted(name)} collate "C"` : quoted(name)));
  await sql.raw(`declare backup_rows no scroll cursor for select jsonb_build_array(${values})::text as line from public.${quoted(table.name)} order by ${order.join(', ')}`).execute(tx);
  for (let take = READ_ROWS.first; ; ) {
    const { rows } = await sql.raw<{ line: string }>(`fetch ${take} from backup_rows`).execute(tx);
    if (rows.length > 0) yield rows.map((row) => row.line);
    if (rows.length < take) break;
    const characters = rows.reduce((sum, row) => sum + row.line.length, 0);
    take = Math.max(1, Math.min(READ_ROWS.most, Math.floor((take * READ_ROWS.characters) / characters)));
  }
  await sql.raw('close backup_rows').execute(tx);
}

/** What the table holds now, as a backup would state it. */
export async function hashTable(tx: Tx, table: Table, progress: Progress): Promise<{ rows: number; sha256: string }> {
  const hash = lineHash();
  for await (const lines of readLines(tx, table)) {
    lines.forEach(hash.add);
    progress(table.name, hash.rows);
  }
  return { rows: hash.rows, sha256: hash.digest() };
}

/** Puts lines of a backup into a table, in batches. `finish` writes the last ones and moves the counters on. */
export function lineWriter(tx: Tx, table: Table): { add(line: string): Promise<void>; finish(): Promise<void> } {
  const names = table.columns.map(({ name }) => quoted(name)).join(', ');
  const values = table.columns.map(({ type }, at) => `(r.line->>${at})::${type}`).join(', ');
  const insert = `insert into public.${quoted(table.name)} (${names}) overriding system value select ${values} from jsonb_array_elements($1::jsonb) as r(line)`;
  let waiting: string[] = [];
  let bytes = 0;
  const flush = async () => {
    if (waiting.length === 0) return;
    const batch = `[${waiting.join(',')}]`;
    waiting = [];
    bytes = 0;
    await tx.executeQuery(CompiledQuery.raw(insert, [batch]));
  };
  return {
    async add(line) {
      waiting.push(line);
      bytes += line.length;
      if (waiting.length >= 500 || bytes >= WRITE_BYTES) await flush();
    },
    async finish() {
      await flush();
      for (const column of table.counted) {
        const name = quoted(table.name);
        await sql.raw(`select setval(pg_get_serial_sequence('public.${name}', '${column.replaceAll("'", "''")}'), (select max(${quoted(column)}) from public.${name})) where exists (select from public.${name})`).execute(tx);
      }
    },
  };
}
