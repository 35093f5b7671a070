import { sql } from 'kysely';
import type { HouseFields } from '../../core/contract/founding.ts';
import type { Organisation } from '../../core/contract/record.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import { instant } from './internals.ts';
import { OWNER } from './devices.ts';
import type { Database, Tx } from './database.ts';
import type { Device } from './store.ts';
import { hashOf, newToken } from './vault.ts';

export interface Founded {
  readonly organisation: Organisation;
  readonly device: Device;
  /** In clear once; only its hash is stored. */
  readonly token: string;
}

export const isFounded = async ({ database }: { readonly database: Pick<Database, 'system'> }): Promise<boolean> =>
  (await database.system.selectFrom('organisations').select('id').limit(1).executeTakeFirst()) !== undefined;

interface Needs {
  readonly database: Pick<Database, 'system'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The first organisation of a record, in the caller's transaction; of several who come at once, whatever process they ask, one gets it. */
export async function foundIn({ clock, ids }: Needs, tx: Tx, house: HouseFields): Promise<Organisation | null> {
  // Nobody else can add one between the look and the insert; reading goes on.
  await sql`lock table organisations in share row exclusive mode`.execute(tx);
  if (await tx.selectFrom('organisations').select('id').limit(1).executeTakeFirst()) return null;
  const organisation: Organisation = { id: ids.next(), ...house, demo: false };
  await tx.insertInto('organisations').values({ ...organisation, createdAt: instant(clock) }).execute();
  return organisation;
}

/** Makes the first organisation and its owner's device, both or neither. */
export async function foundHouse(internals: Needs, house: HouseFields, wanted: Pick<Device, 'name' | 'kind'>): Promise<Result<Founded, 'auth.founded_already'>> {
  return internals.database.system.transaction().execute(async (tx) => {
    const organisation = await foundIn(internals, tx, house);
    if (!organisation) return err('auth.founded_already' as const);
    const now = instant(internals.clock);
    const token = newToken();
    const device: Device = { id: internals.ids.next(), organisationId: organisation.id, ...wanted, ...OWNER };
    await tx
      .insertInto('devices')
      .values({ ...device, bookingIds: sql<never>`'[]'::jsonb`, tokenHash: hashOf(token), createdAt: now, lastSeenAt: now, revokedAt: null })
      .execute();
    return ok({ organisation, device, token });
  });
}
