import type { Migration } from './migration.ts';

/** Columns that every row of the record has (core/contract/record.ts, `rowBase`). */
const ROW_BASE = `
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  version bigint not null,
  seq bigint not null,
  updated_at timestamptz not null,
  source jsonb,`;

/** Tables whose rows belong to one organisation each. */
const OWNED = [
  'devices', 'tickets', 'connection_access', 'deliveries', 'audit', 'events', 'mappings', 'commands',
  'weddings', 'contacts', 'bookings', 'payments', 'run_sheet_items', 'alerts', 'review_items', 'connections',
];

const policies = OWNED.map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (organisation_id = current_organisation()) with check (organisation_id = current_organisation());
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

export const record: Migration = {
  version: 1,
  name: 'the record',
  sql: `
do $$ begin
  if not exists (select from pg_roles where rolname = 'wedsync_app') then
    create role wedsync_app nologin;
  end if;
exception when duplicate_object or unique_violation then null; -- another database of the same cluster was first
end $$;
grant wedsync_app to current_user;
grant usage on schema public to wedsync_app;

-- Unset or empty means no organisation, and then no row matches.
create function current_organisation() returns uuid language sql stable
  as $$ select nullif(current_setting('app.organisation_id', true), '')::uuid $$;

create table meta (key text primary key, value text not null);

create table organisations (
  id uuid primary key,
  name text not null,
  zone text not null,
  currency text not null,
  demo boolean not null,
  last_seq bigint not null default 0,
  created_at timestamptz not null
);
alter table organisations enable row level security;
create policy own_rows on organisations using (id = current_organisation()) with check (id = current_organisation());
grant select, update on organisations to wedsync_app;

create table devices (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  name text not null,
  kind text not null,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  revoked_at timestamptz
);

create table tickets (
  hash bytea primary key,
  organisation_id uuid not null references organisations (id),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- What a connection needs to be reached and to reach out. Its face in the record is the row of the same id in "connections".
create table connection_access (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  system text not null,
  intake_key_hash bytea not null unique,
  intake_key_sealed text not null,
  settings jsonb not null,
  secrets_sealed text not null,
  paused boolean not null default false,
  failures bigint not null default 0,
  created_at timestamptz not null
);

create table deliveries (
  id uuid primary key,
  arrival bigint generated always as identity,
  organisation_id uuid not null references organisations (id),
  connection_id uuid not null references connection_access (id),
  system text not null,
  delivery_key text not null,
  vendor_event text,
  media_type text not null,
  headers jsonb not null,
  body text not null,
  received_at timestamptz not null,
  state text not null default 'received',
  reason text,
  attempts bigint not null default 0,
  next_attempt_at timestamptz,
  in_hand boolean not null default false,
  done_at timestamptz,
  unique (connection_id, delivery_key)
);
create index deliveries_to_do on deliveries (organisation_id, arrival) where state in ('received', 'waiting');
create index deliveries_for_review on deliveries (state) where state in ('parked', 'quarantined', 'dead');
create index deliveries_by_connection on deliveries (connection_id, received_at desc);

create table audit (
  organisation_id uuid references organisations (id),
  minute timestamptz not null,
  action text not null,
  actor text not null,
  subject text not null,
  outcome text not null,
  count bigint not null,
  last_at timestamptz not null,
  unique nulls not distinct (organisation_id, minute, action, actor, subject, outcome)
);
create index audit_by_subject on audit (subject, minute);

create table events (
  organisation_id uuid not null references organisations (id),
  seq bigint not null,
  id uuid not null,
  type text not null,
  collection text not null,
  row_id uuid not null,
  wedding_id uuid,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  actor jsonb not null,
  source jsonb,
  delivery_id uuid,
  before jsonb,
  "row" jsonb not null,
  primary key (organisation_id, seq)
);
create index events_by_row on events (organisation_id, row_id, seq);

create table mappings (
  organisation_id uuid not null references organisations (id),
  connection_id uuid not null references connection_access (id),
  remote_type text not null,
  remote_id text not null,
  collection text not null,
  local_id uuid not null,
  remote_version text,
  last_written_by text not null,
  updated_at timestamptz not null,
  primary key (organisation_id, connection_id, remote_type, remote_id)
);
create index mappings_by_local on mappings (organisation_id, local_id);

create table commands (
  organisation_id uuid not null references organisations (id),
  command_id uuid not null,
  device_id uuid not null,
  type text not null,
  answer jsonb not null,
  decided_at timestamptz not null,
  primary key (organisation_id, command_id)
);

create table weddings (${ROW_BASE}
  title text not null,
  date date not null,
  zone text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  room text,
  status text not null,
  guest_count bigint,
  primary key (organisation_id, id)
);
create index weddings_by_date on weddings (organisation_id, date);

create table contacts (${ROW_BASE}
  wedding_id uuid,
  name text not null,
  email text,
  phone text,
  company text,
  role text not null,
  primary key (organisation_id, id)
);
create index contacts_by_email on contacts (organisation_id, lower(email));

create table bookings (${ROW_BASE}
  wedding_id uuid,
  title text not null,
  trade text not null,
  vendor_name text,
  contact_id uuid,
  status text not null,
  starts_at timestamptz,
  ends_at timestamptz,
  call_time timestamptz,
  place text,
  amount_minor bigint,
  currency text,
  primary key (organisation_id, id)
);

create table payments (${ROW_BASE}
  wedding_id uuid,
  booking_id uuid,
  description text,
  payer_name text,
  status text not null,
  amount_minor bigint not null,
  refunded_minor bigint not null,
  currency text not null,
  paid_at timestamptz,
  failure_reason text,
  primary key (organisation_id, id)
);

create table run_sheet_items (${ROW_BASE}
  wedding_id uuid not null,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  place text,
  owner text,
  status text not null,
  primary key (organisation_id, id)
);

create table alerts (${ROW_BASE}
  wedding_id uuid,
  severity text not null,
  rule text not null,
  title text not null,
  detail text not null,
  raised_at timestamptz not null,
  state text not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  subject jsonb,
  primary key (organisation_id, id)
);
create index alerts_unresolved on alerts (organisation_id, (subject->>'id')) where state <> 'resolved';

create table review_items (${ROW_BASE}
  delivery_id uuid not null,
  connection_id uuid not null,
  kind text not null,
  reason text not null,
  title text not null,
  received_at timestamptz not null,
  state text not null,
  primary key (organisation_id, id)
);

create table connections (${ROW_BASE}
  system text not null,
  name text not null,
  path text not null,
  health text not null,
  health_reason text,
  health_since timestamptz not null,
  primary key (organisation_id, id)
);
${policies}
`,
};
