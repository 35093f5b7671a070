import type { Migration } from './migration.ts';

/**
 * What whom we have invited to an entry has answered, and which entries of others are copies of ours. Whom an entry that stands there already invites is not known: it is with the next
 * change of that entry.
 */
export const answers: Migration = {
  version: 40,
  name: 'answers to invitations, copies of entries',
  sql: `
alter table pushes add column answer jsonb;
-- A mark of the address that the entry invites; null = nobody, or it is not known.
alter table push_states add column invited text;
-- Which row of ours an entry is a copy of; null = of none.
alter table calendar_events add column copy_of jsonb;
create index calendar_events_copies on calendar_events (organisation_id, (copy_of->>'id')) where copy_of is not null;
-- An entry of somebody else is held against ours that stand at the same time, and no others.
create index push_states_at on push_states (organisation_id, calendar_id, (base->>'startsAt')) where base is not null;
-- False of a desktop that listens and is too old to be told with a look what was written.
alter table desks add column written boolean not null default false;
`,
};
