import type { Migration } from './migration.ts';

/**
 * What is worked on leaves an entry at the beginning of the line until it is cleaned up: sooner than after a fifth of all deliveries,
 * which is PostgreSQL's standard and in a house of millions would hardly come. Nobody looks for a whole body, so the planner need not know
 * how often which one comes: comparing them was most of what its samples cost. (The embedded database does neither by itself.)
 */
export const lineCleaned: Migration = {
  version: 36,
  name: 'the line is cleaned up in time',
  sql: `
alter table deliveries set (autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_scale_factor = 0.02);
alter table deliveries alter column body set statistics 0, alter column headers set statistics 0;
alter table events alter column "row" set statistics 0, alter column before set statistics 0, alter column actor set statistics 0, alter column source set statistics 0;
`,
};
