import { sql } from 'kysely';
import type { Access } from '../../core/contract/access.ts';
import type { InvitationLookAnswer, InvitationView, MailOutcome } from '../../core/contract/accounts.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Tx } from '../store/database.ts';
import { hashOf, newToken } from '../store/vault.ts';
import { nowOf, type Context } from './context.ts';
import { closeOtherWays } from './ways.ts';

export const INVITATION_DAYS = 7;

const FACE = ['id', 'email', 'role', 'weddingId', 'contactId', 'invitedBy', 'createdAt', 'expiresAt'] as const;
const face = ({ createdAt, ...row }: Omit<InvitationView, 'invitedAt'> & { createdAt: string }): InvitationView => ({ ...row, invitedAt: createdAt });

/** Of two links to one invitation, the mailed one also proves that whoever opens it reads that address. */
export interface OpenInvitation extends Access {
  readonly id: string;
  readonly organisationId: string;
  readonly email: string;
  readonly invitedBy: string;
  readonly expiresAt: string;
  readonly mailed: boolean;
}

export async function openInvitations(context: Context, organisationId: string): Promise<InvitationView[]> {
  const rows = await context.internals.database.system
    .selectFrom('invitations')
    .select(FACE)
    .where('organisationId', '=', organisationId)
    .where('usedAt', 'is', null)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', nowOf(context))
    .orderBy('createdAt', 'desc')
    .execute();
  return rows.map(face);
}

export interface Inviting {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly email: string;
  readonly access: Access;
  readonly invitedBy: string;
  /** Where this server is reached, without a slash at the end. */
  readonly base: string;
  /** The same for the mail; null = none is sent. */
  readonly mailBase: string | null;
}

/** Takes back an open invitation of the same address, and makes and mails a new one. */
export async function invite(context: Context, { organisation, email, access, invitedBy, base, mailBase }: Inviting): Promise<Result<{ invitation: InvitationView; url: string; mail: MailOutcome }, 'auth.already_member'>> {
  const db = context.internals.database.system;
  const member = await db.selectFrom('memberships').innerJoin('accounts', 'accounts.id', 'memberships.accountId').select('memberships.id').where('organisationId', '=', organisation.id).where('accounts.email', '=', email).executeTakeFirst();
  if (member) return err('auth.already_member');
  const now = nowOf(context);
  const token = newToken();
  const mailed = context.mail.configured && mailBase !== null ? newToken() : null;
  const { role, weddingId, contactId, bookingIds } = access;
  const row = { id: context.ids.next(), email, role, weddingId, contactId, invitedBy, createdAt: now, expiresAt: new Date(context.clock.now() + INVITATION_DAYS * 86_400_000).toISOString() };
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('invitations').set({ revokedAt: now }).where('organisationId', '=', organisation.id).where('email', '=', email).where('usedAt', 'is', null).where('revokedAt', 'is', null).execute();
    await tx
      .insertInto('invitations')
      .values({ ...row, organisationId: organisation.id, bookingIds: sql<never>`${JSON.stringify(bookingIds)}::jsonb`, tokenHash: hashOf(token), mailedHash: mailed === null ? null : hashOf(mailed), usedAt: null, revokedAt: null })
      .execute();
  });
  const link = (at: string, secret: string) => `${at}/#invitation=${secret}`;
  const mail = mailed === null || mailBase === null ? ('not_configured' as const) : await context.mail.invitation(email, { url: link(mailBase, mailed), organisation: organisation.name, by: invitedBy, role, until: row.expiresAt });
  return ok({ invitation: face(row), url: link(base, token), mail });
}

export async function revokeInvitation(context: Context, organisationId: string, id: string): Promise<boolean> {
  const done = await context.internals.database.system.updateTable('invitations').set({ revokedAt: nowOf(context) }).where('organisationId', '=', organisationId).where('id', '=', id).where('usedAt', 'is', null).where('revokedAt', 'is', null).returning('id').execute();
  return done.length > 0;
}

