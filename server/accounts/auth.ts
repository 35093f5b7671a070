import type { BetterAuthOptions } from 'better-auth';
import type { Log } from '../../core/ports/ports.ts';
import { PASSWORD_LENGTH } from '../../core/contract/accounts.ts';
import type { Config } from '../config.ts';
import type { StoreInternals } from '../store/internals.ts';
import { newToken } from '../store/vault.ts';
import { wrapAdapter, type AdapterHooks } from './adapter.ts';

/** The library, set up for this server: it keeps accounts, passwords, second factors, passkeys, sessions and codes. */

export const AUTH_PATH = '/api/auth';
/** Carries the caller's address as this server knows it; what a caller sends under this name is dropped. */
export const ADDRESS_HEADER = 'x-wedsync-address';
export const COOKIE_PREFIX = 'wedsync';
const SESSION_DAYS = 180;
export const RESET_SECONDS = 3600;
export const PAIRING_MINUTES = 10;
export const PAIRING_INTERVAL_SECONDS = 5;
/** What a program that pairs calls itself; the code's real face is in columns of our own. */
export const PAIRING_CLIENT = 'wedsync';

export interface AuthHooks extends Omit<AdapterHooks, 'vault'> {
  sendReset(account: { readonly id: string; readonly email: string; readonly name: string }, token: string, request: Request | undefined): void;
  passwordWasReset(accountId: string): Promise<void>;
  /** Whether this person may come in by this provider; a code when not. */
  admits(given: { readonly providerId: string; readonly email: string; readonly accountId: string | null }): Promise<string | null>;
  /** After every sign-in by a provider. */
  cameBy(given: { readonly providerId: string; readonly accountId: string }): Promise<void>;
}

/** The part of the library that the rest of the server uses. */
export interface Auth {
  /** Answers a request under {@link AUTH_PATH}. */
  handler(request: Request): Promise<Response>;
  session(headers: Headers): Promise<{ readonly sessionId: string; readonly accountId: string; readonly startedAt: Date } | null>;
  createReset(accountId: string): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Whose password a reset link is for; null = the link is not valid. */
  accountOfReset(token: string): Promise<string | null>;
  /** Takes as long whoever it is, also when there is no such account (null). */
  passwordFits(accountId: string | null, password: string): Promise<boolean>;
}

type Needs = Pick<StoreInternals, 'database' | 'vault' | 'ids'>;

