import type { Migration } from './migration.ts';

/** Columns that every row of the record has, as in the first migration. */
const ROW_BASE = `
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  version bigint not null,
  seq bigint not null,
  updated_at timestamptz not null,
  source jsonb,`;

const TABLES = ['messages', 'documents', 'calendar_events', 'weather_notices', 'replays', 'idempotency_keys'];
const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = TABLES.map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** What other systems tell of besides bookings and money, and what the line after the acknowledgement remembers. */
export const systems: Migration = {
  version: 9,
  name: 'messages, documents, calendars and weather; ways in, attempts and polls',
  sql: `
create table messages (${ROW_BASE}
  wedding_id uuid,
  contact_id uuid,
  channel text not null,
  direction text not null,
  from_name text,
  from_address text,
  to_address text,
  subject text,
  text text,
  status text not null,
  failure_reason text,
  sent_at timestamptz,
  primary key (organisation_id, id)
);
create table documents (${ROW_BASE}
  wedding_id uuid,
  booking_id uuid,
  title text not null,
  kind text not null,
  status text not null,
  url text,
  shared_at timestamptz,
  primary key (organisation_id, id)
);
create table calendar_events (${ROW_BASE}
  wedding_id uuid,
  booking_id uuid,
  calendar text,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  all_day boolean not null,
  zone text,
  place text,
  status text not null,
  busy boolean not null,
  primary key (organisation_id, id)
);
create index calendar_events_by_start on calendar_events (organisation_id, starts_at);
create table weather_notices (${ROW_BASE}
  wedding_id uuid,
  place text not null,
  kind text not null,
  severity text not null,
  headline text not null,
  detail text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  state text not null,
  primary key (organisation_id, id)
);

create index contacts_by_phone on contacts (organisation_id, right(regexp_replace(phone, '\\D', '', 'g'), 9)) where phone is not null;

-- How it came: webhook, poll, file, feed, mail or test. What failed before the last attempt is in "tries", oldest first.
alter table deliveries add column origin text not null default 'webhook', add column tries jsonb not null default '[]', add column let_through boolean not null default false;
create index deliveries_held on deliveries (connection_id, arrival) where state = 'held';

-- Where the next poll goes on, and what is remembered of the source's failures (null = none).
alter table connection_access add column cursor text, add column next_poll_at timestamptz, add column breaker jsonb, add column told jsonb, add column brake jsonb;
update connection_access a set next_poll_at = now() from organisations o where o.id = a.organisation_id and not o.demo;
create index connections_to_poll on connection_access (next_poll_at) where next_poll_at is not null;

-- Looking for what came: by receipt, what needs a person, what it changed, and whose wedding that was of.
create index deliveries_by_receipt on deliveries (organisation_id, received_at desc, arrival desc);
create index deliveries_to_look_at on deliveries (organisation_id, state, received_at desc, arrival desc) where state in ('held', 'parked', 'quarantined', 'dead');
create index events_by_delivery on events (organisation_id, delivery_id) where delivery_id is not null;
create index events_by_wedding on events (organisation_id, wedding_id, seq desc) where delivery_id is not null;
create index reviews_of_delivery on review_items (organisation_id, delivery_id) where state = 'open';

-- Working on deliveries again. "lot" says which and is let go at the end, since it may hold words that were looked for;
-- the place is that of the last one handed to the workers.
create table replays (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  state text not null default 'running',
  lot jsonb,
  total bigint not null,
  handed bigint not null default 0,
  done bigint not null default 0,
  outcomes jsonb not null default '{}',
  place_at timestamptz,
  place_arrival bigint,
  handed_all boolean not null default false,
  started_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz
);
create unique index replays_running on replays (organisation_id) where state = 'running';
create index replays_by_start on replays (organisation_id, started_at desc);
-- The last replay that it was part of.
alter table deliveries add column replay_id uuid;
create index deliveries_by_replay on deliveries (replay_id, state) where replay_id is not null;

-- Answers to writes that named a key, sealed; null while the write runs.
create table idempotency_keys (
  organisation_id uuid not null references organisations (id),
  device_id uuid not null,
  key_hash bytea not null,
  request_hash bytea not null,
  begun_at timestamptz not null,
  status bigint,
  answer_sealed text,
  primary key (device_id, key_hash)
);
create index idempotency_keys_by_age on idempotency_keys (organisation_id, begun_at);

-- The unguessable part of a connection's mail address; and how long the leave lasts that its person gave, whether it has
-- ended, and until when one process has the renewing in its hands.
alter table connection_access add column mail_key_hash bytea unique, add column leave_until timestamptz, add column leave_ended boolean not null default false, add column leave_renewing_until timestamptz;

-- Leave that was asked for and not given yet; "sealed" holds the verifier, which never leaves the server.
create table leave_requests (
  state_hash bytea primary key,
  organisation_id uuid not null references organisations (id),
  connection_id uuid not null references connection_access (id),
  sealed text not null,
  expires_at timestamptz not null
);
${policies}
`,
};
