import type { Migration } from './migration.ts';

/**
 * What a delivery costs on its way in and through: every index is written at the insert and again with its state.
 * One key in place of two says the same and more (a delivery belongs to whom its connection belongs to), and its check reads one row.
 */
export const flow: Migration = {
  version: 10,
  name: 'the flow of deliveries',
  sql: `
alter table connection_access add constraint connection_access_of unique (id, organisation_id);
alter table deliveries
  drop constraint deliveries_organisation_id_fkey,
  drop constraint deliveries_connection_id_fkey,
  add constraint deliveries_connection_fkey foreign key (connection_id, organisation_id) references connection_access (id, organisation_id);
-- Retention asks for what was worked on: what has just come need not stand in its list.
drop index deliveries_kept;
create index deliveries_kept on deliveries (organisation_id, received_at) where emptied_at is null and state not in ('received', 'waiting');
-- A body is written once; beside its row it need not be packed, nor be copied when the delivery's state changes.
alter table deliveries alter column body set storage external;
-- Led by the organisation it was taken for looking up an object of a source as well, and then walked through whole.
drop index mappings_by_local;
create index mappings_by_local on mappings (local_id, organisation_id);
`,
};
