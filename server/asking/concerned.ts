import { sql } from 'kysely';
import type { Command, Follow } from '../../core/contract/commands.ts';
import { takenOver, type PushedRow } from '../../core/domain/calendars/back.ts';
import { entryStatus } from '../../core/domain/calendars/targets.ts';
import { catchesUp } from '../../core/domain/conflicts/leftBehind.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { occupancyOf, type MovableRow } from '../../core/domain/conflicts/occupancies.ts';
import type { Tx } from '../store/database.ts';
import { stoodBefore } from '../store/deciding/bringBack.ts';
import { toldBy } from '../store/deciding/differences.ts';
import { readRows } from '../store/rows.ts';
import { SYSTEM } from '../store/taking/consequences.ts';
import { sharing } from '../store/taking/part.ts';
import { readResources } from '../store/taking/resources.ts';

/** Whose calendars a command is about that makes something definite, or gives what is definite other time. */

type Of<T extends Command['type']> = Extract<Command, { type: T }>;
export type Confirming = Of<'booking.set_status' | 'booking.bring_back' | 'allocation.save' | 'plan.carry_out' | 'wedding.let_follow' | 'difference.settle'>;

/** Without looking at any row. A hold, a lead and what is cancelled are confirmed by nobody. */
export function mayConfirm(command: Command): command is Confirming {
  switch (command.type) {
    case 'booking.set_status':
    case 'allocation.save':
      return command.status === 'definite';
    case 'booking.bring_back':
    case 'plan.carry_out':
    case 'wedding.let_follow':
      return true;
    case 'difference.settle':
      return command.keep === 'theirs';
    default:
      return false;
  }
}

/** UTC milliseconds. */
type Taken = Pick<Occupancy, 'resourceId' | 'startsAt' | 'endsAt'>;

