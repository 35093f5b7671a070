import { sql } from 'kysely';
import { everyTable } from '../../server/store/backup/tables.ts';
import type { OpenedStore } from '../../server/store/internals.ts';

/** Every table of the database as text, row by row, for finding what should not be in it. */
export async function dump(store: OpenedStore): Promise<string> {
  await store.internals.flushAudit();
  return store.internals.database.system.transaction().execute(async (tx) => {
    const parts: string[] = [];
    for (const { name } of await everyTable(tx)) {
      const { rows } = await sql<{ line: string }>`select r::text as line from ${sql.table(name)} as r`.execute(tx);
      parts.push(...rows.map((row) => `${name}: ${row.line}`));
    }
    return parts.join('\n');
  });
}
