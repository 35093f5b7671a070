import type { Migration } from './migration.ts';

const among = 'organisation_id = any ((select current_organisations())::uuid[])';

/**
 * What follows a wedding that is moved outside. Of each row that has followed by itself it is kept where it stood before, for the start that the
 * wedding had then: moved once more it goes from there, so that a wedding that is corrected twice, or moved there and back, loses no minute to a
 * change of the clocks. It counts only while the row has the times that it was given (became) and the wedding the start that they are for (to_start).
 */
export const followingOutside: Migration = {
  version: 34,
  name: 'what follows a wedding that is moved outside',
  sql: `
create table followed_rows (
  organisation_id uuid not null references organisations (id),
  row_id uuid not null,
  from_start timestamptz not null,
  to_start timestamptz not null,
  stood jsonb not null,
  became jsonb not null,
  primary key (organisation_id, row_id)
);
alter table followed_rows enable row level security;
create policy own_rows on followed_rows using (${among}) with check (${among});
grant select, insert, update, delete on followed_rows to wedsync_app;
create index bookings_by_wedding on bookings (organisation_id, wedding_id) where wedding_id is not null;
create index allocations_by_wedding on allocations (organisation_id, wedding_id) where wedding_id is not null;
create index allocations_by_booking on allocations (organisation_id, booking_id) where booking_id is not null;
alter table alerts add column stayed jsonb, add column done_by text;
create index alerts_left_behind on alerts (organisation_id, wedding_id) where rule = 'left_behind' and state <> 'resolved';
alter table calendars add column unread jsonb, add column twin_id uuid;
`,
};
