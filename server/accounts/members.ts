import type { Role } from '../../core/contract/access.ts';
import type { MemberView, Membership } from '../../core/contract/accounts.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { CHANGED, endSessions, revokeIn } from '../store/sessions.ts';
import type { Context } from './context.ts';

export interface Member {
  readonly id: string;
  readonly organisationId: string;
  readonly accountId: string;
  readonly role: Role;
}

const HOUSE_ROLES: Role[] = ['owner', 'coordinator', 'staff'];
const MEMBER = ['memberships.id', 'memberships.organisationId', 'memberships.accountId', 'memberships.role'] as const;

/** The member of that organisation; another one's is as unknown as any. */
export const findMember = ({ internals }: Context, organisationId: string, id: string): Promise<Member | undefined> =>
  internals.database.system.selectFrom('memberships').select(MEMBER).where('organisationId', '=', organisationId).where('id', '=', id).executeTakeFirst();

export const membershipsOf = ({ internals }: Context, accountId: string) =>
  internals.database.system.selectFrom('memberships').selectAll().where('accountId', '=', accountId).orderBy('createdAt').execute();

export async function shownMemberships(context: Context, accountId: string): Promise<Membership[]> {
  const rows = await context.internals.database.system
    .selectFrom('memberships')
    .innerJoin('organisations', 'organisations.id', 'memberships.organisationId')
    .select(['memberships.id', 'memberships.role', 'organisations.id as organisationId', 'organisations.name', 'organisations.zone', 'organisations.currency', 'organisations.demo'])
    .where('memberships.accountId', '=', accountId)
    .orderBy('organisations.name')
    .execute();
  return rows.map(({ id, role, organisationId, ...face }) => ({ id, role, organisation: { id: organisationId, ...face } }));
}

export async function listMembers({ internals }: Context, organisationId: string, asking: string | null): Promise<MemberView[]> {
  const rows = await internals.database.system
    .selectFrom('memberships')
    .innerJoin('accounts', 'accounts.id', 'memberships.accountId')
    .leftJoin('devices', (join) => join.onRef('devices.membershipId', '=', 'memberships.id').on('devices.revokedAt', 'is', null))
    .select((eb) => [...MEMBER, 'memberships.weddingId', 'memberships.contactId', 'accounts.name', 'accounts.email', 'accounts.twoFactorEnabled', eb.fn.count<number>('devices.id').as('devices'), eb.fn.max('devices.lastSeenAt').as('lastSeenAt')])
    .where('memberships.organisationId', '=', organisationId)
    .groupBy(['memberships.id', 'accounts.id'])
    .orderBy('accounts.name')
    .orderBy('memberships.id')
    .execute();
  return rows.map(({ id, accountId, name, email, role, weddingId, contactId, twoFactorEnabled, lastSeenAt, devices }) => ({
    id, accountId, name, email, role, weddingId, contactId, secondFactor: twoFactorEnabled === true, lastSeenAt, devices: Number(devices), self: id === asking,
  }));
}

/** Somebody must be able to let owners in: another member who is one, or an owner's device that was let in by a ticket. The caller holds the organisation's row. */
export async function ownedBesides(tx: Tx, organisationId: string, without: readonly string[]): Promise<boolean> {
  const member = await tx.selectFrom('memberships').select('id').where('organisationId', '=', organisationId).where('role', '=', 'owner').where('id', 'not in', [...without]).limit(1).executeTakeFirst();
  if (member) return true;
  const device = await tx.selectFrom('devices').select('id').where('organisationId', '=', organisationId).where('role', '=', 'owner').where('membershipId', 'is', null).where('revokedAt', 'is', null).limit(1).executeTakeFirst();
  return device !== undefined;
}

export const hasOwningMember = async ({ internals }: Context, organisationId: string): Promise<boolean> =>
  (await internals.database.system.selectFrom('memberships').select('id').where('organisationId', '=', organisationId).where('role', '=', 'owner').limit(1).executeTakeFirst()) !== undefined;

/**
 * Holds members for the rest of the transaction, as they are now: nobody becomes a device of one that is about to end, and
 * nobody asks for the last owner meanwhile. The organisations' rows first, like everybody who writes, and not so that a row which refers to one has to wait.
 */
