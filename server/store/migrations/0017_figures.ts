import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';

/** What each connection has done, counted by the hour and by the day. */
export const figures: Migration = {
  version: 17,
  name: 'figures of connections',
  sql: `
-- "counts" = by the names of core/domain/figures/counts.ts; "fault" = the last thing that went wrong in that time. At most 8 x 24
-- rows by the hour and 32 by the day of each connection; they go with it.
create table connection_figures (
  organisation_id uuid not null references organisations (id),
  connection_id uuid not null references connection_access (id) on delete cascade,
  grain text not null check (grain in ('hour', 'day')),
  starts_at timestamptz not null,
  counts jsonb not null,
  fault_at timestamptz,
  fault jsonb,
  primary key (organisation_id, connection_id, grain, starts_at)
);
create index connection_figures_by_age on connection_figures (starts_at);
alter table connection_figures enable row level security;
create policy own_rows on connection_figures using (${among}) with check (${among});
grant select, insert, update, delete on connection_figures to wedsync_app;
`,
};
