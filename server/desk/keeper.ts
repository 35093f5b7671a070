import { sql } from 'kysely';
import type { Keeper } from '../../core/contract/systems.ts';
import type { Tx } from '../store/database.ts';
import { isGone } from '../store/sessions.ts';

/** The desktop that makes a connection's calls, and whether it can be asked. */
export interface KeeperNow {
  readonly deviceId: string;
  readonly name: string;
  readonly fence: number;
  /** Names of the secrets that it keeps. */
  readonly keys: readonly string[];
  /** It is let in no more. */
  readonly withdrawn: boolean;
  /** Until when it listens for turns; null = it never has. */
  readonly listeningUntil: string | null;
  /** It lists and writes calendars; null = it has never listened. */
  readonly calendars: boolean | null;
  /** It is told with a look what was written. */
  readonly written: boolean | null;
}

/** Null = its secrets are in the vault. Asked as the owner of the tables: sessions are closed to the organisations' own role. */
export async function keeperOf(system: Pick<Tx, 'selectFrom'>, connectionId: string, now: string): Promise<KeeperNow | null> {
  const row = await system
    .selectFrom('connectionAccess as a')
    .leftJoin('devices', (join) => join.onRef('devices.id', '=', 'a.keptBy').onRef('devices.organisationId', '=', 'a.organisationId'))
    .leftJoin('desks as d', 'd.deviceId', 'devices.id')
    .select(['a.keptBy as deviceId', 'devices.name as name', 'a.keptFence as fence', 'a.keptKeys as keys', 'd.listeningUntil as listeningUntil', 'd.calendars as calendars', 'd.written as written'])
    .select(sql<boolean>`devices.id is null or devices.revoked_at is not null or (${isGone(now)})`.as('withdrawn'))
    .where('a.id', '=', connectionId)
    .executeTakeFirst();
  const deviceId = row?.deviceId ?? null;
  // A device that was withdrawn long ago is not even known by its name any more.
  return row && deviceId !== null ? { ...row, deviceId, name: row.name ?? '' } : null;
}

/** As people are shown it. */
export function keeperView(keeper: KeeperNow, askedBy: string | null, now: number): Keeper {
  const { deviceId, name, fence, keys, withdrawn, listeningUntil } = keeper;
  const listens = listeningUntil !== null && Date.parse(listeningUntil) > now;
  return { deviceId, name, fence, keys: [...keys], self: deviceId === askedBy, state: withdrawn ? 'withdrawn' : listens ? 'here' : 'away', since: listens ? null : listeningUntil };
}
