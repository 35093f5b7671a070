import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = ['desks', 'desk_turns'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** Keys that one desktop keeps: who, the calls that it is asked to make, and until when it listens for them. */
export const desk: Migration = {
  version: 12,
  name: 'keys in the keychain of a desktop',
  sql: `
-- kept_by null = the server's vault; a withdrawn device that is not kept any more may still be named there. kept_fence is raised with each change of the keeper. kept_waits = something was left undone because it was not there.
alter table connection_access add column kept_by uuid, add column kept_fence bigint not null default 0,
  add column kept_keys jsonb not null default '[]', add column kept_waits boolean not null default false;
create index connections_by_keeper on connection_access (kept_by) where kept_by is not null;

create table desks (
  device_id uuid primary key references devices (id) on delete cascade,
  organisation_id uuid not null references organisations (id),
  listening_until timestamptz not null
);

-- Asked by a worker, taken by the keeper, answered, read by the worker and gone.
create table desk_turns (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  connection_id uuid not null references connection_access (id) on delete cascade,
  device_id uuid not null references devices (id) on delete cascade,
  fence bigint not null,
  ask jsonb not null,
  settings jsonb not null,
  state text not null default 'open' check (state in ('open', 'taken', 'answered')),
  -- The run of the desktop's program that took it.
  run uuid,
  answer jsonb,
  asked_at timestamptz not null,
  expires_at timestamptz not null
);
create index desk_turns_to_take on desk_turns (device_id, asked_at) where state <> 'answered';
create index desk_turns_by_age on desk_turns (expires_at);
${policies}
`,
};