async function held(tx: Tx, by: 'id' | 'accountId', value: string): Promise<Member[]> {
  await tx.selectFrom('organisations').select('id').where('id', 'in', (eb) => eb.selectFrom('memberships').select('organisationId').where(by, '=', value)).orderBy('id').forNoKeyUpdate().execute();
  return tx.selectFrom('memberships').select(MEMBER).where(by, '=', value).orderBy('organisationId').forUpdate().execute();
}

/**
 * Links and invitations into the house that somebody may have kept for the time after. A link does not say who made it and
 * lasts minutes, so all of them go; an invitation names its maker.
 */
async function withdrawMade({ clock }: Pick<StoreInternals, 'clock'>, tx: Tx, { organisationId, accountId, role }: Member): Promise<void> {
  if (role !== 'owner' && role !== 'coordinator') return;
  const now = instant(clock);
  await tx.updateTable('tickets').set({ usedAt: now }).where('organisationId', '=', organisationId).where('role', 'in', HOUSE_ROLES).where('usedAt', 'is', null).execute();
  await tx
    .updateTable('invitations')
    .set({ revokedAt: now })
    .where('organisationId', '=', organisationId)
    .where('role', 'in', HOUSE_ROLES)
    .where('usedAt', 'is', null)
    .where('revokedAt', 'is', null)
    .where('invitedBy', '=', (eb) => eb.selectFrom('accounts').select('name').where('accounts.id', '=', accountId))
    .execute();
}

/** The role of a member and of all its devices; their lines are dropped and come back as what they are now. */
export async function changeRole({ internals }: Context, member: Member, role: Role): Promise<Result<null, 'auth.last_owner'>> {
  const changed = await internals.database.system.transaction().execute(async (tx) => {
    const [now] = await held(tx, 'id', member.id);
    if (now?.role === 'owner' && role !== 'owner' && !(await ownedBesides(tx, member.organisationId, [member.id]))) return null;
    if (now && role !== 'owner') await withdrawMade(internals, tx, now);
    await tx.updateTable('memberships').set({ role }).where('id', '=', member.id).execute();
    return tx.updateTable('devices').set({ role }).where('membershipId', '=', member.id).where('revokedAt', 'is', null).returning('id').execute();
  });
  if (!changed) return err('auth.last_owner');
  for (const { id } of changed) {
    internals.peers.say(CHANGED, id);
    internals.changes.tell(id);
  }
  return ok(null);
}

/** Ends a membership; its devices are revoked with it. Whoever did not go by himself comes back by an invitation only. */
export async function endMembership({ internals }: Context, member: Member, how: 'left' | 'shown_out'): Promise<Result<null, 'auth.last_owner'>> {
  const ended = await internals.database.system.transaction().execute(async (tx) => {
    const [now] = await held(tx, 'id', member.id);
    if (now?.role === 'owner' && !(await ownedBesides(tx, member.organisationId, [member.id]))) return null;
    if (now) await withdrawMade(internals, tx, now);
    const revoked = await revokeIn(internals, tx, 'membershipId', [member.id]);
    await tx.deleteFrom('memberships').where('id', '=', member.id).execute();
    if (now && how === 'shown_out') {
      const { organisationId, accountId } = now;
      await tx.insertInto('shownOut').values({ organisationId, accountId, at: instant(internals.clock) }).onConflict((conflict) => conflict.doNothing()).execute();
    }
    return revoked;
  });
  if (!ended) return err('auth.last_owner');
  ended.told();
  return ok(null);
}

/** The account and everything of it; what it did stays in the record. */
export async function deleteAccount(context: Context, accountId: string): Promise<Result<null, 'auth.last_owner'>> {
  const { internals } = context;
  const sessions = await internals.database.system.selectFrom('sessions').select('id').where('accountId', '=', accountId).execute();
  const ended = await internals.database.system.transaction().execute(async (tx) => {
    const memberships = await held(tx, 'accountId', accountId);
    for (const member of memberships) if (member.role === 'owner' && !(await ownedBesides(tx, member.organisationId, [member.id]))) return null;
    for (const member of memberships) await withdrawMade(internals, tx, member);
    const revoked = await revokeIn(internals, tx, 'accountId', [accountId]);
    await tx.deleteFrom('accounts').where('id', '=', accountId).execute();
    return revoked;
  });
  if (!ended) return err('auth.last_owner');
  ended.told();
  await endSessions(internals, sessions.map(({ id }) => id));
  return ok(null);
}
