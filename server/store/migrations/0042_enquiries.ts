import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = ['enquiry_pages', 'enquiry_addresses', 'enquiries'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** The page on which couples ask for a day: what the house says of it, its addresses, and what came of each asking, by ids only. */
export const enquiryPage: Migration = {
  version: 42,
  name: 'the page on which couples ask for a day',
  sql: `
create table enquiry_pages (
  organisation_id uuid primary key references organisations (id),
  settings jsonb not null,
  version bigint not null,
  changed_at timestamptz not null,
  changed_by uuid not null
);
-- An address is public, so it is kept as it is; one that was replaced stays, to be told from one that never was.
create table enquiry_addresses (
  organisation_id uuid not null references organisations (id),
  token text not null primary key,
  made_at timestamptz not null,
  replaced_at timestamptz
);
create unique index enquiry_addresses_one on enquiry_addresses (organisation_id) where replaced_at is null;
-- id = as the form named itself. allocation_id null = nothing is held for it.
create table enquiries (
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  asked_at timestamptz not null,
  room_id uuid not null,
  date date not null,
  wedding_id uuid not null,
  allocation_id uuid,
  rank bigint,
  hold_until timestamptz,
  primary key (organisation_id, id)
);
create index enquiries_by_time on enquiries (organisation_id, asked_at);
${policies}
`,
};
