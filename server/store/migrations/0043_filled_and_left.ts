import type { Migration } from './migration.ts';

/**
 * Who wrote an entry last, so that a calendar that is gone through again leaves alone what was told as it was chosen already; and under which
 * key an entry was being made when its connection was removed, so that it is found when the calendar is connected again.
 */
export const filledAndLeft: Migration = {
  version: 43,
  name: 'by whom an entry was written, as what it was being made',
  sql: `
-- The fence of the calendar by which the entry was written last; null = it was before that was kept, or nothing was.
alter table push_states add column fence bigint;
-- Null = it is known where the entry stands, or it was left behind before that was kept.
alter table left_entries add column made_as text;
`,
};
