import type { Migration } from './migration.ts';

/** As with deliveries (version 10): one key in place of two says the same and more, and its check reads one row where two were read. */
export const mappingKeys: Migration = {
  version: 28,
  name: 'the keys of mappings',
  sql: `
alter table mappings
  drop constraint mappings_organisation_id_fkey,
  drop constraint mappings_connection_id_fkey,
  add constraint mappings_connection_fkey foreign key (connection_id, organisation_id) references connection_access (id, organisation_id);
`,
};
