import type { Migration } from './migration.ts';

/** What each system has told of a person, so that the newest word on each field stands ("core/domain/record/tellers.ts"). */
export const tellers: Migration = {
  version: 22,
  name: 'what each system told of a person',
  sql: `
-- Until now the first to tell of a person had the word on all that it knew, and "others" named for every later one what it had no
-- word on. What stands is taken as told by whoever had the word on it, at no known time: anything newer counts from now on.
-- Where nobody was the first, the house itself had entered the person, and what it knew stays its own.
with firsts as (
  select distinct organisation_id, local_id from mappings
  where collection = 'contacts' and erased_at is null and not jsonb_exists(coalesce(told, '{}'::jsonb), 'others')
)
update mappings m set told =
  coalesce(m.told, jsonb_strip_nulls(jsonb_build_object('at', '{}'::jsonb, 'floor', m.remote_version)))
  - (case when exists (select from firsts f where f.organisation_id = m.organisation_id and f.local_id = m.local_id) then 'others' else '' end)
  || jsonb_build_object('says', (
    select coalesce(jsonb_object_agg(w.key, jsonb_build_array(0, w.value)), '{}'::jsonb)
    from jsonb_each_text(jsonb_build_object('name', c.name, 'email', c.email, 'phone', c.phone, 'company', c.company, 'role', c.role)) as w
    where w.value is not null and not jsonb_exists(coalesce(m.told->'others', '[]'::jsonb), w.key)
  ))
from contacts c
where m.collection = 'contacts' and m.erased_at is null and c.organisation_id = m.organisation_id and c.id = m.local_id;
`,
};
