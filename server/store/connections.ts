import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { draftCreated } from '../../core/domain/record/drafts.ts';
import type { ConnectionAccess } from '../../core/vendors/vendor.ts';
import { withTokens, type SealedToken } from './channels.ts';
import type { Tx } from './database.ts';
import { instant, type StoreInternals } from './internals.ts';
import type { IntakeConnection } from './store.ts';
import { hashOf, newToken, type Vault } from './vault.ts';

/** Who keeps secrets of a connection, and which. */
export interface Kept {
  readonly deviceId: string;
  readonly keys: readonly string[];
}

export interface NewConnection {
  readonly organisationId: string;
  readonly system: string;
  readonly name: string;
  readonly path: Connection['path'];
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The desktop that keeps the secrets of its calls, by their names; left out = they are all among `secrets`. */
  readonly kept?: Kept | null;
  readonly actor: Actor;
  /** False = its source is not looked at until somebody asks for it; it is otherwise, where there is anything to look at. */
  readonly looked?: boolean;
}

export interface CreatedConnection {
  readonly connectionId: string;
  /** The unguessable last part of its webhook address; shown again only to those who may see it. */
  readonly intakeKey: string;
}

export const secretsOf = (id: string) => `connection:${id}:secrets`;
export const keyOf = (id: string) => `connection:${id}:intake-key`;

/** The unguessable part of a connection's mail address (128 bits): it follows from the webhook key and tells nothing of it. Lower case, since mail systems may change case. */
export const mailKeyOf = (intakeKey: string): string => hashOf(`mail ${intakeKey}`).toString('hex').slice(0, 32);

