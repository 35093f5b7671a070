import type { Migration } from './migration.ts';

/** Connections that a person has removed: what they brought points to them, so the row stays, with nothing in it that opens anything. */
export const removed: Migration = {
  version: 14,
  name: 'removed connections',
  sql: `
alter table connection_access add column removed_at timestamptz;
-- Whoever was about to renew a token or to change a setting comes too late: nothing is put back.
alter table connection_access add constraint connection_access_removed check (
  removed_at is null or (secrets_sealed = '' and intake_key_sealed = '' and settings = '{}'::jsonb and kept_by is null and forwarding is null and paused)
);
`,
};
