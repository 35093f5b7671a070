import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { isTaken, resourceTaken } from '../../../core/domain/calendars/targets.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';
import { SYSTEM } from '../taking/consequences.ts';

/** Entries from before calendars were told apart: where only one calendar of their connection is listened to, they are of that one. */
const ofTheOnlyOne = (organisationId: string, { connectionId }: Calendar) => sql`
  or (calendar_id is null and source->>'connectionId' = ${connectionId}
    and (select count(*) from calendars c where c.organisation_id = ${organisationId} and c.connection_id = ${connectionId} and c.direction in ('inbound', 'bidirectional')) = 1)
`;

/**
 * Entries of a calendar that are still to come (`now`: UTC instant) and do not take the time that their calendar says: the first `limit`
 * of them, as events. The rows themselves say what is still to be done, so whoever dies goes on where it was; none = all are as they should be.
 */
export async function relabelPage(tx: Tx, organisationId: string, calendar: Calendar, limit: number, now: string): Promise<EventDraft[]> {
  const resourceId = resourceTaken(calendar);
  const { rows } = await sql<{ id: string }>`
    select id from calendar_events
    where organisation_id = ${organisationId} and ends_at > ${now}::timestamptz and (calendar_id is null or resource_id is distinct from ${resourceId}::uuid)
      and (calendar_id = ${calendar.id} ${isTaken(calendar) ? ofTheOnlyOne(organisationId, calendar) : sql``})
    order by id limit ${limit}
  `.execute(tx);
  if (rows.length === 0) return [];
  const entries = await readRows(tx, organisationId, 'calendarEvents', rows.map(({ id }) => id));
  return entries.flatMap((row): EventDraft[] => {
    const draft = draftUpdated('calendar.event.updated', 'calendarEvents', row.weddingId, row, { calendarId: calendar.id, resourceId }, null, SYSTEM);
    return draft ? [draft] : [];
  });
}
