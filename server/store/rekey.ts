import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { sql } from 'kysely';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { channelTokenOf } from './channels.ts';
import { keyOf, secretsOf } from './connections.ts';
import type { Tx } from './database.ts';
import { current, withRecord, type Maintenance } from './maintain.ts';
import { schemaVersion } from './migrations/index.ts';
import { claimAlone } from './peers.ts';
import { createVault, type Vault } from './vault.ts';

/** How many sealed texts of which kind now open with the new key. */
export interface Rekeyed {
  readonly connections: number;
  readonly signOns: number;
  readonly secondFactors: number;
  readonly newKeyId: string;
}

const CHECK = 'meta:key_check';
const signOnOf = (organisationId: string) => `single_sign_on:${organisationId}`;

class Unopened extends Error {
  readonly told: CodedError;
  constructor(told: CodedError) {
    super(told.message);
    this.told = told;
  }
}

function opened(vault: Vault, sealed: string, about: string): string {
  const plain = vault.open(sealed, about);
  if (!plain.ok) throw new Unopened(plain.error);
  return plain.value;
}

/** Sealed again, and opened once more to be sure. */
function moved(from: Vault, to: Vault, sealed: string, about: string): string {
  const plain = opened(from, sealed, about);
  const again = to.seal(plain, about);
  if (opened(to, again, about) !== plain) throw new Error('a sealed text does not open as it was closed');
  return again;
}

async function connections(tx: Tx, from: Vault, to: Vault): Promise<number> {
  const rows = await tx.selectFrom('connectionAccess').select(['id', 'secretsSealed', 'intakeKeySealed']).where('removedAt', 'is', null).execute();
  for (const row of rows) {
    const secretsSealed = moved(from, to, row.secretsSealed, secretsOf(row.id));
    const intakeKeySealed = moved(from, to, row.intakeKeySealed, keyOf(row.id));
    // The salt of marks follows from the master key: the desktops tell theirs anew.
    await tx.updateTable('connectionAccess').set({ secretsSealed, intakeKeySealed, keptMark: null }).where('id', '=', row.id).execute();
  }
  return rows.length;
}

async function channels(tx: Tx, from: Vault, to: Vault): Promise<void> {
  const rows = await tx.selectFrom('calendarChannels').select(['id', 'tokenSealed']).execute();
  for (const row of rows) await tx.updateTable('calendarChannels').set({ tokenSealed: moved(from, to, row.tokenSealed, channelTokenOf(row.id)) }).where('id', '=', row.id).execute();
}

async function signOns(tx: Tx, from: Vault, to: Vault): Promise<number> {
  const rows = await tx.selectFrom('singleSignOn').select(['id', 'organisationId', 'oidcConfig']).execute();
  for (const row of rows) await tx.updateTable('singleSignOn').set({ oidcConfig: moved(from, to, row.oidcConfig, signOnOf(row.organisationId)) }).where('id', '=', row.id).execute();
  return rows.length;
}

/** What the accounts library has closed with the secret that follows from the master key. */
async function ofAccounts(tx: Tx, from: Vault, to: Vault): Promise<number> {
  const keys = { from: from.derive('accounts'), to: to.derive('accounts') };
  const turned = async (data: string): Promise<string> => {
    const plain = await symmetricDecrypt({ key: keys.from, data });
    const again = await symmetricEncrypt({ key: keys.to, data: plain });
    if ((await symmetricDecrypt({ key: keys.to, data: again })) !== plain) throw new Error('a second factor does not open as it was closed');
    return again;
  };
  const factors = await sql<{ id: string; secret: string; backupCodes: string }>`select id, secret, backup_codes from second_factors`.execute(tx);
  for (const row of factors.rows) await sql`update second_factors set secret = ${await turned(row.secret)}, backup_codes = ${await turned(row.backupCodes)} where id = ${row.id}`.execute(tx);
  return factors.rows.length;
}

/**
 * Seals everything that the master key has closed with another one, in one transaction: it is done whole or not at all.
 * Leave that was asked for and not given is asked for again; whoever is signed in by a cookie of the accounts signs in again.
 * Errors: `secrets.unavailable` (the key at hand is not the one, or a text does not open), `store.locked` (a server runs),
 * `backup.no_record`, `backup.older_schema`.
 */
export const rekeyRecord = (options: Maintenance, masterKey: Uint8Array, newKey: Uint8Array): Promise<Result<Rekeyed, CodedError>> =>
  withRecord(options, async (database) => {
    const old = current(await schemaVersion(database.system));
    if (old) return err(old);
    const [from, to] = [createVault(masterKey), createVault(newKey)];
    if (from.keyId === to.keyId) return err(codedError('secrets.unavailable', 'The new key is the one that is used already.'));
    try {
      return await database.system.transaction().execute(async (tx) => {
        if (!(await claimAlone(tx))) return err(codedError('store.locked', 'A server is using this database. Stop every server first.', true));
        const check = await tx.selectFrom('meta').select('value').where('key', '=', 'key_check').executeTakeFirstOrThrow();
        await tx.updateTable('meta').set({ value: moved(from, to, check.value, CHECK) }).where('key', '=', 'key_check').execute();
        await sql`delete from leave_requests`.execute(tx);
        await channels(tx, from, to);
        // Tokens of a sign-on are of no use once somebody is signed in.
        await sql`update sign_in_methods set access_token = null, refresh_token = null, id_token = null`.execute(tx);
        return ok({ connections: await connections(tx, from, to), signOns: await signOns(tx, from, to), secondFactors: await ofAccounts(tx, from, to), newKeyId: to.keyId });
      });
    } catch (error) {
      if (error instanceof Unopened) return err(error.told);
      throw error;
    }
  });
