import type { Migration } from './migration.ts';

/**
 * As of when a source is known, and who waits for it: before something is confirmed, the calendars of those whose time it takes are
 * asked again. Who waits counts `look_asked` up; a look that has ended says up to which count it has answered.
 */
export const asked: Migration = {
  version: 29,
  name: 'sources asked before a confirmation',
  sql: `
-- looked_at = when the last look began that read its source to the end; null = there was none yet.
-- look_asked counts those who ask for a look; look_ended and look_answered = the count as it was when a look began that has ended, and that was answered whole.
-- look_goes_on = the last look has left something for the next one.
alter table connection_access
  add column looked_at timestamptz,
  add column look_asked bigint not null default 0,
  add column look_ended bigint not null default 0,
  add column look_answered bigint not null default 0,
  add column look_goes_on boolean not null default false;

-- Why it was decided although a calendar could not be asked, in the person's words.
alter table commands add column reason text;
`,
};
