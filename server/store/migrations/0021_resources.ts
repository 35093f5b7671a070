import type { Migration } from './migration.ts';

/** Columns that every row of the record has, as in the first migration. */
const ROW_BASE = `
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  version bigint not null,
  seq bigint not null,
  updated_at timestamptz not null,
  source jsonb,`;

const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = ['resources', 'allocations', 'conflicts'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** Whose time is taken, by what, and what cannot both be. */
export const resources: Migration = {
  version: 21,
  name: 'resources, allocations and conflicts',
  sql: `
create table resources (${ROW_BASE}
  kind text not null,
  name text not null,
  keys jsonb not null,
  places bigint not null,
  part_ids jsonb not null,
  set_up_minutes bigint not null,
  turnaround_minutes bigint not null,
  state text not null,
  primary key (organisation_id, id)
);
create index resources_by_key on resources using gin (keys);
-- Those that are made of others: few, and all of them are needed to know what shares a part with what.
create index resources_with_parts on resources (organisation_id) where part_ids <> '[]'::jsonb;

create table allocations (${ROW_BASE}
  wedding_id uuid,
  booking_id uuid,
  resource_id uuid not null,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status text not null,
  rank bigint,
  hold_until timestamptz,
  locked_because text,
  tags jsonb not null,
  units bigint not null,
  set_up_minutes bigint,
  turnaround_minutes bigint,
  primary key (organisation_id, id)
);
create index allocations_by_resource on allocations (organisation_id, resource_id, ends_at);

create table conflicts (${ROW_BASE}
  wedding_id uuid,
  kind text not null,
  level text not null,
  resource_ids jsonb not null,
  members jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  missing_ms bigint not null,
  missing_units bigint not null,
  raised_at timestamptz not null,
  state text not null,
  settled_at timestamptz,
  settled_by text,
  settled_because text,
  primary key (organisation_id, id)
);
create index conflicts_by_member on conflicts using gin (members jsonb_path_ops) where state <> 'resolved';

alter table weddings add column room_id uuid;
alter table bookings add column vendor_id uuid;
create index weddings_by_room on weddings (organisation_id, room_id, ends_at) where room_id is not null;
create index bookings_by_vendor on bookings (organisation_id, vendor_id, ends_at) where vendor_id is not null and starts_at is not null;
${policies}
`,
};
