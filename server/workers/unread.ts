import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { unreadDrafts } from '../../core/domain/calendars/unread.ts';
import { CALENDARS } from '../store/calendars/stage.ts';
import type { Tx } from '../store/database.ts';
import type { StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { readAlertsOf } from '../store/taking/near.ts';

interface Of {
  readonly organisationId: string;
  readonly connectionId: string;
}

type Unread = readonly { readonly calendarRef: string; readonly code: ErrorCode }[];

/** Calendars of the connection that could not be read before, or just now, by their address over there. One that is gone says so itself, and by nothing else. */
async function concerned(
  tx: Tx, { organisationId, connectionId }: Of, unread: Unread,
): Promise<{ readonly id: string; readonly calendarRef: string }[]> {
  const { rows } = await sql<{ id: string; calendarRef: string }>`
    select c.id, m.remote_id as calendar_ref from calendars c
    join mappings m on m.organisation_id = c.organisation_id and m.connection_id = c.connection_id
      and m.remote_type = 'calendar' and m.local_id = c.id
    where c.organisation_id = ${organisationId} and c.connection_id = ${connectionId} and (c.unread is not null or c.state = 'active' and m.remote_id = any(${unread.map(({ calendarRef }) => calendarRef)}::text[]))
    order by c.id
  `.execute(tx);
  return rows;
}

/** Says at each calendar of a connection whether the look that has just ended could read it, and settles what was told of one that it could. */
export async function tellUnread({ database, writer, clock, ids }: StoreInternals, of: Of, unread: Unread): Promise<void> {
  const { organisationId } = of;
  const known = await database.withOrganisation(organisationId, (tx) => concerned(tx, of, unread));
  if (known.length === 0) return;
  await writer.write(organisationId, async ({ tx, record }) => {
    const refs = new Map((await concerned(tx, of, unread)).map(({ id, calendarRef }) => [id, calendarRef]));
    const codes = new Map(unread.map(({ calendarRef, code }) => [calendarRef, code]));
    const calendars = refs.size === 0 ? [] : await readRows(tx, organisationId, 'calendars', [...refs.keys()]);
    const alerts = (await readAlertsOf(tx, calendars.map(({ id }) => ({ organisationId, id })))).get(organisationId) ?? [];
    const drafts = calendars.flatMap((calendar) => unreadDrafts({
      calendar, reason: calendar.direction === 'none' || calendar.state === 'gone' ? null : (codes.get(refs.get(calendar.id) ?? '') ?? null),
      unresolved: alerts.filter(({ subject }) => subject?.id === calendar.id), now: clock.now(), newId: () => ids.next(), context: CALENDARS,
    }));
    if (drafts.length > 0) await record(drafts);
  });
}
