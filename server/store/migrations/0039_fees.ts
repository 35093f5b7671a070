import type { Migration } from './migration.ts';

/** What a resource asks for being moved, and for each hour longer. Nobody has said so of those that are there already. */
export const fees: Migration = {
  version: 39,
  name: 'what resources ask for a change',
  sql: `
alter table resources add column move_fee_minor bigint;
alter table resources add column move_fee_days bigint;
alter table resources add column extra_hour_minor bigint;
`,
};