/** Stores a connection, its secrets sealed, and records `connection.created`, in one transaction. */
export async function createConnection(internals: StoreInternals, wanted: NewConnection): Promise<CreatedConnection> {
  const { vault, ids, clock, writer } = internals;
  const connectionId = ids.next();
  const intakeKey = newToken();
  await writer.write(wanted.organisationId, async ({ tx, record }) => {
    const now = instant(clock);
    await sql`
      insert into connection_access (id, organisation_id, system, intake_key_hash, intake_key_sealed, mail_key_hash, settings, secrets_sealed, kept_by, kept_fence, kept_keys, next_poll_at, created_at)
      values (${connectionId}, ${wanted.organisationId}, ${wanted.system}, ${hashOf(intakeKey)}, ${vault.seal(intakeKey, keyOf(connectionId))}, ${hashOf(mailKeyOf(intakeKey))},
        ${JSON.stringify(wanted.settings)}::jsonb, ${vault.seal(JSON.stringify(wanted.secrets), secretsOf(connectionId))},
        ${wanted.kept?.deviceId ?? null}, ${wanted.kept ? 1 : 0}, ${JSON.stringify(wanted.kept?.keys ?? [])}::jsonb, ${wanted.looked === false ? null : now}, ${now})
    `.execute(tx);
    const { system, name, path } = wanted;
    await record([
      draftCreated('connection.created', 'connections', null, { id: connectionId, system, name, path, health: 'waiting', healthReason: null, healthSince: now, quiet: null, reading: null }, null, {
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
  const channels = sql<SealedToken[] | null>`(
    select jsonb_agg(jsonb_build_object('id', c.id, 'tokenSealed', c.token_sealed)) from calendar_channels c where c.connection_id = connection_access.id
  )`.as('channels');
  const row = await internals.database.system.selectFrom('connectionAccess').selectAll().select(channels).where('intakeKeyHash', '=', hash).where('system', '=', system).executeTakeFirst();
  if (!row) return null;
  const removed = row.removedAt !== null;
  const secrets = removed ? ok({}) : openSecrets(internals.vault, row.id, row.secretsSealed);
  if (!secrets.ok) throw new Error(secrets.error.message);
  const found: IntakeConnection = { connectionId: row.id, organisationId: row.organisationId, system: row.system, paused: row.paused, ...(removed ? { removed } : {}), settings: row.settings, secrets: withTokens(internals.vault, secrets.value, row.channels ?? []) };
  internals.intakeCache.keep(key, found, moment);
  return found;
}

/** A connection as its mails find it. */
export interface MailConnection {
  readonly connectionId: string;
  readonly organisationId: string;
  readonly system: string;
  /** Plain ones: who may write is among them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** By the unguessable part of its address; null = there is none, or it is connected in another way. */
export async function findMailConnection(internals: StoreInternals, mailKey: string): Promise<MailConnection | null> {
  const { rows } = await sql<{ id: string; organisationId: string; system: string; settings: Record<string, string> }>`
    select a.id, a.organisation_id, a.system, a.settings from connection_access a join connections c on c.organisation_id = a.organisation_id and c.id = a.id
    where a.mail_key_hash = ${hashOf(mailKey)} and c.path = 'mail'
  `.execute(internals.database.system);
  const [row] = rows;
  return row ? { connectionId: row.id, organisationId: row.organisationId, system: row.system, settings: row.settings } : null;
}

/** Settings and opened secrets for a call to the vendor; null when there is no such connection. */
export async function readConnectionAccess(internals: StoreInternals, organisationId: string, connectionId: string): Promise<Result<ConnectionAccess, CodedError>> {
  const row = await internals.database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select(['id', 'settings', 'secretsSealed']).where('organisationId', '=', organisationId).where('id', '=', connectionId).where('removedAt', 'is', null).executeTakeFirst(),
  );
  if (!row) return err(codedError('request.not_found', 'There is no such connection.'));
  const secrets = openSecrets(internals.vault, row.id, row.secretsSealed);
  return secrets.ok ? ok({ connectionId, settings: row.settings, secrets: secrets.value }) : secrets;
}

/** The webhook key in clear, for a person who may see it. */
export async function showIntakeKey(internals: StoreInternals, organisationId: string, connectionId: string): Promise<Result<string, CodedError>> {
  const row = await internals.database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select('intakeKeySealed').where('organisationId', '=', organisationId).where('id', '=', connectionId).where('removedAt', 'is', null).executeTakeFirst(),
  );
  return row ? internals.vault.open(row.intakeKeySealed, keyOf(connectionId)) : err(codedError('request.not_found', 'There is no such connection.'));
}

/** Replaces plain settings and secrets in the caller's transaction; what was read with other settings may have been of somebody else. Call {@link accessChanged} once it stands. */
export async function setAccessIn(internals: StoreInternals, tx: Tx, organisationId: string, connectionId: string, access: Pick<ConnectionAccess, 'settings' | 'secrets'>): Promise<void> {
  const sealed = internals.vault.seal(JSON.stringify(access.secrets), secretsOf(connectionId));
  await sql`
    update connection_access set looked_at = case when settings = ${JSON.stringify(access.settings)}::jsonb then looked_at end, settings = ${JSON.stringify(access.settings)}::jsonb, secrets_sealed = ${sealed} where organisation_id = ${organisationId} and id = ${connectionId}
  `.execute(tx);
  await internals.peers.announceConnection(tx, connectionId);
}

/**
 * Says who keeps the secrets of its calls from now on; null = they are in the vault. What was asked of a former keeper counts no more.
 * `entered` = they were entered anew, so their mark is another one.
 */
export async function setKeptIn(tx: Tx, organisationId: string, connectionId: string, kept: Kept | null, entered: boolean): Promise<void> {
  const keeper = kept?.deviceId ?? null;
  const keys = JSON.stringify(kept?.keys ?? []);
  await sql`
    update connection_access set kept_fence = case when kept_by is distinct from ${keeper}::uuid then kept_fence + 1 else kept_fence end,
      kept_mark = case when ${entered}::boolean or kept_by is distinct from ${keeper}::uuid or kept_keys <> ${keys}::jsonb then null else kept_mark end,
      kept_by = ${keeper}::uuid, kept_keys = ${keys}::jsonb, kept_waits = false
    where organisation_id = ${organisationId} and id = ${connectionId}
  `.execute(tx);
  await sql`
    delete from desk_turns t using connection_access a where t.organisation_id = ${organisationId} and t.connection_id = ${connectionId} and a.id = t.connection_id and a.kept_fence <> t.fence
  `.execute(tx);
}

/** What this process has to do once a change of a connection stands. */
export const accessChanged = (internals: StoreInternals, connectionId: string): void => internals.intakeCache.forget(connectionId);

/** Replaces the plain settings; secrets stay. */
export async function setSettings(internals: StoreInternals, organisationId: string, connectionId: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await change(internals, organisationId, connectionId, (tx) =>
    sql`update connection_access set looked_at = case when settings = ${JSON.stringify(settings)}::jsonb then looked_at end, settings = ${JSON.stringify(settings)}::jsonb where organisation_id = ${organisationId} and id = ${connectionId}`.execute(tx),
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
