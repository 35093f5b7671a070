import { sql } from 'kysely';
import type { Standing } from '../../core/vendors/calling.ts';
import type { StoreInternals } from '../store/internals.ts';

/** Somebody with more of them has no calendar of weddings. */
const MOST = 20_000;

/**
 * What is known to stand in a calendar over there: entries of others as they were told last, and ours as they were written. By their ids over
 * there; what is not told of by calendar (`calendarRef` null) is what names none.
 */
export async function standingIn(
  { database }: Pick<StoreInternals, 'database'>, { organisationId, connectionId }: { readonly organisationId: string; readonly connectionId: string },
  { calendarRef, oursOnly, from, to }: Standing,
): Promise<readonly string[]> {
  const since = new Date(from).toISOString();
  const until = to === null ? null : new Date(to).toISOString();
  const { rows } = await database.withOrganisation(organisationId, (tx) => sql<{ remoteId: string }>`
    with calendar as (
      select local_id from mappings
      where organisation_id = ${organisationId} and connection_id = ${connectionId} and remote_type = 'calendar' and remote_id = ${calendarRef}::text
    )
    select m.remote_id from calendar_events e
    join mappings m on m.local_id = e.id and m.organisation_id = e.organisation_id and m.connection_id = ${connectionId} and m.remote_type = 'event'
    where not ${oursOnly}::boolean and e.organisation_id = ${organisationId} and e.status <> 'cancelled'
      and e.calendar_id is not distinct from (select local_id from calendar) and e.ends_at > ${since}::timestamptz
      and (${until}::timestamptz is null or e.starts_at < ${until}::timestamptz)
    union
    select s.remote_id from calendar c
    join push_states s on s.organisation_id = ${organisationId} and s.calendar_id = c.local_id and s.remote_id is not null and s.base is not null
    join pushes p on p.organisation_id = s.organisation_id and p.id = s.push_id and p.wish = 'present'
    where (s.base->>'endsAt')::timestamptz > ${since}::timestamptz
      and (${until}::timestamptz is null or (s.base->>'startsAt')::timestamptz < ${until}::timestamptz)
    limit ${MOST}
  `.execute(tx));
  return rows.map(({ remoteId }) => remoteId);
}
