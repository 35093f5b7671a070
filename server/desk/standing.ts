import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { freeDesk } from '../store/held.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { everWorked } from '../store/pausing.ts';
import { readRows } from '../store/rows.ts';
import { SYSTEM } from '../workers/settle.ts';
import { healthIn } from '../systems/recovering.ts';
import type { Device } from '../store/store.ts';
import { freeCalendars } from './calendarsWait.ts';

/** How connections stand whose key is on a desktop: what is told of them when it is not there, cannot, may not, or is back. */

/** It is not there: its connection waits, which is no fault of the source. */
export const DESK_AWAY = 'desk.away' satisfies ErrorCode;

const stopped = (row: Connection) => row.health === 'paused' || row.health === 'disabled';

/** Something is left undone until the desktop is back; `told` = its people see it at the connection. */
export async function deskMissed(internals: StoreInternals, organisationId: string, connectionId: string, told: boolean): Promise<void> {
  await internals.database.withOrganisation(organisationId, (tx) =>
    sql`update connection_access set kept_waits = true where organisation_id = ${organisationId} and id = ${connectionId} and not kept_waits`.execute(tx),
  );
  if (told) await setHealth(internals, organisationId, [connectionId], (row) => (row.health === 'healthy' || row.health === 'waiting' ? { health: 'waiting', reason: DESK_AWAY } : null));
}

/** The desktop could not, and only a person can help: the connection fails at once, with its reason. */
export const deskFailed = (internals: StoreInternals, organisationId: string, connectionId: string, code: ErrorCode): Promise<void> =>
  setHealth(internals, organisationId, [connectionId], (row) => (stopped(row) ? null : { health: 'failing', reason: code }));

/** The device that keeps keys is let in no more. */
export async function deskWithdrawn(internals: StoreInternals, deviceId: string): Promise<void> {
  const rows = await internals.database.system.selectFrom('connectionAccess').select(['id', 'organisationId']).where('keptBy', '=', deviceId).execute();
  const [first] = rows;
  if (!first) return;
  await setHealth(internals, first.organisationId, rows.map((row) => row.id), (row) => (stopped(row) ? null : { health: 'failing', reason: 'desk.withdrawn' }));
}

/** It listens (again): what waited for it is due now; of calendars only where it can do them. True when there was something. */
export async function deskReturned(internals: StoreInternals, { id, organisationId }: Device, calendars: boolean): Promise<boolean> {
  const waits = () => internals.database.withOrganisation(organisationId, (tx) =>
    sql<{ id: string }>`
      select a.id from connection_access a where a.organisation_id = ${organisationId} and a.kept_by = ${id}
        and (a.kept_waits or exists (select from deliveries d where d.connection_id = a.id and d.state = 'held' and d.reason = ${DESK_AWAY})
          or (${calendars} and (a.calendars_wait or exists (
            select from calendar_states s join calendars c on c.organisation_id = s.organisation_id and c.id = s.calendar_id
            where s.organisation_id = ${organisationId} and s.waits_for_desk and c.connection_id = a.id
          ))))
    `.execute(tx),
  );
  const { rows } = await waits();
  if (rows.length === 0) return false;
  const connectionIds = rows.map((row) => row.id);
  const now = instant(internals.clock);
  await internals.writer.write(organisationId, async (writing) => {
    const { tx } = writing;
    await sql`
      update connection_access set kept_waits = false, next_poll_at = case when next_poll_at is null then next_poll_at else ${now}::timestamptz end,
        calendars_at = case when calendars_wait and ${calendars} then null else calendars_at end, calendars_wait = calendars_wait and not ${calendars}
      where organisation_id = ${organisationId} and id = any(${connectionIds}::uuid[])
    `.execute(tx);
    await freeDesk(tx, connectionIds, [DESK_AWAY]);
    if (calendars) await freeCalendars(writing, organisationId, connectionIds, 'waiting');
    for (const row of await readRows(tx, organisationId, 'connections', connectionIds)) {
      if (row.healthReason === DESK_AWAY) await healthIn(internals, writing, organisationId, row, (await everWorked(tx, row.id)) ? 'healthy' : 'waiting', null, SYSTEM);
    }
  });
  return true;
}

/** What is to be said of a connection; null = nothing else than is said already. */
type Next = (row: Connection) => { readonly health: Connection['health']; readonly reason: ErrorCode } | null;

async function setHealth(internals: StoreInternals, organisationId: string, connectionIds: readonly string[], next: Next): Promise<void> {
  await internals.writer.write(organisationId, async (writing) => {
    for (const row of await readRows(writing.tx, organisationId, 'connections', [...connectionIds])) {
      const after = next(row);
      if (after) await healthIn(internals, writing, organisationId, row, after.health, after.reason, SYSTEM);
    }
  });
}
