import type { Migration } from './migration.ts';

/**
 * What takes a whole stands in the calendars of its parts as well. Those that are written already are gone through once, so that what
 * was booked before stands there too.
 */
export const partsCalendars: Migration = {
  version: 33,
  name: 'wholes in the calendars of their parts',
  sql: `
update calendar_states s set filled_to = '{"step": 0, "after": null, "whole": false, "anew": true}'::jsonb
from calendars c
where s.organisation_id = c.organisation_id and s.calendar_id = c.id
  and c.state = 'active' and c.direction in ('outbound', 'bidirectional') and c.filling->>'state' = 'idle'
  and exists (
    select from resources r
    where r.organisation_id = c.organisation_id and r.part_ids <> '[]'::jsonb and r.part_ids @> to_jsonb(c.resource_id::text)
  );
`,
};
