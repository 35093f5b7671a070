import type { Organisation } from '../../core/contract/record.ts';
import { instant, type StoreInternals } from './internals.ts';

export async function createOrganisation(internals: StoreInternals, fields: Omit<Organisation, 'id'>): Promise<Organisation> {
  const organisation: Organisation = { id: internals.ids.next(), ...fields };
  await internals.database.system
    .insertInto('organisations')
    .values({ ...organisation, createdAt: instant(internals.clock) })
    .execute();
  return organisation;
}

export async function readOrganisation(internals: StoreInternals, id: string): Promise<Organisation | null> {
  const row = await internals.database.withOrganisation(id, (tx) =>
    tx.selectFrom('organisations').select(['id', 'name', 'zone', 'currency', 'demo']).where('id', '=', id).executeTakeFirst(),
  );
  return row ?? null;
}
