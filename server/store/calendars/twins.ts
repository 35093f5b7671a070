import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { isWritten } from '../../../core/domain/calendars/targets.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';
import { CALENDARS } from './stage.ts';

/**
 * Two connections of a house may show one and the same calendar, and where both write it every entry stands there twice. It is the same where
 * its system names it alike; an address (CalDAV) names its host as well, whatever the connection calls its system.
 */

/** Which calendars are the same one over there: by id, what they share. Those of removed connections are not in it. */
async function placesOf(tx: Tx, organisationId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; place: string }>`
    select c.id, case when m.remote_id ~ '^https?://' then m.remote_id else a.system || ' ' || m.remote_id end as place
    from calendars c
    join connection_access a on a.organisation_id = c.organisation_id and a.id = c.connection_id and a.removed_at is null
    join mappings m on m.organisation_id = c.organisation_id and m.connection_id = c.connection_id
      and m.remote_type = 'calendar' and m.local_id = c.id
    where c.organisation_id = ${organisationId}
  `.execute(tx);
  return new Map(rows.map(({ id, place }) => [id, place]));
}

/** The first of another connection that is written and is the same one over there; undefined = there is none. */
function twinAmong(all: readonly Calendar[], places: ReadonlyMap<string, string>, { id, connectionId }: Calendar): Calendar | undefined {
  const place = places.get(id);
  const other = (one: Calendar): boolean => one.id !== id && one.connectionId !== connectionId && isWritten(one);
  return place === undefined ? undefined : all.find((one) => other(one) && places.get(one.id) === place);
}

/** Who writes this calendar already, through another connection; null = nobody. */
export async function twinOf(tx: Tx, organisationId: string, calendar: Calendar): Promise<Calendar | null> {
  const places = await placesOf(tx, organisationId);
  const place = places.get(calendar.id);
  const ids = [...places].flatMap(([id, other]) => (other === place ? [id] : []));
  return ids.length < 2 ? null : (twinAmong(await readRows(tx, organisationId, 'calendars', ids), places, calendar) ?? null);
}

/** Says at each calendar whether another one writes the same; nothing where that is said already. After what was decided is recorded. */
export async function twinDrafts(tx: Tx, organisationId: string): Promise<EventDraft[]> {
  const places = await placesOf(tx, organisationId);
  const shared = Map.groupBy([...places], ([, place]) => place);
  const ids = [...shared.values()].flatMap((some) => (some.length > 1 ? some.map(([id]) => id) : []));
  const { rows } = await sql<{ id: string }>`select id from calendars where organisation_id = ${organisationId} and twin_id is not null`.execute(tx);
  const wanted = [...new Set([...ids, ...rows.map(({ id }) => id)])];
  const all = wanted.length === 0 ? [] : await readRows(tx, organisationId, 'calendars', wanted);
  return all.flatMap((calendar) => {
    const twinId = isWritten(calendar) ? (twinAmong(all, places, calendar)?.id ?? null) : null;
    if (twinId === (calendar.twinId ?? null)) return [];
    return draftUpdated('calendar.changed', 'calendars', null, calendar, { twinId }, null, CALENDARS) ?? [];
  });
}
