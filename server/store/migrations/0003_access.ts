import type { Migration } from './migration.ts';

const COLUMNS = `
  add column role text not null default 'owner' check (role in ('owner', 'coordinator', 'staff', 'vendor', 'couple', 'partner', 'platform_admin')),
  add column wedding_id uuid,
  add column contact_id uuid,
  add column booking_ids jsonb not null default '[]'`;

/** Who a device is. Those that are there already are owners; from now on nobody gets a role by leaving it out. */
export const access: Migration = {
  version: 3,
  name: 'roles of devices',
  sql: `
alter table devices ${COLUMNS}, add column last_seen_at timestamptz;
alter table devices alter column role drop default;
alter table tickets ${COLUMNS};
alter table tickets alter column role drop default;
alter table devices add constraint bound_to_a_wedding check (wedding_id is not null or role not in ('vendor', 'couple'));
alter table tickets add constraint bound_to_a_wedding check (wedding_id is not null or role not in ('vendor', 'couple'));
`,
};
