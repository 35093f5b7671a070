import type { Migration } from './migration.ts';

/** A desktop that keeps a key lists and writes calendars; what is to be done with them waits for it. */
export const deskCalendars: Migration = {
  version: 35,
  name: 'calendars written with a key on a desktop',
  sql: `
-- False of a desktop that listens and is too old for it.
alter table desks add column calendars boolean not null default false;
alter table connection_access add column calendars_wait boolean not null default false;
-- waits = which computer its entries wait for, and since when; null = for none.
alter table calendars add column waits jsonb;
alter table calendar_states add column waits_for_desk boolean not null default false;
create index calendar_states_for_desk on calendar_states (organisation_id) where waits_for_desk;
-- Until now they were not asked for: once the key is there, they are.
update connection_access set calendars_at = null where kept_by is not null;
`,
};
