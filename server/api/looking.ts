import { sql } from 'kysely';
import type { z } from 'zod';
import type { ConflictsAnswer, ConnectionStatusAnswer, LooksAnswer, SyncRequest, WeddingStatusAnswer } from '../../core/contract/looking.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Conflict } from '../../core/contract/record/taking.ts';
import { EMPTY_QUEUE } from '../../core/domain/intake/queue.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { queueByConnection } from '../store/queue.ts';
import { readRows } from '../store/rows.ts';
import { conflictsIn, openConflictsOf } from './conflicts.ts';
import { brings } from './syncTypes.ts';
import { workOf } from './weddingWork.ts';

/** Events of a wedding that are looked at for where they came from; the newest. */
const EVENTS_LOOKED_AT = 5_000;

/** Asking for looks at sources, and how connections stand. Null = there is no such wedding. */
export interface Looking {
  sync(organisationId: string, wanted: z.infer<typeof SyncRequest>): Promise<LooksAnswer>;
  conflicts(organisationId: string, state: Conflict['state']): Promise<ConflictsAnswer>;
  syncWedding(organisationId: string, weddingId: string, wanted: z.infer<typeof SyncRequest>): Promise<LooksAnswer | null>;
  status(organisationId: string): Promise<ConnectionStatusAnswer>;
  weddingStatus(organisationId: string, weddingId: string): Promise<WeddingStatusAnswer | null>;
}

const isOff = ({ health }: Connection): boolean => health === 'paused' || health === 'disabled';

/** Where the rows of a wedding came from, and when something last did. */
async function sourcesOf(tx: Tx, organisationId: string, weddingId: string): Promise<{ ids: ReadonlySet<string>; lastAt: string | null } | null> {
  const [wedding] = await readRows(tx, organisationId, 'weddings', [weddingId]);
  if (!wedding) return null;
  const { rows } = await sql<{ connectionId: string; lastAt: string }>`
    select d.connection_id, max(e.recorded_at) as last_at from (
      select delivery_id, recorded_at from events where organisation_id = ${organisationId} and wedding_id = ${weddingId} and delivery_id is not null order by seq desc limit ${EVENTS_LOOKED_AT}
    ) as e join deliveries d on d.id = e.delivery_id group by d.connection_id
  `.execute(tx);
  return { ids: new Set(rows.map((row) => row.connectionId)), lastAt: rows.map((row) => row.lastAt).sort().at(-1) ?? null };
}

export function createLooking(internals: StoreInternals, vendors: (system: string) => VendorModule | null): Looking {
  const { database, clock } = internals;
  const isLookedAt = ({ path, system }: Connection): boolean => path === 'feed' || (path === 'native' && vendors(system)?.poll !== undefined);

  async function ask(tx: Tx, organisationId: string, connections: readonly Connection[], { systems = [], connectionIds = [], syncType = 'all' }: z.infer<typeof SyncRequest>): Promise<LooksAnswer> {
    const now = instant(clock);
    const wanted = connections.filter((row) => (systems.length === 0 || systems.includes(row.system)) && (connectionIds.length === 0 || connectionIds.includes(row.id)) && brings(row, vendors(row.system)?.manifest.category, syncType));
    const told = wanted.map((row) => ({ connectionId: row.id, system: row.system, name: row.name, look: isOff(row) ? ('paused' as const) : isLookedAt(row) ? ('asked' as const) : ('tells_by_itself' as const) }));
    const ids = told.filter(({ look }) => look === 'asked').map(({ connectionId }) => connectionId);
    if (ids.length > 0) await sql`update connection_access set next_poll_at = ${now}::timestamptz where organisation_id = ${organisationId} and id = any(${ids}::uuid[])`.execute(tx);
    return { at: now, connections: told };
  }

  async function statusOf(tx: Tx, organisationId: string, only: ReadonlySet<string> | null): Promise<ConnectionStatusAnswer['connections']> {
    const connections = (await readRows(tx, organisationId, 'connections', only === null ? null : [...only]));
    const queues = await queueByConnection(tx, organisationId);
    const { rows } = await sql<{ id: string; nextPollAt: string | null; lastAt: string | null }>`
      select a.id, a.next_poll_at, (select d.received_at from deliveries d where d.connection_id = a.id order by d.received_at desc limit 1) as last_at from connection_access a where a.organisation_id = ${organisationId}
    `.execute(tx);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return connections.map((connection) => {
      const { nextPollAt = null, lastAt = null } = byId.get(connection.id) ?? {};
      return { connection, lastDeliveryAt: lastAt, nextLookAt: isLookedAt(connection) && !isOff(connection) ? nextPollAt : null, queue: queues.get(connection.id) ?? EMPTY_QUEUE };
    });
  }

  const afterAsking = <T extends LooksAnswer | null>(answer: T): T => {
    if (answer?.connections.some(({ look }) => look === 'asked')) internals.callLooks();
    return answer;
  };

  return {
    sync: async (organisationId, wanted) =>
      afterAsking(await database.withOrganisation(organisationId, async (tx) => ask(tx, organisationId, await readRows(tx, organisationId, 'connections', null), wanted))),
    syncWedding: async (organisationId, weddingId, wanted) =>
      afterAsking(
        await database.withOrganisation(organisationId, async (tx) => {
          const sources = await sourcesOf(tx, organisationId, weddingId);
          return sources && ask(tx, organisationId, await readRows(tx, organisationId, 'connections', [...sources.ids]), wanted);
        }),
      ),
    conflicts: (organisationId, state) => database.withOrganisation(organisationId, async (tx) => ({ at: instant(clock), conflicts: await conflictsIn(tx, organisationId, state) })),
    status: (organisationId) => database.withOrganisation(organisationId, async (tx) => ({ at: instant(clock), connections: await statusOf(tx, organisationId, null) })),
    weddingStatus: (organisationId, weddingId) =>
      database.withOrganisation(organisationId, async (tx) => {
        const sources = await sourcesOf(tx, organisationId, weddingId);
        if (!sources) return null;
        const connections = await statusOf(tx, organisationId, sources.ids);
        return { weddingId, active: connections.filter(({ connection }) => !isOff(connection)).length, lastChangeAt: sources.lastAt, pendingConflicts: await openConflictsOf(tx, organisationId, weddingId), ...(await workOf(tx, { organisationId, weddingId, connections, now: instant(clock) })) };
      }),
  };
}