/** Loads the library at the first use: it costs as much time as the rest of the start. */
export async function createAuth(internals: Needs, config: Pick<Config, 'publicUrl' | 'egressAllow' | 'signInPerMinute'>, log: Log, hooks: AuthHooks): Promise<Auth> {
  const [{ betterAuth }, { getAdapter }, { twoFactor, deviceAuthorization }, { passkey }, { sso }] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/db/adapter'),
    import('better-auth/plugins'),
    import('@better-auth/passkey'),
    import('@better-auth/sso'),
  ]);
  const { database, vault, ids } = internals;
  const perMinute = config.signInPerMinute;
  const options = {
    appName: 'WedSync',
    basePath: AUTH_PATH,
    secret: vault.derive('accounts'),
    // The address is that of the request: a server on the network is called by names that it cannot know (http/host.ts).
    trustedOrigins: (request?: Request) => Promise.resolve([...(request ? [new URL(request.url).origin] : []), ...config.egressAllow.flatMap((host) => [`http://${host}`, `https://${host}`])]),
    telemetry: { enabled: false },
    // What it did not expect is for this server's own log and its 500, not for the console.
    onAPIError: { throw: true },
    logger: { disabled: false, level: 'warn' as const, log: (level: string, message: string, ...more: unknown[]) => tell(log, level, message, more) },
    user: {
      modelName: 'accounts',
      async validateUserInfo({ user, source }) {
        if (source.method !== 'sso-oidc') return undefined;
        const refused = await hooks.admits({ providerId: source.sso?.providerId ?? '', email: String(user.email ?? '').toLowerCase(), accountId: source.action === 'create-user' ? null : String(user.id) });
        return refused === null ? undefined : { error: refused };
      },
    },
    account: {
      modelName: 'signInMethods',
      // A column must not be called as another field is: the library would join by the wrong one.
      fields: { userId: 'holderId', accountId: 'subject' },
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, allowDifferentEmails: false },
    },
    session: {
      modelName: 'sessions',
      fields: { userId: 'accountId' },
      expiresIn: SESSION_DAYS * 86_400,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    verification: { modelName: 'verifications', storeIdentifier: 'hashed' as const },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }, request) => Promise.resolve(hooks.sendReset(user, token, request)),
      onPasswordReset: ({ user }) => hooks.passwordWasReset(user.id),
    },
    rateLimit: {
      enabled: true,
      storage: 'database' as const,
      modelName: 'requestLimits',
      window: 60,
      max: perMinute * 10,
      // Per address, and many may share one behind a proxy; each account is slowed by itself besides (throttle.ts).
      customRules: Object.fromEntries(
        ['/sign-in/email', '/sign-in/sso', '/sign-up/email', '/change-password', '/request-password-reset', '/reset-password', '/two-factor/*', '/passkey/*', '/device/code'].map((path) => [path, { window: 60, max: perMinute }]),
      ),
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: config.publicUrl?.startsWith('https:') === true,
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => ids.next(), validateSchema: false },
    },
    plugins: [
      twoFactor({
        issuer: 'WedSync',
        allowPasswordless: false,
        schema: { twoFactor: { modelName: 'secondFactors', fields: { userId: 'accountId' } } },
      }),
      passkey({ rpName: 'WedSync', schema: { passkey: { modelName: 'passkeys', fields: { userId: 'accountId', credentialID: 'credentialId' } } } }),
      deviceAuthorization({
        expiresIn: `${PAIRING_MINUTES}m`,
        interval: `${PAIRING_INTERVAL_SECONDS}s`,
        validateClient: (client) => client === PAIRING_CLIENT,
        schema: { deviceCode: { modelName: 'pairingCodes', fields: { userId: 'accountId' } } },
      }),
      sso({
        modelName: 'singleSignOn',
        fields: { userId: 'accountId', organizationId: 'organisationId' },
        domainVerification: { enabled: true },
        provisionUserOnEveryLogin: true,
        provisionUser: ({ user, provider }) => hooks.cameBy({ providerId: provider.providerId, accountId: user.id }),
      }),
    ],
  } satisfies BetterAuthOptions;

  const base = await getAdapter({ ...options, database: { db: database.system, type: 'postgres' } });
  const adapter = wrapAdapter(base, { vault, ...hooks });
  const auth = betterAuth({ ...options, database: () => adapter });
  const context = await auth.$context;

  return {
    handler: (request) => auth.handler(request),
    async session(headers) {
      const found = await auth.api.getSession({ headers });
      return found && { sessionId: found.session.id, accountId: found.user.id, startedAt: found.session.createdAt };
    },
    async createReset(accountId) {
      const token = newToken();
      const expiresAt = new Date(Date.now() + RESET_SECONDS * 1000);
      await context.internalAdapter.createVerificationValue({ identifier: `reset-password:${token}`, value: accountId, expiresAt });
      return { token, expiresAt };
    },
    async accountOfReset(token) {
      const found = await context.internalAdapter.findVerificationValue(`reset-password:${token}`);
      return found && found.expiresAt > new Date() ? found.value : null;
    },
    async passwordFits(accountId, password) {
      const methods = accountId === null ? [] : await context.internalAdapter.findAccounts(accountId);
      const hash = methods.find((method) => method.providerId === 'credential')?.password;
      if (hash) return context.password.verify({ hash, password });
      await context.password.hash(password);
      return false;
    },
  };
}

/** What it complains of are callers' mistakes; its own faults come as errors. */
function tell(log: Log, level: string, message: string, more: readonly unknown[]): void {
  const err = more.find((one) => one instanceof Error);
  const fields = { part: 'better-auth', ...(err ? { err } : {}) };
  if (level === 'error') log.error(fields, message);
  else if (level === 'warn' && !message.includes('Base URL is not set')) log.warn(fields, message);
}
