import type { Migration } from './migration.ts';

/** Whom the house has shown out: their own provider may not make them members again, only an invitation. */
export const shownOut: Migration = {
  version: 8,
  name: 'those who were shown out',
  sql: `
create table shown_out (
  organisation_id uuid not null references organisations (id),
  account_id uuid not null references accounts (id) on delete cascade,
  at timestamptz not null,
  primary key (organisation_id, account_id)
);
alter table shown_out enable row level security;
`,
};
