import type { Migration } from './migration.ts';

/**
 * Which deliveries are worked on first when many wait; the rule is in docs/intake.md. "deliveries_urgent" holds few rows and tells which
 * connections have something urgent; "deliveries_line" is what waits of one connection, in its order, so that it can be taken up to there
 * without walking through what the others have brought; "deliveries_in_line" tells which connections must wait for their place.
 */
export const priorities: Migration = {
  version: 18,
  name: 'priorities of deliveries, and their attempts',
  sql: `
-- "in_line" = it might have been worked on before others and has to wait for its place.
alter table deliveries
  add column priority text not null default 'normal' check (priority in ('urgent', 'normal', 'bulk')),
  add column in_line boolean not null default false;
create index deliveries_urgent on deliveries (organisation_id, connection_id, arrival) where state = 'received' and priority = 'urgent' and replay_id is null;
create index deliveries_in_line on deliveries (connection_id) where in_line and state in ('received', 'waiting');
create index deliveries_line on deliveries (connection_id, arrival) where state in ('received', 'waiting');

-- "tries" also tells of attempts that called a source and went well. Most deliveries have none and are not in this list, in which
-- attempts are searched.
create index deliveries_tried on deliveries (organisation_id, received_at desc, arrival desc) where tries <> '[]';
`,
};
