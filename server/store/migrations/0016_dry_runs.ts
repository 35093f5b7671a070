import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';
const policies = ['dry_runs', 'dry_run_lines'].map(
  (table) => `
alter table ${table} enable row level security;
create policy own_rows on ${table} using (${among}) with check (${among});
grant select, insert, update, delete on ${table} to wedsync_app;`,
).join('');

/** What working on deliveries again would do, kept for an hour so that it can be carried out as it was shown. */
export const dryRuns: Migration = {
  version: 16,
  name: 'dry runs',
  sql: `
-- "holder" = the worker's run that has it in its hands, until "held_until".
create table dry_runs (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  device_id uuid not null,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
  lot jsonb,
  total bigint not null,
  done bigint not null default 0,
  outcomes jsonb not null default '{}',
  rows bigint not null default 0,
  fields bigint not null default 0,
  read bigint not null default 0,
  reasons jsonb not null default '[]',
  holder uuid,
  held_until timestamptz,
  started_at timestamptz not null,
  finished_at timestamptz,
  expires_at timestamptz not null,
  replay_id uuid
);
create index dry_runs_running on dry_runs (started_at) where state = 'running';
create index dry_runs_by_device on dry_runs (organisation_id, device_id);
create index dry_runs_by_replay on dry_runs (replay_id) where replay_id is not null;
create index dry_runs_by_age on dry_runs (expires_at);

-- "changes" = what the source has said at "read_at"; "new_ids" = those that new rows are to have, so that what is shown can be
-- held against what is done; "was_..." = how the delivery stood when it was handed to the workers.
create table dry_run_lines (
  dry_run_id uuid not null references dry_runs (id) on delete cascade,
  organisation_id uuid not null references organisations (id),
  delivery_id uuid not null,
  received_at timestamptz not null,
  arrival bigint not null,
  outcome text not null,
  reason text,
  rows jsonb not null,
  new_ids jsonb not null,
  changes jsonb,
  read_at timestamptz,
  was_state text,
  was_reason text,
  was_attempts bigint,
  differs boolean not null default false,
  primary key (dry_run_id, delivery_id)
);
create index dry_run_lines_in_order on dry_run_lines (dry_run_id, received_at, arrival);

alter table replays add column differs bigint not null default 0;
${policies}
`,
};
