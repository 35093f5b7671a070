import type { Migration } from './migration.ts';

/** How far a long look has come, and what is told in a calendar, and of what. */
export const readingAndTelling: Migration = {
  version: 41,
  name: 'how far a source is read, and what a calendar is told',
  sql: `
-- reading of a connection = as its people see it; of its access = what whoever looks has counted. Null = there was no long look; it has ended.
alter table connections add column reading jsonb;
alter table connection_access add column reading jsonb;
create index connection_access_reading on connection_access (id) where reading is not null;
-- Null = as the rows say it; everything; whatever it is; none.
alter table calendars
  add column title_template text,
  add column description_template text,
  add column categories jsonb,
  add column role text,
  add column category_word text;
`,
};
