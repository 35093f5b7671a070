import type { Migration } from './migration.ts';

/** What only a second factor opens asks how a session was begun, not what its account has by now. */
export const provenSessions: Migration = {
  version: 31,
  name: 'sessions proven by a second factor',
  sql: `
-- When whoever holds it gave a code of the second factor; null = never.
alter table sessions add column second_factor_at timestamptz;
`,
};
