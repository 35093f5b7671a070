import { sql, type Kysely } from 'kysely';
import type { Tx } from '../store/database.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Schema } from '../store/schema.ts';
import { revokeIn } from '../store/sessions.ts';

/** Ways into an account that somebody else may have prepared, closed. */

type Told = { told(): void };

async function endOf(internals: StoreInternals, tx: Tx, ids: readonly string[]): Promise<Told> {
  if (ids.length > 0) await tx.deleteFrom('sessions').where('id', 'in', [...ids]).execute();
  return revokeIn(internals, tx, 'sessionId', ids);
}

/** Passkeys of these accounts. A passkey outlives the password it was set up with. */
export async function dropPasskeys(db: Kysely<Schema>, accountIds: readonly string[]): Promise<void> {
  await sql`delete from passkeys where account_id = any(${[...accountIds]}::uuid[])`.execute(db);
}

/** Links to set a password, and all sessions but one. `told` is to be called after the commit. */
export async function closeOtherWays(internals: StoreInternals, tx: Tx, accountId: string, keptSessionId: string | null): Promise<Told> {
  await sql`delete from verifications where value = ${accountId}`.execute(tx);
  const sessions = await tx.selectFrom('sessions').select('id').where('accountId', '=', accountId).execute();
  return endOf(internals, tx, sessions.map(({ id }) => id).filter((id) => id !== keptSessionId));
}

/**
 * Forgets whom a provider knows, with what whoever holds the provider could set up as one of them: sessions and passkeys.
 * `sparing`: the account that does it, which would shut itself out.
 */
export async function forgetProvider(internals: StoreInternals, tx: Tx, providerId: string, sparing: string | null): Promise<Told> {
  const gone = await tx.deleteFrom('signInMethods').where('providerId', '=', providerId).returning('holderId').execute();
  const accountIds = [...new Set(gone.map(({ holderId }) => holderId))].filter((id) => id !== sparing);
  if (accountIds.length === 0) return { told: () => undefined };
  await dropPasskeys(tx, accountIds);
  const sessions = await tx.selectFrom('sessions').select('id').where('accountId', 'in', accountIds).execute();
  return endOf(internals, tx, sessions.map(({ id }) => id));
}
