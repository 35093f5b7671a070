import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { ConnectionAccess } from '../../core/vendors/calling.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { StoreInternals } from '../store/internals.ts';

/** Which calendars of a connection a look reads, and what follows where one of them cannot be read. */

interface Of {
  readonly organisationId: string;
  readonly connectionId: string;
}

/** Not more often than this because of one that cannot be read. */
const LISTED_AGAIN_MS = 3_600_000;

/** Entries of ours that a look is told of at most; more are written in no five minutes. */
const MOST_WRITTEN = 2_000;
/** Two machines' clocks differ by less. */
const CLOCKS_MS = 60_000;

/**
 * The calendars in use, for a look: all of one whose entries take time here; of one that is only written our own entries, so that a
 * change of them is put back. And what was written there since the last whole look began. Nothing for a source without calendars of its own.
 */
export async function listenedOf(
  { database }: Pick<StoreInternals, 'database'>, vendor: VendorModule | null, { organisationId, connectionId }: Of,
): Promise<Pick<ConnectionAccess, 'listened' | 'written'>> {
  if (!vendor?.calendar) return {};
  const { rows } = await database.withOrganisation(organisationId, (tx) => sql<{ calendarRef: string; oursOnly: boolean; written: readonly string[] | null }>`
    select m.remote_id as calendar_ref, c.direction = 'outbound' as ours_only, (
      select json_agg(w.remote_id) from (
        select s.remote_id from connection_access a
        join pushes p on p.organisation_id = c.organisation_id and p.calendar_id = c.id
        cross join lateral (select remote_id from push_states where organisation_id = p.organisation_id and push_id = p.id limit 1) as s
        where a.organisation_id = c.organisation_id and a.id = c.connection_id and p.wish = 'present' and p.state = 'written' and s.remote_id is not null
          and (a.looked_at is null or p.written_at >= a.looked_at - ${CLOCKS_MS} * interval '1 millisecond')
        order by p.written_at desc limit ${MOST_WRITTEN}
      ) w
    ) as written
    from calendars c
    join mappings m on m.organisation_id = c.organisation_id and m.connection_id = c.connection_id
      and m.remote_type = 'calendar' and m.local_id = c.id
    where c.organisation_id = ${organisationId} and c.connection_id = ${connectionId} and c.state = 'active' and c.direction <> 'none'
    order by c.main desc, c.id
  `.execute(tx));
  return { listened: rows.map(({ calendarRef, oursOnly }) => ({ calendarRef, oursOnly })), written: rows.flatMap(({ written }) => written ?? []) };
}

/** Whether it is still there and may be read its vendor says with the list of calendars: that is asked for soon. */
export async function passedOver(
  { internals, log }: { readonly internals: Pick<StoreInternals, 'database' | 'clock'>; readonly log: Log },
  { organisationId, connectionId }: Of, unread: readonly { readonly code: ErrorCode }[],
): Promise<void> {
  if (unread.length === 0) return;
  const told = { organisationId, connectionId, calendars: unread.length, code: unread[0]?.code };
  log.warn(told, 'calendars of a connection could not be read; the others were');
  const now = internals.clock.now();
  // Set a day ahead whenever they were listed.
  const lately = new Date(now + 24 * LISTED_AGAIN_MS - LISTED_AGAIN_MS).toISOString();
  await internals.database.withOrganisation(organisationId, (tx) => sql`
    update connection_access set calendars_at = ${new Date(now).toISOString()}::timestamptz
    where organisation_id = ${organisationId} and id = ${connectionId}
      and calendars_at between ${new Date(now).toISOString()}::timestamptz and ${lately}::timestamptz
  `.execute(tx));
}
