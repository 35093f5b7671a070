import type { AccountAnswer, AccountFace, SessionView } from '../../core/contract/accounts.ts';
import { createMail } from '../mail/mail.ts';
import { createAuth, type Auth } from './auth.ts';
import { note, nowOf, type Context } from './context.ts';
import { cleanUp, holderOf } from './entering.ts';
import { hasOwningMember, shownMemberships } from './members.ts';
import { createReplacing } from './replacing.ts';
import { admits, provision } from './signOn.ts';
import { createAttempts, type Attempts } from './throttle.ts';
import { dropPasskeys } from './ways.ts';

/** People who sign in; docs/accounts.md tells the model. */
export interface Accounts {
  readonly context: Context;
  readonly attempts: Attempts;
  /** The account behind a device; null = let in by a ticket. */
  faceOf(deviceId: string): Promise<AccountFace | null>;
  /** Whether some member of the organisation is an owner. */
  hasOwner(organisationId: string): Promise<boolean>;
  close(): Promise<void>;
}

const CLEAN_MS = 3_600_000;

export function createAccounts(given: Omit<Context, 'auth' | 'mail' | 'replacing'>): Accounts {
  const { config, log, internals } = given;
  const mail = createMail(config, log);
  const replacing = createReplacing(internals);
  const letters = new Set<Promise<void>>();
  let loading: Promise<Auth> | null = null;
  const context: Context = {
    ...given,
    mail,
    replacing,
    auth: () =>
      (loading ??= createAuth(internals, config, log, {
        sessionsEnded: (ids) => replacing.ended(ids),
        sessionBegun({ id, userId, ipAddress }) {
          replacing.begun(id, userId);
          note(context, 'account.signed_in', ipAddress ?? 'unknown', userId);
        },
        sendReset({ id, email }, token, request) {
          // Not waited for: how long it takes would tell that there is such an account. Only hosts of our own come here (http/mount.ts).
          const url = `${config.publicUrl ?? (request ? new URL(request.url).origin : '')}/#reset=${token}`;
          const sent = mail.reset(email, { url }).then((outcome) => note(context, 'account.reset_asked', id, id, outcome));
          letters.add(sent);
          void sent.finally(() => letters.delete(sent));
        },
        async passwordWasReset(accountId) {
          await dropPasskeys(internals.database.system, [accountId]);
          note(context, 'account.password_reset', accountId, accountId);
        },
        admits: (asked) => admits(context, asked),
        cameBy: (came) => provision(context, came),
      })),
  };
  const clean = () => cleanUp(context).catch((error: unknown) => log.error({ err: error }, 'what is over could not be thrown away'));
  let cleaning: Promise<void> | null = null;
  const timer = setInterval(() => {
    cleaning = clean();
  }, CLEAN_MS);
  timer.unref();
  return {
    context,
    attempts: createAttempts(context),
    async faceOf(deviceId) {
      const holder = await holderOf(context, deviceId);
      return holder && { id: holder.accountId, name: holder.name, email: holder.email };
    },
    hasOwner: (organisationId) => hasOwningMember(context, organisationId),
    async close() {
      clearInterval(timer);
      await Promise.all(letters);
      mail.close();
      await cleaning;
    },
  };
}

/** All that an account is told of itself. */
export async function accountAnswer(context: Context, session: { readonly accountId: string; readonly sessionId: string }): Promise<AccountAnswer> {
  const db = context.internals.database.system;
  const account = await db.selectFrom('accounts').selectAll().where('id', '=', session.accountId).executeTakeFirstOrThrow();
  const password = await db.selectFrom('signInMethods').select('id').where('holderId', '=', account.id).where('providerId', '=', 'credential').executeTakeFirst();
  const sessions = await db.selectFrom('sessions').select(['id', 'createdAt', 'expiresAt', 'userAgent']).where('accountId', '=', account.id).where('expiresAt', '>', nowOf(context)).orderBy('createdAt', 'desc').execute();
  const { id, name, email, emailVerified, twoFactorEnabled } = account;
  return {
    account: { id, name, email, emailVerified, secondFactor: twoFactorEnabled === true, hasPassword: password !== undefined },
    memberships: await shownMemberships(context, id),
    sessions: sessions.map((one): SessionView => ({ id: one.id, startedAt: one.createdAt, expiresAt: one.expiresAt, userAgent: one.userAgent || null, self: one.id === session.sessionId })),
  };
}
