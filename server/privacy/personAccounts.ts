import { sql } from 'kysely';
import type { Role } from '../../core/contract/access.ts';
import type { PersonalAccount, PersonalInvitation } from '../../core/contract/personalData.ts';
import type { Traces } from '../../core/domain/privacy/traces.ts';
import { ownedBesides } from '../accounts/members.ts';
import { asTableOwner, type Tx } from '../store/database.ts';

export interface FoundMembership {
  readonly id: string;
  readonly accountId: string;
  readonly role: Role;
  readonly contactId: string | null;
}

/** How a person signs in to this organisation. Accounts that only others know are not among them, whatever their address. */
export interface PersonAccounts {
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly email: string; readonly goes: boolean }[];
  readonly memberships: readonly FoundMembership[];
}

/** @param emails lower case, of nobody else. Any role of the transaction may ask. */
export const accountsOf = (tx: Tx, organisationId: string, contactIds: readonly string[], emails: readonly string[]): Promise<PersonAccounts> =>
  asTableOwner(tx, async () => {
    const here = sql`organisation_id = ${organisationId}`;
    const accounts = await sql<PersonAccounts['accounts'][number]>`
      select a.id, a.name, a.email,
        not a.platform_admin and not exists (select from memberships m where m.account_id = a.id and m.organisation_id <> ${organisationId}) as goes
      from accounts a
      where exists (select from memberships m where m.account_id = a.id and ${here} and (m.contact_id = any(${[...contactIds]}::uuid[]) or a.email = any(${[...emails]}::text[])))
        -- Was a member here once.
        or a.email = any(${[...emails]}::text[]) and (exists (select from devices d where d.account_id = a.id and ${here}) or exists (select from invitations i where ${here} and i.email = a.email and i.used_at is not null))
      order by a.id
    `.execute(tx);
    const ids = accounts.rows.map(({ id }) => id);
    const memberships = await sql<FoundMembership>`select id, account_id, role, contact_id from memberships where ${here} and account_id = any(${ids}::uuid[]) order by id`.execute(tx);
    return { accounts: accounts.rows, memberships: memberships.rows };
  });

/** A condition on devices: made for the person's entry, or let in by their account. */
export const devicesOf = ({ ids }: { readonly ids: readonly string[] }, { accounts, memberships }: PersonAccounts) =>
  sql<boolean>`(contact_id = any(${[...ids]}::uuid[]) or membership_id = any(${memberships.map(({ id }) => id)}::uuid[]) or account_id = any(${accounts.map(({ id }) => id)}::uuid[]))`;

/** Until the end of the transaction nobody is let in as one of them any more. */
export const holdMemberships = (tx: Tx, { memberships }: PersonAccounts): Promise<void> =>
  asTableOwner(tx, async () => void (await sql`select id from memberships where id = any(${memberships.map(({ id }) => id)}::uuid[]) order by id for update`.execute(tx)));

/** Whether the organisation would be left without anybody who can let owners in. */
export async function leavesNoOwner(tx: Tx, organisationId: string, { memberships }: PersonAccounts): Promise<boolean> {
  const owners = memberships.filter((one) => one.role === 'owner').map(({ id }) => id);
  return owners.length > 0 && !(await asTableOwner(tx, () => ownedBesides(tx, organisationId, owners)));
}

const ofPerson = (organisationId: string, contactIds: readonly string[], emails: readonly string[]) =>
  sql`organisation_id = ${organisationId} and (contact_id = any(${[...contactIds]}::uuid[]) or lower(email) = any(${[...emails]}::text[]))`;

export const countInvitations = (tx: Tx, organisationId: string, contactIds: readonly string[], emails: readonly string[]): Promise<number> =>
  asTableOwner(tx, async () => (await sql<{ n: number }>`select count(*) as n from invitations where ${ofPerson(organisationId, contactIds, emails)}`.execute(tx)).rows[0]?.n ?? 0);

/**
 * Ends the memberships, takes invitations back, and deletes accounts that are of no use anywhere else. Devices are to be
 * revoked before: afterwards nothing says any more whose they were.
 */
export const forgetAccounts = (tx: Tx, organisationId: string, contactIds: readonly string[], emails: readonly string[], { accounts, memberships }: PersonAccounts, traces: Traces): Promise<void> =>
  asTableOwner(tx, async () => {
    const going = accounts.filter((account) => account.goes).map(({ id }) => id);
    await sql`delete from memberships where id = any(${memberships.map(({ id }) => id)}::uuid[])`.execute(tx);
    await sql`delete from invitations where ${ofPerson(organisationId, contactIds, emails)}`.execute(tx);
    const { rows } = await sql<{ id: string; invitedBy: string }>`select id, invited_by from invitations where organisation_id = ${organisationId}`.execute(tx);
    for (const { id, invitedBy } of rows) {
      const masked = traces.mask(invitedBy);
      if (masked !== invitedBy) await sql`update invitations set invited_by = ${masked} where id = ${id}`.execute(tx);
    }
    const named = traces.sql === null ? sql`false` : sql`device_name ~* ${traces.sql}`;
    await sql`delete from pairing_codes where scope = ${organisationId} and (account_id = any(${accounts.map(({ id }) => id)}::uuid[]) or ${named})`.execute(tx);
    if (going.length === 0) return;
    // A link to set a password, or a challenge under way: it names the account in its value.
    await sql`delete from verifications v where exists (select from accounts a where a.id = any(${going}::uuid[]) and (position(a.id::text in v.value) > 0 or position(a.email in lower(v.value)) > 0))`.execute(tx);
    // Somebody else may have taken them in meanwhile.
    await sql`select id from accounts where id = any(${going}::uuid[]) order by id for update`.execute(tx);
    await sql`delete from accounts a where a.id = any(${going}::uuid[]) and not exists (select from memberships m where m.account_id = a.id)`.execute(tx);
  });

/** What is held of how the person signs in; no secret is among it. Sessions of an account that is used elsewhere too are not this organisation's to tell. */
export const exportAccounts = (tx: Tx, organisationId: string, contactIds: readonly string[], emails: readonly string[], { accounts }: PersonAccounts): Promise<{ accounts: PersonalAccount[]; invitations: PersonalInvitation[] }> =>
  asTableOwner(tx, async () => {
    const told: PersonalAccount[] = [];
    for (const { id, name, email, goes } of accounts) {
      const account = await tx.selectFrom('accounts').select(['createdAt', 'emailVerified', 'twoFactorEnabled']).where('id', '=', id).executeTakeFirstOrThrow();
      const passkeys = await sql<{ n: number }>`select count(*) as n from passkeys where account_id = ${id}`.execute(tx);
      const sessions = goes ? await tx.selectFrom('sessions').select(['createdAt', 'expiresAt', 'ipAddress', 'userAgent']).where('accountId', '=', id).orderBy('createdAt').execute() : [];
      const own = await tx.selectFrom('memberships').select(['id', 'role', 'weddingId', 'createdAt']).where('accountId', '=', id).where('organisationId', '=', organisationId).execute();
      told.push({ id, name, email, createdAt: account.createdAt, emailVerified: account.emailVerified, secondFactor: account.twoFactorEnabled === true, passkeys: passkeys.rows[0]?.n ?? 0, usedElsewhere: !goes, memberships: own, sessions });
    }
    const invitations = await sql<PersonalInvitation>`
      select id, email, role, invited_by, created_at, expires_at, used_at, revoked_at from invitations where ${ofPerson(organisationId, contactIds, emails)} order by created_at
    `.execute(tx);
    return { accounts: told, invitations: invitations.rows };
  });
