import type { Migration } from './migration.ts';

export const personalData: Migration = {
  version: 5,
  name: 'erasure, retention and a cut point in the audit chain',
  sql: `
-- Who was erased, when: no personal data, so that a restored backup can be brought to the same state.
create table erasures (
  organisation_id uuid not null references organisations (id),
  contact_id uuid not null,
  erased_at timestamptz not null,
  reason text not null,
  primary key (organisation_id, contact_id)
);
alter table erasures enable row level security;
create policy own_rows on erasures using (organisation_id = current_organisation()) with check (organisation_id = current_organisation());
grant select, insert, update, delete on erasures to wedsync_app;

-- The newest erasure in the log: what a client kept from before it may hold what is forgotten here.
alter table organisations add column erased_seq bigint, add column retention jsonb;

-- Set on an object of a person who was erased; its id is then kept as a hash only.
alter table mappings add column erased_at timestamptz;

-- The body was taken out: because of an erasure, or since it was kept long enough. Its hash stays.
alter table deliveries add column body_hash bytea, add column emptied_at timestamptz;
create index deliveries_kept on deliveries (organisation_id, received_at) where emptied_at is null;

-- Lines up to here were let go; the chain goes on from this hash, and a later line of it says so.
alter table audit_chains add column cut_position bigint not null default 0, add column cut_hash bytea;
`,
};
