import type { Migration } from './migration.ts';

/**
 * What a whole is in charge of on a run sheet stands in the calendars of its parts as well. Those with run sheets that are written already
 * are gone through once, so that what it was given before stands there too.
 */
export const wholeOwners: Migration = {
  version: 37,
  name: 'what a whole is in charge of in the calendars of its parts',
  sql: `
with recursive below (organisation_id, id) as (
  select r.organisation_id, p.id::uuid from resources r cross join lateral jsonb_array_elements_text(r.part_ids) as p(id)
  where r.kind in ('vendor', 'crew')
  union
  select b.organisation_id, p.id::uuid from below b join resources r on r.organisation_id = b.organisation_id and r.id = b.id
  cross join lateral jsonb_array_elements_text(r.part_ids) as p(id)
)
update calendar_states s set filled_to = '{"step": 0, "after": null, "whole": false, "anew": true}'::jsonb
from calendars c
where s.organisation_id = c.organisation_id and s.calendar_id = c.id
  and c.state = 'active' and c.direction in ('outbound', 'bidirectional') and c.filling->>'state' = 'idle' and c.run_sheet
  and (c.organisation_id, c.resource_id) in (select organisation_id, id from below);
`,
};
