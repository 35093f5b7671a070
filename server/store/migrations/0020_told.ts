import type { Migration } from './migration.ts';

/** What each object's source has told, field by field, so that facts may come in any order. */
export const told: Migration = {
  version: 20,
  name: 'told field by field',
  sql: `
-- By version the fields that were last told with it, and since when nothing older counts ("core/domain/record/told.ts"); null = from
-- before this was kept, or told without versions.
alter table mappings add column told jsonb;
`,
};
