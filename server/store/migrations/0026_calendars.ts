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
const policies = ['calendars', 'pushes', 'differences', 'calendar_states', 'push_states'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** Calendars that are kept elsewhere, what is to stand in them because of us, and where both sides say something else. */
export const calendars: Migration = {
  version: 26,
  name: 'calendars, what is written into them, and differences',
  sql: `
create table calendars (${ROW_BASE}
  connection_id uuid not null,
  name text not null,
  zone text,
  colour text,
  main boolean not null,
  may_write boolean,
  direction text not null,
  privacy text not null,
  strategy text not null,
  resource_id uuid,
  every_wedding boolean not null,
  invite boolean not null,
  reminders jsonb not null,
  state text not null,
  filling jsonb not null,
  primary key (organisation_id, id)
);
create index calendars_by_connection on calendars (organisation_id, connection_id);
create index calendars_to_fill on calendars (organisation_id) where filling->>'state' <> 'idle';

create table pushes (${ROW_BASE}
  wedding_id uuid,
  calendar_id uuid not null,
  subject jsonb not null,
  wish text not null,
  state text not null,
  wanted_version bigint not null,
  written_version bigint,
  attempts bigint not null,
  reason text,
  next_attempt_at timestamptz,
  written_at timestamptz,
  primary key (organisation_id, id)
);
create index pushes_by_subject on pushes (organisation_id, (subject->>'id'));
create index pushes_by_wedding on pushes (organisation_id, wedding_id);
create index pushes_of_calendar on pushes (organisation_id, calendar_id);
create index pushes_to_write on pushes (calendar_id, next_attempt_at) where state = 'queued';

create table differences (${ROW_BASE}
  wedding_id uuid,
  calendar_id uuid not null,
  push_id uuid not null,
  subject jsonb not null,
  fields jsonb not null,
  raised_at timestamptz not null,
  state text not null,
  kept text,
  settled_at timestamptz,
  settled_by text,
  primary key (organisation_id, id)
);
create index differences_by_push on differences (organisation_id, push_id) where state = 'open';

-- Who works on a calendar at the moment; fence is raised with each lease. filled_to = where filling goes on, null = from the start.
create table calendar_states (
  organisation_id uuid not null references organisations (id),
  calendar_id uuid not null,
  leased_until timestamptz not null default '-infinity',
  fence bigint not null default 0,
  filled_to jsonb,
  primary key (organisation_id, calendar_id)
);

-- What stands over there because of a push. base = what stood on both sides last. generation counts the entries that were made for it: another one is another entry. recheck = read what stands there before anything is written.
create table push_states (
  organisation_id uuid not null references organisations (id),
  push_id uuid not null,
  calendar_id uuid not null,
  remote_id text,
  etag text,
  sequence bigint,
  generation bigint not null default 0,
  base jsonb,
  recheck boolean not null default false,
  primary key (organisation_id, push_id)
);
create index push_states_of_calendar on push_states (organisation_id, calendar_id);

-- When its calendars are to be listed next; null = now.
alter table connection_access add column calendars_at timestamptz;

alter table calendar_events add column calendar_id uuid, add column resource_id uuid;
create index calendar_events_by_resource on calendar_events (organisation_id, resource_id, ends_at) where resource_id is not null;
create index calendar_events_by_calendar on calendar_events (organisation_id, calendar_id) where calendar_id is not null;
${policies}
`,
};
