import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { draftCreated } from '../../core/domain/record/drafts.ts';
import type { ConnectionAccess } from '../../core/vendors/vendor.ts';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';
import type { IntakeConnection } from './store.ts';
import { hashOf, newToken, type Vault } from './vault.ts';

export interface NewConnection {
  readonly organisationId: string;
  readonly system: string;
  readonly name: string;
  readonly path: Connection['path'];
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly actor: Actor;
}

export interface CreatedConnection {
  readonly connectionId: string;
  /** The unguessable last part of its webhook address; shown again only to those who may see it. */
  readonly intakeKey: string;
}

const secretsOf = (id: string) => `connection:${id}:secrets`;
const keyOf = (id: string) => `connection:${id}:intake-key`;

/** Stores a connection, its secrets sealed, and records `connection.created`, in one transaction. */
export async function createConnection(internals: StoreInternals, wanted: NewConnection): Promise<CreatedConnection> {
  const { vault, ids, clock, writer } = internals;
  const connectionId = ids.next();
  const intakeKey = newToken();
  await writer.write(wanted.organisationId, async ({ tx, record }) => {
    const now = instant(clock);
    await sql`
      insert into connection_access (id, organisation_id, system, intake_key_hash, intake_key_sealed, settings, secrets_sealed, created_at)
      values (${connectionId}, ${wanted.organisationId}, ${wanted.system}, ${hashOf(intakeKey)}, ${vault.seal(intakeKey, keyOf(connectionId))},
        ${JSON.stringify(wanted.settings)}::jsonb, ${vault.seal(JSON.stringify(wanted.secrets), secretsOf(connectionId))}, ${now})
    `.execute(tx);
    const { system, name, path } = wanted;
    await record([
      draftCreated('connection.created', 'connections', null, { id: connectionId, system, name, path, health: 'waiting', healthReason: null, healthSince: now }, null, {
        actor: wanted.actor,
        source: null,
        deliveryId: null,
      }),
    ]);
  });
  return { connectionId, intakeKey };
}

const cacheKey = (system: string, hash: Buffer) => `${system}\n${hash.toString('base64')}`;

function openSecrets(vault: Vault, id: string, sealed: string): Result<Record<string, string>, CodedError> {
  const opened = vault.open(sealed, secretsOf(id));
  return opened.ok ? ok(JSON.parse(opened.value) as Record<string, string>) : opened;
}

/** Rejects when the database does, or when the secrets do not open (then the master key is wrong: nobody can be verified). */
export async function findIntakeConnection(internals: StoreInternals, system: string, intakeKey: string): Promise<IntakeConnection | null> {
  const hash = hashOf(intakeKey);
  const key = cacheKey(system, hash);
  const cached = internals.intakeCache.get(key);
  if (cached) return cached;
  const moment = internals.intakeCache.moment();
  const row = await internals.database.system.selectFrom('connectionAccess').selectAll().where('intakeKeyHash', '=', hash).where('system', '=', system).executeTakeFirst();
  if (!row) return null;
  const secrets = openSecrets(internals.vault, row.id, row.secretsSealed);
  if (!secrets.ok) throw new Error(secrets.error.message);
  const found: IntakeConnection = { connectionId: row.id, organisationId: row.organisationId, system: row.system, paused: row.paused, settings: row.settings, secrets: secrets.value };
  internals.intakeCache.keep(key, found, moment);
  return found;
}

/** Settings and opened secrets for a call to the vendor; null when there is no such connection. */
export async function readConnectionAccess(internals: StoreInternals, organisationId: string, connectionId: string): Promise<Result<ConnectionAccess, CodedError>> {
  const row = await internals.database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select(['id', 'settings', 'secretsSealed']).where('organisationId', '=', organisationId).where('id', '=', connectionId).executeTakeFirst(),
  );
  if (!row) return err(codedError('request.not_found', 'There is no such connection.'));
  const secrets = openSecrets(internals.vault, row.id, row.secretsSealed);
  return secrets.ok ? ok({ connectionId, settings: row.settings, secrets: secrets.value }) : secrets;
}

/** The webhook key in clear, for a person who may see it. */
export async function showIntakeKey(internals: StoreInternals, organisationId: string, connectionId: string): Promise<Result<string, CodedError>> {
  const row = await internals.database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select('intakeKeySealed').where('organisationId', '=', organisationId).where('id', '=', connectionId).executeTakeFirst(),
  );
  return row ? internals.vault.open(row.intakeKeySealed, keyOf(connectionId)) : err(codedError('request.not_found', 'There is no such connection.'));
}

/** A paused connection's webhooks are refused at the door. */
export async function setPaused(internals: StoreInternals, organisationId: string, connectionId: string, paused: boolean): Promise<void> {
  await change(internals, organisationId, connectionId, (tx) =>
    tx.updateTable('connectionAccess').set({ paused }).where('organisationId', '=', organisationId).where('id', '=', connectionId).execute(),
  );
}

/** Replaces the plain settings; secrets stay. */
export async function setSettings(internals: StoreInternals, organisationId: string, connectionId: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await change(internals, organisationId, connectionId, (tx) =>
    sql`update connection_access set settings = ${JSON.stringify(settings)}::jsonb where organisation_id = ${organisationId} and id = ${connectionId}`.execute(tx),
  );
}

/** Every intake, of this process and of the others, looks the connection up again after the commit. */
async function change(internals: StoreInternals, organisationId: string, connectionId: string, work: (tx: Tx) => Promise<unknown>): Promise<void> {
  await internals.database.withOrganisation(organisationId, async (tx) => {
    await work(tx);
    await internals.peers.announceConnection(tx, connectionId);
  });
  internals.intakeCache.forget(connectionId);
}
