import type { Migration } from './migration.ts';

/** Sources that only call us and have fallen silent. */
export const quiet: Migration = {
  version: 13,
  name: 'connections that are quieter than usual',
  sql: `
alter table connections add column quiet jsonb;
-- The longest silence that ended by itself, in milliseconds.
alter table connection_access add column longest_silence_ms bigint not null default 0;
`,
};
