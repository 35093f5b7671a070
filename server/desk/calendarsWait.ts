import { sql } from 'kysely';
import { waitingDrafts } from '../../core/domain/calendars/waiting.ts';
import { draftUpdated, type EventDraft } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import type { Held } from '../store/calendars/pushRows.ts';
import { CALENDARS } from '../store/calendars/stage.ts';
import { waitingBegins } from '../store/calendars/waiting.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import type { Writing } from '../store/write.ts';
import { keeperOf } from './keeper.ts';

/** Calendars whose entries wait for the desktop that keeps the key: nothing has failed, and no attempt is counted. */

/** Looked at again after this long in any case, which costs no call while it is away. */
const LONGEST_MS = 15 * 60_000;

export interface Resting {
  /** When it makes sense to ask again; milliseconds. */
  readonly again: number;
  /** For the desktop to come back; left out = for a person, at the connection. `told`: its people see it at the calendar. */
  readonly waits?: 'told' | 'quietly';
}

const some = <D extends EventDraft>(draft: D | null): D[] => (draft ? [draft] : []);

/** Lets go of a calendar that could not be written for want of its desktop, so that nobody takes it before that makes sense. */
export async function restCalendar(internals: StoreInternals, held: Held & { readonly connectionId: string }, { again, waits }: Resting): Promise<void> {
  const { organisationId, calendarId, fence, connectionId } = held;
  const now = internals.clock.now();
  const until = new Date(Math.min(again, now + LONGEST_MS)).toISOString();
  const rests = await internals.database.withOrganisation(organisationId, (tx) => sql`
    update calendar_states set leased_until = ${until}::timestamptz, fence = fence + 1, waits_for_desk = ${waits !== undefined}
    where organisation_id = ${organisationId} and calendar_id = ${calendarId} and fence = ${fence} returning 1
  `.execute(tx));
  if (rests.rows.length === 0 || waits !== 'told') return;
  const keeper = await keeperOf(internals.database.system, connectionId, instant(internals.clock));
  if (!keeper) return;
  await internals.writer.write(organisationId, async ({ tx, record }) => {
    // It is back meanwhile, or somebody else keeps the key.
    const still = await sql`
      select 1 from calendar_states where organisation_id = ${organisationId} and calendar_id = ${calendarId} and waits_for_desk
    `.execute(tx);
    const [calendar] = still.rows.length === 0 ? [] : await readRows(tx, organisationId, 'calendars', [calendarId]);
    if (!calendar) return;
    const said = calendar.waits ?? null;
    const waiting = said ?? { computer: keeper.name, since: new Date(now).toISOString() };
    const drafts: EventDraft[] = said ? [] : some(draftUpdated('calendar.changed', 'calendars', null, calendar, { waits: waiting }, null, CALENDARS));
    const [begins, unresolved] = [await waitingBegins(tx, organisationId, calendarId, now), await openAlerts(tx, organisationId, calendarId)];
    drafts.push(...waitingDrafts({ calendar, waits: waiting, begins, unresolved, now, newId: () => internals.ids.next(), context: CALENDARS }));
    if (drafts.length > 0) await record(drafts);
  });
}

const openAlerts = async (tx: Tx, organisationId: string, calendarId: string) =>
  (await alertsAbout(tx, organisationId, calendarId)).unresolvedAlerts(calendarId).filter(({ rule }) => rule === 'push_waiting');

/**
 * The desktop is back (`waiting`), or the key has another place, or was entered anew (`all`): what is to be written is written now. Whoever
 * writes with the former key has lost the calendar, and what he did is looked at before anything follows.
 */
export async function freeCalendars(
  { tx, record }: Pick<Writing, 'tx' | 'record'>, organisationId: string, connectionIds: readonly string[], which: 'waiting' | 'all',
): Promise<void> {
  await sql`
    update calendar_states s set leased_until = '-infinity', fence = s.fence + 1, waits_for_desk = false from calendars c
    where s.organisation_id = ${organisationId} and c.organisation_id = s.organisation_id and c.id = s.calendar_id
      and c.connection_id = any(${connectionIds}::uuid[]) and (s.waits_for_desk or ${which === 'all'})
  `.execute(tx);
  const { rows } = await sql<{ id: string }>`
    select id from calendars
    where organisation_id = ${organisationId} and connection_id = any(${connectionIds}::uuid[]) and waits->>'since' is not null order by id
  `.execute(tx);
  if (rows.length === 0) return;
  const drafts: EventDraft[] = [];
  for (const calendar of await readRows(tx, organisationId, 'calendars', rows.map(({ id }) => id))) {
    drafts.push(...some(draftUpdated('calendar.changed', 'calendars', null, calendar, { waits: null }, null, CALENDARS)));
    for (const alert of await openAlerts(tx, organisationId, calendar.id)) {
      drafts.push(...some(draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, CALENDARS)));
    }
  }
  await record(drafts);
}
