import type { Migration } from './migration.ts';

/** When somebody managed connections lately. Reached by the owner of the tables only: a person's budget is one, in whatever house. */
export const managing: Migration = {
  version: 15,
  name: 'managing calls of a user',
  sql: `
create table managing_calls (
  -- The account; of a device that was let in without one, the device.
  who uuid not null,
  kind text not null check (kind in ('managing', 'previewing')),
  calls timestamptz[] not null,
  last_at timestamptz not null,
  primary key (who, kind)
);
create index managing_calls_by_age on managing_calls (last_at);
alter table managing_calls enable row level security;
`,
};
