import type { Migration } from './migration.ts';

/** A venue's own rules of what clashes, and how long its ways are: one row for each house, with the house's own id. */
export const houseRules: Migration = {
  version: 38,
  name: 'house_rules',
  sql: `
create table house_rules (
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  version bigint not null,
  seq bigint not null,
  updated_at timestamptz not null,
  source jsonb,
  levels jsonb not null,
  travel jsonb not null,
  primary key (organisation_id, id)
);
alter table house_rules enable row level security;
create policy own_rows on house_rules using (organisation_id = any ((select current_organisations())::uuid[])) with check (organisation_id = any ((select current_organisations())::uuid[]));
grant select, insert, update, delete on house_rules to wedsync_app;
`,
};