/** What would be taken for certain from now on. Rows that are not there, or were changed since, are left to the decision. */
async function takenBy(tx: Tx, organisationId: string, command: Confirming): Promise<Taken[]> {
  switch (command.type) {
    case 'booking.set_status': {
      const [row] = await readRows(tx, organisationId, command.collection, [command.id]);
      const one = row ? taken({ collection: command.collection, row } as MovableRow) : null;
      return one === null || one.status === 'definite' || overtaken(row, command) ? [] : [one];
    }
    case 'booking.bring_back': {
      const { collection, id } = command;
      const [row] = await readRows(tx, organisationId, collection, [id]);
      const stood = row && !overtaken(row, command) ? await stoodBefore(tx, organisationId, { collection, row } as MovableRow) : null;
      const one = stood === null || stood.why !== null ? null : taken(stood.as);
      return one?.status === 'definite' ? [one] : [];
    }
    case 'allocation.save': {
      const { allocationId: id, resourceId, startsAt, endsAt } = command;
      const [row] = await readRows(tx, organisationId, 'allocations', [id]);
      const before = row ? taken({ collection: 'allocations', row }) : null;
      const after = taken({ collection: 'allocations', row: { ...command, id, version: 1, source: null } });
      const sameTime = before?.startsAt === Date.parse(startsAt) && before.endsAt === Date.parse(endsAt);
      const same = before?.status === 'definite' && before.resourceId === resourceId && sameTime;
      return after === null || same || overtaken(row, command) ? [] : [after];
    }
    case 'plan.carry_out': {
      const found: Taken[] = [];
      for (const { collection, id, basedOnVersion, resourceId, startsAt, endsAt, follow } of command.moves) {
        const [row] = await readRows(tx, organisationId, collection, [id]);
        if (row === undefined || overtaken(row, { basedOnVersion })) continue;
        const one = { collection, row } as MovableRow;
        const to = { resourceId, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
        const before = taken(one);
        const same = before?.resourceId === resourceId && before.startsAt === to.startsAt && before.endsAt === to.endsAt;
        if (isDefinite(one) && !same) found.push({ ...to });
        found.push(...(await followers(tx, organisationId, follow, row.startsAt === null ? 0 : to.startsAt - Date.parse(row.startsAt))));
      }
      return found;
    }
    case 'wedding.let_follow': {
      const [alert] = await readRows(tx, organisationId, 'alerts', [command.alertId]);
      const [wedding] = alert?.weddingId ? await readRows(tx, organisationId, 'weddings', [alert.weddingId]) : [];
      const found: Taken[] = [];
      for (const named of wedding ? command.rows : []) {
        const left = alert?.stayed?.find(({ id }) => id === named.id);
        const [row] = left && named.collection !== 'runSheetItems' ? await readRows(tx, organisationId, named.collection, [named.id]) : [];
        const one = row ? ({ collection: named.collection, row } as MovableRow) : null;
        if (!wedding || !left || !one || !row || overtaken(row, named) || !isDefinite(one)) continue;
        const { startsAt, endsAt } = left;
        const becomes = command.back === true ? { startsAt, endsAt } : catchesUp(left, wedding);
        const after = taken({ collection: one.collection, row: { ...one.row, ...becomes } } as MovableRow);
        if (after) found.push(after);
      }
      return found;
    }
    case 'difference.settle': {
      const [difference] = await readRows(tx, organisationId, 'differences', [command.differenceId]);
      if (!difference || overtaken(difference, command)) return [];
      const { collection, id } = difference.subject;
      if (collection === 'runSheetItems') return [];
      const [row] = await readRows(tx, organisationId, collection, [id]);
      const theirs = row ? takenOver({ collection, row } as PushedRow, toldBy(difference), SYSTEM) : null;
      const before = row ? taken({ collection, row } as MovableRow) : null;
      const after = theirs ? taken({ collection: theirs.collection, row: theirs.row } as MovableRow) : null;
      if (after?.status !== 'definite') return [];
      return before?.status === 'definite' && before.startsAt === after.startsAt && before.endsAt === after.endsAt ? [] : [after];
    }
  }
}

/** What moves with a wedding, as far as it takes time; `shiftMs`: by how much. */
async function followers(tx: Tx, organisationId: string, follow: Follow | undefined, shiftMs: number): Promise<Taken[]> {
  const found: Taken[] = [];
  for (const collection of ['bookings', 'allocations'] as const) {
    const ids = (follow?.rows ?? []).filter((one) => one.collection === collection).map(({ id }) => id);
    for (const row of ids.length === 0 ? [] : await readRows(tx, organisationId, collection, ids)) {
      const one = { collection, row } as MovableRow;
      const before = isDefinite(one) ? taken(one) : null;
      if (before) found.push({ resourceId: before.resourceId, startsAt: before.startsAt + shiftMs, endsAt: before.endsAt + Math.max(0, shiftMs) });
    }
  }
  return found;
}

const isDefinite = (one: MovableRow): boolean => entryStatus(one) === 'confirmed' && one.row.status !== 'closed';
const taken = (one: MovableRow): Occupancy | null => occupancyOf(one, () => null);
/** Versions only grow: who has seen an older one is told so by the decision, whatever any calendar says. */
const overtaken = (row: { readonly version: number } | undefined, { basedOnVersion }: { readonly basedOnVersion: number | null }): boolean =>
  row !== undefined && row.version > (basedOnVersion ?? 0);

/** How a calendar's source stands. Instants as ISO text. */
export interface Source {
  readonly calendarId: string;
  readonly connectionId: string;
  /** Whose calendar it is, and its name. */
  readonly whose: string;
  readonly paused: boolean;
  /** The desktop that keeps its key is not there. */
  readonly away: boolean;
  readonly lookedAt: string | null;
  readonly answered: number;
  readonly ended: number;
  /** Something that it told is not worked on yet; waits for a person, or for the connection. */
  readonly undone: boolean;
  readonly held: boolean;
}

const LISTENED = sql`c.state = 'active' and c.direction in ('inbound', 'bidirectional')`;
const standingAt = (now: string) => sql`
  a.paused,
  a.kept_by is not null and not exists (select from desks d where d.device_id = a.kept_by and d.listening_until >= ${now}::timestamptz) as away,
  a.looked_at, a.look_answered as answered, a.look_ended as ended,
  exists (select from deliveries d where d.connection_id = a.id and d.state in ('received', 'waiting')) as undone,
  exists (select from deliveries d where d.connection_id = a.id and d.state = 'held') as held`;

export interface Concerned {
  readonly sources: readonly Source[];
  /** How far the log reached. */
  readonly since: number;
}

/**
 * The calendars that are listened to and are of those whose time the command takes, or of what shares a part with them. None for a
 * command that was decided before, and for what is over; a house that listens to none is asked one question.
 */
export async function concerned(tx: Tx, organisationId: string, command: Confirming, now: number): Promise<Concerned> {
  const { rows: [house] } = await sql<{ since: number; listens: boolean; decided: boolean }>`
    select (select last_seq from organisations where id = ${organisationId}) as since,
      exists (select from calendars c where c.organisation_id = ${organisationId} and c.resource_id is not null and ${LISTENED}) as listens,
      exists (select from commands where organisation_id = ${organisationId} and command_id = ${command.commandId}) as decided
  `.execute(tx);
  const none = { sources: [], since: 0 };
  if (house?.listens !== true || house.decided) return none;
  const taking = (await takenBy(tx, organisationId, command)).filter(({ endsAt }) => endsAt > now);
  const ids = new Set(taking.map(({ resourceId }) => resourceId));
  if (ids.size === 0) return none;
  const resources = (await readResources(tx, [], [...ids].map((id) => ({ organisationId, id })))).get(organisationId);
  const { rows } = await sql<Source>`
    select c.id as calendar_id, c.connection_id, r.name || ' (' || c.name || ')' as whose, ${standingAt(new Date(now).toISOString())}
    from calendars c
      join connection_access a on a.organisation_id = c.organisation_id and a.id = c.connection_id
      join resources r on r.organisation_id = c.organisation_id and r.id = c.resource_id
    where c.organisation_id = ${organisationId} and c.resource_id = any(${[...(resources ? sharing(ids, resources) : ids)]}::uuid[]) and ${LISTENED}
      and a.removed_at is null
    order by r.name, c.name, c.id
  `.execute(tx);
  return { sources: rows, since: house.since };
}

/** Somebody waits for a look at these connections, whose time that is now. Gives the count that each has to come to. */
export async function callFor(tx: Tx, organisationId: string, connectionIds: readonly string[], now: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; lookAsked: number }>`
    update connection_access a set look_asked = a.look_asked + 1, next_poll_at = ${now}::timestamptz
    from (
      select id from connection_access where organisation_id = ${organisationId} and id = any(${[...connectionIds]}::uuid[]) order by id for update
    ) as these
    where a.id = these.id returning a.id, a.look_asked
  `.execute(tx);
  return new Map(rows.map(({ id, lookAsked }) => [id, lookAsked]));
}

export type Standing = Pick<Source, 'connectionId' | 'paused' | 'away' | 'lookedAt' | 'answered' | 'ended' | 'undone' | 'held'>;

/** One statement, so that whoever sees that a look has ended sees what it has brought as well. */
export const standings = (organisationId: string, connectionIds: readonly string[], now: string) => sql<Standing>`
  select a.id as connection_id, ${standingAt(now)} from connection_access a
  where a.organisation_id = ${organisationId} and a.id = any(${[...connectionIds]}::uuid[])
`;
