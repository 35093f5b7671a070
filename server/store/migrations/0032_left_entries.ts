import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';

/**
 * What we wrote into calendars of connections that were removed since. It stands there still: where the same calendar is connected again
 * it is known as ours, and followed again where its row is to stand there. base = what stood on both sides last.
 */
export const leftEntries: Migration = {
  version: 32,
  name: 'entries of ours that were left behind',
  sql: `
create table left_entries (
  organisation_id uuid not null references organisations (id),
  push_id uuid not null,
  system text not null,
  calendar_ref text not null,
  subject jsonb not null,
  remote_id text,
  base jsonb,
  left_at timestamptz not null,
  primary key (organisation_id, push_id)
);
create index left_entries_by_subject on left_entries (organisation_id, (subject->>'id'));
alter table left_entries enable row level security;
create policy own_rows on left_entries using (${among}) with check (${among});
grant select, insert, update, delete on left_entries to wedsync_app;
`,
};
