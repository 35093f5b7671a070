import { sql } from 'kysely';
import type { ConnectionFigures, ConnectionFiguresAnswer, FiguresAnswer, FigureWindow, LastFault } from '../../core/contract/figures.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { added, figuresOf, slotOf, type Counts } from '../../core/domain/figures/counts.ts';
import { availabilityOf, percentOf, type HealthChange } from '../../core/domain/figures/outages.ts';
import { AXES, GRAIN_MS, slotsOf, type Grain } from '../../core/domain/figures/windows.ts';
import { mostTroubled } from '../../core/domain/figures/worst.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';

/** Changes of one connection's health that are looked at, the newest; of one that changes more often in the window no more is known. */
const CHANGES = 500;
/** The step that made the table: nothing was counted before. */
const FIGURES_STEP = 17;

interface CountedRow {
  readonly connectionId: string;
  readonly slot: number;
  readonly counts: Counts;
}

/** Added up by the step of the time axis, where the rows are. */
async function countsBySlot(tx: Tx, organisationId: string, connectionId: string | null, window: FigureWindow, from: string): Promise<CountedRow[]> {
  const { grain, slotMs } = AXES[window];
  const { rows } = await sql<CountedRow>`
    select connection_id, slot, jsonb_object_agg(name, total) as counts from (
      select f.connection_id, floor(extract(epoch from f.starts_at - ${from}::timestamptz) * 1000 / ${slotMs}::bigint)::bigint as slot, c.key as name, sum(c.value::bigint) as total
      from connection_figures f cross join lateral jsonb_each_text(f.counts) as c
      where f.organisation_id = ${organisationId} and (${connectionId}::uuid is null or f.connection_id = ${connectionId}::uuid) and f.grain = ${grain} and f.starts_at >= ${from}::timestamptz
      group by 1, 2, 3
    ) as steps group by connection_id, slot
  `.execute(tx);
  return rows;
}

async function faults(tx: Tx, organisationId: string, window: FigureWindow, from: string): Promise<Map<string, LastFault>> {
  const { rows } = await sql<{ connectionId: string; at: string; fault: Omit<LastFault, 'at'> }>`
    select distinct on (connection_id) connection_id, fault_at as at, fault from connection_figures
    where organisation_id = ${organisationId} and grain = ${AXES[window].grain} and starts_at >= ${from}::timestamptz and fault_at is not null
    order by connection_id, fault_at desc
  `.execute(tx);
  return new Map(rows.map(({ connectionId, at, fault }) => [connectionId, { at, what: fault.what, code: fault.code }]));
}

/** From the log, in its order: how it stood before the window, and what changed within. */
async function healthChanges(tx: Tx, organisationId: string, ids: readonly string[], from: string): Promise<Map<string, HealthChange[]>> {
  const { rows } = await sql<HealthChange & { connectionId: string }>`
    select c.id as connection_id, h.at, h.health, h.reason from unnest(${ids}::uuid[]) as c(id)
    cross join lateral (
      (select seq, recorded_at as at, "row"->>'health' as health, "row"->>'healthReason' as reason from events
        where organisation_id = ${organisationId} and row_id = c.id and recorded_at >= ${from}::timestamptz and type in ('connection.created', 'connection.health_changed') order by seq desc limit ${CHANGES})
      union all
      (select seq, recorded_at, "row"->>'health', "row"->>'healthReason' from events
        where organisation_id = ${organisationId} and row_id = c.id and recorded_at < ${from}::timestamptz and type in ('connection.created', 'connection.health_changed') order by seq desc limit 1)
    ) as h order by h.seq
  `.execute(tx);
  const found = new Map<string, HealthChange[]>();
  for (const { connectionId, ...change } of rows) found.set(connectionId, [...(found.get(connectionId) ?? []), change]);
  // With some left out in between, how it stood before says nothing of the time up to the oldest that is known.
  for (const [id, changes] of found) if (changes.length > CHANGES) found.set(id, changes.slice(-CHANGES));
  return found;
}

interface Standing {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly health: Connection['health'];
  readonly createdAt: string;
}

