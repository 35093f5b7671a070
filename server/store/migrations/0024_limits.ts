import type { Migration } from './migration.ts';

/** What the licence, the law or a contract sets, and conflicts with it; holds are found by when they end. */
export const limits: Migration = {
  version: 24,
  name: 'limits',
  sql: `
create table limits (
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  version bigint not null,
  seq bigint not null,
  updated_at timestamptz not null,
  source jsonb,
  name text not null,
  rule jsonb not null,
  resource_ids jsonb,
  tags jsonb,
  overridable_by jsonb not null,
  state text not null,
  primary key (organisation_id, id)
);
alter table limits enable row level security;
create policy own_rows on limits using (organisation_id = any ((select current_organisations())::uuid[])) with check (organisation_id = any ((select current_organisations())::uuid[]));
grant select, insert, update, delete on limits to wedsync_app;

alter table conflicts add column limit_id uuid;

create index allocations_by_hold on allocations (hold_until) where status = 'hold' and hold_until is not null;
`,
};
