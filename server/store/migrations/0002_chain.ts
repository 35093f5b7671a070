import type { Migration } from './migration.ts';

export const chain: Migration = {
  version: 2,
  name: 'a chain over the audit log; the record at an instant',
  sql: `
-- Null while the line's minute is open: until then its count may still grow.
alter table audit add column position bigint, add column hash bytea;
create unique index audit_positions on audit (organisation_id, position) nulls not distinct where position is not null;
create index audit_unchained on audit (minute) where position is null;

-- Where each chain ends, so that lines cut off its end are missed. One without organisation is the server's own.
create table audit_chains (
  organisation_id uuid references organisations (id),
  position bigint not null,
  hash bytea not null,
  unique nulls not distinct (organisation_id)
);
alter table audit_chains enable row level security;
create policy own_rows on audit_chains using (organisation_id = current_organisation()) with check (organisation_id = current_organisation());
grant select on audit_chains to wedsync_app;

create index events_by_time on events (organisation_id, recorded_at);
`,
};
