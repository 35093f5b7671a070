import type { Migration } from './migration.ts';

/** What the workers write for many organisations in one transaction. */
const TOGETHER = ['deliveries', 'events', 'mappings', 'connection_access', 'weddings', 'contacts', 'bookings', 'payments', 'run_sheet_items', 'alerts', 'review_items', 'connections'];

// In a subquery, so that it is worked out once for a statement and not for each row.
const among = (column: string) => `${column} = any ((select current_organisations())::uuid[])`;
const policy = (table: string, column: string) => `alter policy own_rows on ${table} using (${among(column)}) with check (${among(column)});`;

/** A transaction may be about several organisations, named in the same setting; every other table knows one or none. */
export const together: Migration = {
  version: 7,
  name: 'several organisations in one transaction',
  sql: `
create function current_organisations() returns uuid[] language sql stable
  as $$ select string_to_array(nullif(current_setting('app.organisation_id', true), ''), ',')::uuid[] $$;
${policy('organisations', 'id')}
${TOGETHER.map((table) => policy(table, 'organisation_id')).join('\n')}
`,
};
