import type { Migration } from './migration.ts';

/** Who of the mailing systems may write to a contact, and what was ordered with a booking. */
export const consents: Migration = {
  version: 19,
  name: 'consents of contacts, lines of bookings',
  sql: `
alter table contacts add column consents jsonb;
alter table bookings add column lines jsonb;
`,
};
