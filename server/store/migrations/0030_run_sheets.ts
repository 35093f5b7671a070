import type { Migration } from './migration.ts';

/** Null = run sheets are not written into it: so it is of every calendar that was there before. */
export const runSheets: Migration = {
  version: 30,
  name: 'run sheets in calendars, and who hangs on a contact',
  sql: `
alter table calendars add column run_sheet boolean;
create index run_sheet_items_by_wedding on run_sheet_items (organisation_id, wedding_id);
create index bookings_by_contact on bookings (organisation_id, contact_id) where contact_id is not null;
`,
};
