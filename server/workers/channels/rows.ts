import { sql } from 'kysely';
import type { CalendarChannelsTable } from '../../store/calendarTables.ts';
import type { StoreInternals } from '../../store/internals.ts';

/** What stands in `calendar_channels`, and what should. */

/** A calendar of which changes are to be told. */
export interface Watched {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly calendarId: string;
  readonly system: string;
  /** As the vendor names the calendar. */
  readonly calendarRef: string;
}

/** A channel in our hands: whoever has it under another `lease` has lost it. */
export type HeldChannel = Pick<CalendarChannelsTable, 'organisationId' | 'id' | 'connectionId' | 'calendarId' | 'remoteId' | 'remoteResourceId' | 'state' | 'openedAt' | 'endsAt'> & {
  readonly failures: number;
  readonly lease: string;
};

/** Calendars in use, of connections that may be called. `x` is what the calendar's row is called. */
const inUse = sql`
  x.state = 'active' and x.direction <> 'none'
  and exists (
    select 1 from connection_access a join connections k on k.organisation_id = a.organisation_id and k.id = a.id
    where a.organisation_id = x.organisation_id and a.id = x.connection_id and not a.paused and a.removed_at is null and not a.leave_ended and a.kept_by is null and k.path = 'native'
  )
`;

/** Calendars in use that nobody tells of yet. */
export async function readUnwatched({ database }: Pick<StoreInternals, 'database'>, systems: readonly string[]): Promise<Watched[]> {
  const { rows } = await sql<Watched>`
    select x.organisation_id, x.connection_id, x.id as calendar_id, a.system, m.remote_id as calendar_ref from calendars x
    join connection_access a on a.organisation_id = x.organisation_id and a.id = x.connection_id and a.system = any(${[...systems]}::text[])
    join mappings m on m.organisation_id = x.organisation_id and m.connection_id = x.connection_id and m.remote_type = 'calendar' and m.local_id = x.id
    where ${inUse} and not exists (select 1 from calendar_channels c where c.organisation_id = x.organisation_id and c.calendar_id = x.id and c.state <> 'closing')
  `.execute(database.system);
  return rows;
}

export async function readWatched({ database }: Pick<StoreInternals, 'database'>, { organisationId, calendarId }: Pick<HeldChannel, 'organisationId' | 'calendarId'>): Promise<Watched | null> {
  const { rows } = await sql<Watched>`
    select x.organisation_id, x.connection_id, x.id as calendar_id, a.system, m.remote_id as calendar_ref from calendars x
    join connection_access a on a.organisation_id = x.organisation_id and a.id = x.connection_id
    join mappings m on m.organisation_id = x.organisation_id and m.connection_id = x.connection_id and m.remote_type = 'calendar' and m.local_id = x.id
    where x.organisation_id = ${organisationId} and x.id = ${calendarId} and ${inUse}
  `.execute(database.system);
  return rows[0] ?? null;
}

/** Lets go of what nobody needs any more, and of what calls another address than `origin`; null = nobody can call us. */
export async function letGo({ database }: Pick<StoreInternals, 'database'>, origin: string | null, now: string): Promise<void> {
  await sql`
    update calendar_channels c set state = 'closing', next_at = ${now}::timestamptz, failures = 0
    where c.state <> 'closing' and (c.origin is distinct from ${origin} or not exists (select 1 from calendars x where x.organisation_id = c.organisation_id and x.id = c.calendar_id and ${inUse}))
  `.execute(database.system);
}

/** Takes some that are due into our hands until `lease`. */
export async function takeDue({ database }: Pick<StoreInternals, 'database'>, now: string, lease: string, limit: number): Promise<HeldChannel[]> {
  const { rows } = await sql<HeldChannel>`
    update calendar_channels c set next_at = ${lease}::timestamptz
    from (select organisation_id, id from calendar_channels where next_at <= ${now}::timestamptz order by next_at limit ${limit} for update skip locked) as due
    where c.organisation_id = due.organisation_id and c.id = due.id
    returning c.organisation_id, c.id, c.connection_id, c.calendar_id, c.remote_id, c.remote_resource_id, c.state, c.opened_at, c.ends_at, c.failures, c.next_at as lease
  `.execute(database.system);
  return rows;
}
