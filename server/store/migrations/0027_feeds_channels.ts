import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = ['calendar_feeds', 'calendar_channels'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** Feeds that the house gives out, and the channels over which vendors tell that a calendar has changed. */
export const feedsAndChannels: Migration = {
  version: 27,
  name: 'calendar feeds given out, channels of calendars',
  sql: `
-- What leave was given for, scopes with spaces between. Before this, calendars were asked for leave to read only.
alter table connection_access add column leave_scope text;
update connection_access set leave_scope = 'https://www.googleapis.com/auth/calendar.readonly' where system = 'google-calendar' and removed_at is null;
update connection_access set leave_scope = 'offline_access User.Read Calendars.Read' where system = 'microsoft-graph' and removed_at is null;

create table calendar_feeds (
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  token_hash bytea not null unique,
  about jsonb not null,
  privacy text not null,
  created_at timestamptz not null,
  created_by uuid not null,
  last_read_at timestamptz,
  primary key (organisation_id, id)
);

-- id = as it is named where we may choose. remote_id null = it is being opened. token_sealed = what each of its calls repeats; origin = the server's address that it calls.
-- ends_at = when it ends by itself; next_at = when somebody looks after it, or how long it is in somebody's hands.
create table calendar_channels (
  organisation_id uuid not null references organisations (id),
  id uuid not null,
  connection_id uuid not null,
  calendar_id uuid not null,
  origin text not null,
  remote_id text,
  remote_resource_id text,
  token_sealed text not null,
  state text not null,
  opened_at timestamptz,
  ends_at timestamptz,
  next_at timestamptz not null,
  failures bigint not null default 0,
  reason text,
  primary key (organisation_id, id)
);
create index calendar_channels_by_connection on calendar_channels (connection_id);
create index calendar_channels_due on calendar_channels (next_at);
-- One that tells, and beside it one that follows.
create unique index calendar_channels_one on calendar_channels (organisation_id, calendar_id, state) where state <> 'closing';
${policies}
`,
};