async function standings(tx: Tx, organisationId: string): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select c.id, c.name, c.system, c.health, a.created_at from connections c join connection_access a on a.organisation_id = c.organisation_id and a.id = c.id
    where c.organisation_id = ${organisationId} order by c.name, c.id
  `.execute(tx);
  return rows;
}

/**
 * Since when anything is counted: as far back as there are rows where the record was restored into another home. A step that
 * was running when the table was made began before it, and tells nothing of the time until then.
 */
async function sinceWhen(tx: Tx, organisationId: string, made: string): Promise<string> {
  const { rows } = await sql<{ grain: Grain; at: string }>`select grain, min(starts_at) as at from connection_figures where organisation_id = ${organisationId} group by grain`.execute(tx);
  const before = rows.filter(({ grain, at }) => Date.parse(at) + GRAIN_MS[grain] <= Date.parse(made)).map(({ at }) => at);
  return before.reduce((first, at) => (at < first ? at : first), made);
}

/** Not in a transaction of a house: the table of steps is nobody's, and where all share one connection it would wait for itself. */
async function tableMade({ database, clock }: StoreInternals): Promise<string> {
  const { rows } = await sql<{ at: string }>`select applied_at as at from schema_versions where version = ${FIGURES_STEP}`.execute(database.system);
  return rows[0]?.at ?? instant(clock);
}

export interface FiguresReading {
  /** All connections of the house. */
  all(organisationId: string, window: FigureWindow): Promise<FiguresAnswer>;
  /** Null = there is no such connection. */
  one(organisationId: string, connectionId: string, window: FigureWindow): Promise<ConnectionFiguresAnswer | null>;
}

/** @param flush writes what this process has counted so far */
export function createFiguresReading(internals: StoreInternals, flush: () => Promise<void>): FiguresReading {
  async function read(organisationId: string, window: FigureWindow, only: string | null) {
    await flush();
    const made = await tableMade(internals);
    const now = internals.clock.now();
    const slots = slotsOf(window, now);
    const fromMs = slots[0] ?? now;
    const from = new Date(fromMs).toISOString();
    return internals.database.withOrganisation(organisationId, async (tx) => {
      const connections = (await standings(tx, organisationId)).filter(({ id }) => only === null || id === only);
      const since = await sinceWhen(tx, organisationId, made);
      const rows = connections.length === 0 ? [] : await countsBySlot(tx, organisationId, only, window, from);
      const wrong = await faults(tx, organisationId, window, from);
      const changes = await healthChanges(tx, organisationId, connections.map(({ id }) => id), from);
      const byConnection = Map.groupBy(rows, ({ connectionId }) => connectionId);
      const slotsFrom = (of: readonly CountedRow[]) => slots.map((at, index) => slotOf(new Date(at).toISOString(), added(of.filter(({ slot }) => slot === index).map(({ counts }) => counts))));
      const figures = connections.map(({ id, name, system, health, createdAt }): ConnectionFigures => {
        const own = byConnection.get(id) ?? [];
        return {
          connectionId: id, name, system, health, countedSince: createdAt > since ? createdAt : since,
          figures: figuresOf(added(own.map(({ counts }) => counts))), availability: availabilityOf(changes.get(id) ?? [], fromMs, now), lastFault: wrong.get(id) ?? null, slots: slotsFrom(own),
        };
      });
      const known = rows.filter(({ connectionId }) => connections.some(({ id }) => id === connectionId));
      return { over: { at: new Date(now).toISOString(), window, from, slotMs: AXES[window].slotMs }, since, known, figures, slots: slotsFrom(known) };
    });
  }

  return {
    async all(organisationId, window) {
      const { over, since, known, figures: connections, slots } = await read(organisationId, window, null);
      const systemOf = new Map(connections.map(({ connectionId, system }) => [connectionId, system]));
      const systems = [...Map.groupBy(connections, ({ system }) => system)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([system, of]) => {
        const judgedMs = of.reduce((sum, { availability }) => sum + availability.judgedMs, 0);
        const downMs = of.reduce((sum, { availability }) => sum + availability.downMs, 0);
        const counts = added(known.filter(({ connectionId }) => systemOf.get(connectionId) === system).map((row) => row.counts));
        return { system, connections: of.length, figures: figuresOf(counts), availability: { percent: percentOf(judgedMs, downMs), judgedMs, downMs } };
      });
      return { ...over, countedSince: since, connections, systems, figures: figuresOf(added(known.map(({ counts }) => counts))), slots, ...mostTroubled(connections) };
    },
    async one(organisationId, connectionId, window) {
      const { over, figures: [connection] } = await read(organisationId, window, connectionId);
      return connection ? { ...over, connection } : null;
    },
  };
}
