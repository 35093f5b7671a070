import type { Migration } from './migration.ts';

/** What says that two connections use the same key where the key itself is not here, and how often a dry run began with a delivery. */
export const marks: Migration = {
  version: 23,
  name: 'marks of keys on desktops, attempts of dry runs',
  sql: `
-- A hash of the key with the organisation's salt, as the keeper has told it; null = it has not yet.
alter table connection_access add column kept_mark text;
-- Deliveries that a dry run has begun with and is not done with, and how often: written before the work, so that a crash is known.
alter table dry_runs add column tries jsonb not null default '{}';
`,
};
