import { sql } from 'kysely';
import type { Access } from '../../core/contract/access.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { revokeIn } from '../store/sessions.ts';
import type { Device } from '../store/store.ts';
import { hashOf, newToken } from '../store/vault.ts';
import { nowOf, type Context } from './context.ts';
import { membershipsOf } from './members.ts';

export interface Entered {
  readonly device: Device;
  readonly token: string;
}

export interface Held {
  readonly id: string;
  readonly accountId: string;
  readonly organisationId: string;
}

const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;

/** Makes a device of a membership, as the membership is at this moment. Null when it has ended meanwhile. */
export async function admitIn(context: Context, tx: Tx, membershipId: string, wanted: Pick<Device, 'name' | 'kind'>, sessionId: string | null): Promise<Entered | null> {
  const member = await tx.selectFrom('memberships').selectAll().where('id', '=', membershipId).forShare().executeTakeFirst();
  if (!member) return null;
  const { role, weddingId, contactId, bookingIds, organisationId, accountId } = member;
  const access: Access = { role, weddingId, contactId, bookingIds };
  const now = nowOf(context);
  const token = newToken();
  const device: Device = { id: context.ids.next(), organisationId, ...wanted, ...access };
  await tx
    .insertInto('devices')
    .values({ ...device, bookingIds: json(bookingIds), tokenHash: hashOf(token), createdAt: now, lastSeenAt: now, revokedAt: null, accountId, membershipId, sessionId })
    .execute();
  return { device, token };
}

/** A browser enters an organisation. It is that organisation's device once: whoever enters again is not there twice. */
export async function enter(
  context: Context,
  session: { readonly accountId: string; readonly sessionId: string },
  organisationId: string | undefined,
  name: string,
): Promise<Result<Entered, 'auth.no_membership' | 'auth.organisation_choice'>> {
  const { internals } = context;
  const all = await membershipsOf(context, session.accountId);
  const fitting = organisationId === undefined ? all : all.filter((one) => one.organisationId === organisationId);
  const [member, ...others] = fitting;
  if (!member) return err('auth.no_membership');
  if (others.length > 0) return err('auth.organisation_choice');
  const done = await internals.database.system.transaction().execute(async (tx) => {
    const before = await tx.selectFrom('devices').select('id').where('sessionId', '=', session.sessionId).where('organisationId', '=', member.organisationId).where('revokedAt', 'is', null).execute();
    for (const { id } of before) {
      await tx.updateTable('devices').set({ revokedAt: nowOf(context) }).where('id', '=', id).execute();
      await internals.peers.announceRevoked(tx, id);
    }
    return { before, entered: await admitIn(context, tx, member.id, { name, kind: 'browser' }, session.sessionId) };
  });
  for (const { id } of done.before) internals.revocations.tell(id);
  return done.entered ? ok(done.entered) : err('auth.no_membership');
}

/** Whose device it is; null = nobody's in particular. */
export async function holderOf({ internals }: Context, deviceId: string): Promise<{ readonly accountId: string; readonly membershipId: string | null; readonly name: string; readonly email: string } | null> {
  const row = await internals.database.system
    .selectFrom('devices')
    .innerJoin('accounts', 'accounts.id', 'devices.accountId')
    .select(['accounts.id as accountId', 'devices.membershipId', 'accounts.name', 'accounts.email'])
    .where('devices.id', '=', deviceId)
    .executeTakeFirst();
  return row ?? null;
}

/** Devices whose session is over are revoked for good, and what has passed is thrown away. */
export async function cleanUp(context: Context): Promise<void> {
  const { internals } = context;
  const now = nowOf(context);
  const db = internals.database.system;
  const { told } = await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('sessions').where('expiresAt', '<=', now).execute();
    const orphaned = await tx
      .selectFrom('devices')
      .select('sessionId')
      .distinct()
      .where('revokedAt', 'is', null)
      .where('sessionId', 'is not', null)
      .where((eb) => eb.not(eb.exists(eb.selectFrom('sessions').select('sessions.id').whereRef('sessions.id', '=', 'devices.sessionId'))))
      .execute();
    return revokeIn(internals, tx, 'sessionId', orphaned.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId])));
  });
  told();
  await db.deleteFrom('verifications').where('expiresAt', '<=', now).execute();
  await db.deleteFrom('pairingCodes').where('expiresAt', '<=', now).execute();
  await db.deleteFrom('failedAttempts').where('lastAt', '<', new Date(context.clock.now() - 2 * 86_400_000).toISOString()).execute();
}