export async function findInvitation(context: Context, token: string): Promise<OpenInvitation | null> {
  const hash = hashOf(token);
  const row = await context.internals.database.system
    .selectFrom('invitations')
    .selectAll()
    .where((eb) => eb.or([eb('tokenHash', '=', hash), eb('mailedHash', '=', hash)]))
    .where('usedAt', 'is', null)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', nowOf(context))
    .executeTakeFirst();
  if (!row) return null;
  const { id, organisationId, email, invitedBy, expiresAt, role, weddingId, contactId, bookingIds, mailedHash } = row;
  return { id, organisationId, email, invitedBy, expiresAt, role, weddingId, contactId, bookingIds, mailed: mailedHash !== null && hash.equals(mailedHash) };
}

export async function lookAt(context: Context, token: string): Promise<InvitationLookAnswer | null> {
  const found = await findInvitation(context, token);
  const organisation = found && (await context.store.organisation(found.organisationId));
  if (!found || !organisation) return null;
  const account = await context.internals.database.system.selectFrom('accounts').select('id').where('email', '=', found.email).executeTakeFirst();
  const { invitedBy, email, role, expiresAt } = found;
  return { organisation: { name: organisation.name }, invitedBy, email, role, expiresAt, hasAccount: account !== undefined };
}

/** Uses an invitation up; false when somebody was first. */
export async function consume(context: Context, tx: Tx, id: string): Promise<boolean> {
  const used = await tx.updateTable('invitations').set({ usedAt: nowOf(context) }).where('id', '=', id).where('usedAt', 'is', null).where('revokedAt', 'is', null).returning('id').execute();
  return used.length > 0;
}

/**
 * The membership that an invitation is for. `sessionId`: of whoever accepts; others of the account end when it is a member
 * elsewhere, since an organisation can get into the accounts that are its alone. Errors: used or withdrawn meanwhile; a member already; an account that another organisation's provider answers for.
 */
export async function accept(context: Context, invitation: OpenInvitation, accountId: string, sessionId: string | null = null): Promise<Result<{ membershipId: string }, 'auth.invitation_invalid' | 'auth.already_member' | 'auth.account_elsewhere'>> {
  const { organisationId, role, weddingId, contactId, bookingIds, mailed } = invitation;
  const now = nowOf(context);
  let told: () => void = () => undefined;
  const accepted = await context.internals.database.system.transaction().execute(async (tx) => {
    const other = await tx
      .selectFrom('signInMethods')
      .innerJoin('singleSignOn', 'singleSignOn.providerId', 'signInMethods.providerId')
      .select('signInMethods.id')
      .where('signInMethods.holderId', '=', accountId)
      .where('singleSignOn.organisationId', '<>', organisationId)
      .executeTakeFirst();
    if (other) return err('auth.account_elsewhere' as const);
    const member = await tx.selectFrom('memberships').select('id').where('organisationId', '=', organisationId).where('accountId', '=', accountId).executeTakeFirst();
    if (member) return err('auth.already_member' as const);
    if (!(await consume(context, tx, invitation.id))) return err('auth.invitation_invalid' as const);
    const membershipId = context.ids.next();
    await tx.insertInto('memberships').values({ id: membershipId, organisationId, accountId, role, weddingId, contactId, bookingIds: sql<never>`${JSON.stringify(bookingIds)}::jsonb`, createdAt: now }).execute();
    await tx.deleteFrom('shownOut').where('organisationId', '=', organisationId).where('accountId', '=', accountId).execute();
    const answersFor = await tx.selectFrom('singleSignOn').select('id').where('organisationId', '=', organisationId).where('domain', '=', invitation.email.slice(invitation.email.lastIndexOf('@') + 1)).executeTakeFirst();
    const elsewhere = await tx.selectFrom('memberships').select('id').where('accountId', '=', accountId).where('organisationId', '<>', organisationId).limit(1).executeTakeFirst();
    if (mailed || (answersFor && !elsewhere)) await tx.updateTable('accounts').set({ emailVerified: true, updatedAt: now }).where('id', '=', accountId).execute();
    if (elsewhere) ({ told } = await closeOtherWays(context.internals, tx, accountId, sessionId));
    return ok({ membershipId });
  });
  told();
  return accepted;
}
