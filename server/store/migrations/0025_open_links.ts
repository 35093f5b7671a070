import type { Migration } from './migration.ts';

/** What waits for something that a fact has named and nobody has told of yet; the rule is in "core/domain/record/openLinks.ts". */
export const openLinks: Migration = {
  version: 25,
  name: 'open links',
  sql: `
-- "local_id" is the row that waits, "field" what the link fills in it; without a "collection" it is the delivery that is parked for
-- want of what it names, and "field" is empty. "target_id": what is named is here, as this row, and is of no wedding yet.
create table open_links (
  organisation_id uuid not null references organisations (id),
  local_id uuid not null,
  field text not null check (field in ('', 'contactId', 'bookingId', 'weddingId')),
  connection_id uuid not null references connection_access (id),
  remote_type text not null,
  remote_id text not null,
  collection text check ((collection is null) = (field = '')),
  target_id uuid,
  created_at timestamptz not null,
  primary key (organisation_id, local_id, field, remote_type, remote_id)
);
create index open_links_by_name on open_links (organisation_id, connection_id, remote_type, remote_id);
create index open_links_by_target on open_links (organisation_id, target_id) where target_id is not null;
alter table open_links enable row level security;
create policy own_rows on open_links using (organisation_id = any ((select current_organisations())::uuid[])) with check (organisation_id = any ((select current_organisations())::uuid[]));
grant select, insert, update, delete on open_links to wedsync_app;
`,
};
