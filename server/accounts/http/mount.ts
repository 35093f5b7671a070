import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Id } from '../../../core/contract/primitives.ts';
import { refusal, sendRefusal, type Refusal } from '../../http/errors.ts';
import type { Accounts } from '../accounts.ts';
import { AUTH_PATH } from '../auth.ts';
import { note } from '../context.ts';
import { passwordRefused } from '../signOn.ts';
import { libraryRequest, mailBase, passCookies, proveSession, refuseForeign, sessionOf } from './caller.ts';
import { refusalOf } from './refusals.ts';

/** What of the library can be reached from outside. Everything else, whatever a plugin brings, is 404. */
export const OPEN_CALLS = {
  GET: ['/passkey/generate-authenticate-options', '/passkey/generate-register-options', '/passkey/list-user-passkeys', '/sso/callback/:providerId'],
  POST: [
    '/sign-in/email', '/sign-in/sso', '/sign-out', '/request-password-reset', '/reset-password', '/change-password',
    '/two-factor/enable', '/two-factor/disable', '/two-factor/verify-totp', '/two-factor/verify-backup-code', '/two-factor/generate-backup-codes',
    '/passkey/verify-authentication', '/passkey/verify-registration', '/passkey/delete-passkey',
  ],
} as const;

/** They are asked for the password of whoever is signed in, so they can be used to guess it. */
const ASK_PASSWORD: readonly string[] = ['/change-password', '/two-factor/enable', '/two-factor/disable', '/two-factor/generate-backup-codes'];
/** They may put a new session in the place of the browser's own. */
const REPLACES_SESSION: readonly string[] = ['/change-password', '/two-factor/enable', '/two-factor/disable', '/two-factor/verify-totp'];
/** A code of the second factor was right: the session that it has begun, or that it was given in, is proven by it. */
const PROVES: readonly string[] = ['/two-factor/verify-totp', '/two-factor/verify-backup-code'];
const SSO_CALLBACK = /^\/sso\/callback\/([0-9a-f-]{36})$/;

type Body = Readonly<Record<string, unknown>>;
const textOf = (body: Body, name: string): string => {
  const value = body[name];
  return typeof value === 'string' ? value : '';
};
const sameText = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Answers never carry a session's token: the cookie is what proves it, and no script can read that. */
function withoutTokens(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { token: _token, session, ...rest } = body as Record<string, unknown>;
  if (typeof session !== 'object' || session === null) return rest;
  const { token: _sessionToken, ...shown } = session as Record<string, unknown>;
  return { ...rest, session: shown };
}

export function mountAuth(app: FastifyInstance, accounts: Accounts): void {
  const { context, attempts } = accounts;
  const { config, internals } = context;
  const db = internals.database.system;

  /** What this server asks for besides the library; a refusal, or how to name the attempt when it is one at a secret. `passwordTo`: all that even the right password opens. */
  async function before(path: string, body: Body, request: FastifyRequest): Promise<{ refused: Refusal } | { attempt: string | null; passwordTo?: Refusal; counts?: 'always'; forgives?: string }> {
    const unfit = refusal(400, 'auth.password_unfit', 'The password must not be the address.');
    if (path === '/sign-in/email') {
      const email = textOf(body, 'email');
      const refused = (await passwordRefused(context, email)) ? { passwordTo: refusal(403, 'auth.sign_on_required', 'This organisation signs in at its own provider.') } : {};
      return { attempt: `sign-in:${email}`, ...refused };
    }
    if (path === '/request-password-reset' && (!context.mail.configured || mailBase(request, config) === null)) return { refused: refusal(409, 'mail.not_configured', 'This server cannot send mail; an owner can make a reset link.') };
    // Each one is a letter to somebody; known or not, the address is counted alike.
    if (path === '/request-password-reset') return { attempt: `reset:${textOf(body, 'email')}`, counts: 'always' };
    if (path === '/reset-password') {
      const accountId = await (await context.auth()).accountOfReset(textOf(body, 'token'));
      const account = accountId === null ? undefined : await db.selectFrom('accounts').select('email').where('id', '=', accountId).executeTakeFirst();
      if (account && sameText(account.email, textOf(body, 'newPassword'))) return { refused: unfit };
      // The way out for somebody whose name others keep guessing at.
      if (account) return { attempt: null, forgives: `sign-in:${account.email}` };
    }
    if (ASK_PASSWORD.includes(path)) {
      const session = await sessionOf(context, request);
      if (!session.ok) return { refused: session.error };
      const account = await db.selectFrom('accounts').select('email').where('id', '=', session.value.accountId).executeTakeFirstOrThrow();
      if (path === '/change-password' && sameText(account.email, textOf(body, 'newPassword'))) return { refused: unfit };
      return { attempt: `password:${session.value.accountId}` };
    }
    // The library compares with a column of ids, and would break on anything else.
    if (path === '/passkey/delete-passkey' && !Id.safeParse(body['id']).success) return { refused: refusal(400, 'request.invalid', 'The passkey id is not an id.') };
    return { attempt: null };
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const url = new URL(request.url, 'http://localhost');
    const path = url.pathname.slice(AUTH_PATH.length);
    const method = request.method === 'GET' ? 'GET' : 'POST';
    const isCallback = method === 'GET' && SSO_CALLBACK.test(path);
    if (!isCallback && !(OPEN_CALLS[method] as readonly string[]).includes(path)) return sendRefusal(reply, refusal(404, 'request.not_found', 'There is nothing here.'));
    // A provider sends the browser back from its own site; the state cookie proves that it was sent from here.
    const foreign = isCallback ? null : refuseForeign(request, config);
    if (foreign) return sendRefusal(reply, foreign);
    const body = (request.body ?? {}) as Body;
    if (typeof body !== 'object' || Array.isArray(body)) return sendRefusal(reply, refusal(400, 'request.invalid', 'An object is expected.'));

    const checked = await before(path, body, request);
    if ('refused' in checked) return sendRefusal(reply, checked.refused);
    if (checked.attempt !== null) {
      const wait = await attempts.begin(checked.attempt);
      if (wait !== null) {
        note(context, 'account.throttled', request.ip, path, 'auth.throttled');
        return sendRefusal(reply, { ...refusal(429, 'auth.throttled', 'Too many attempts; try again later.', true), retryAfterSeconds: wait });
      }
    }
    if (checked.passwordTo) {
      // Said only to whoever knows the password: to others it would tell who is a member here.
      const account = await db.selectFrom('accounts').select('id').where('email', '=', textOf(body, 'email').toLowerCase()).executeTakeFirst();
      const fits = await (await context.auth()).passwordFits(account?.id ?? null, textOf(body, 'password'));
      const refused = fits ? checked.passwordTo : refusal(401, 'auth.credentials_wrong', 'The address and the password do not belong together.');
      note(context, 'account.refused', request.ip, path, refused.error.code);
      return sendRefusal(reply, refused);
    }
    const ask = async () => (await context.auth()).handler(libraryRequest(request, config, `${path}${url.search}`, method === 'GET' ? undefined : body));
    const own = REPLACES_SESSION.includes(path) ? await sessionOf(context, request) : null;
    const response = own?.ok ? await context.replacing.during(own.value, ask) : await ask();
    if (checked.attempt !== null && checked.counts !== 'always' && response.ok) await attempts.succeeded(checked.attempt);
    if (checked.forgives !== undefined && response.ok) await attempts.succeeded(checked.forgives);
    if (response.ok && PROVES.includes(path)) await proveSession(context, request, response);
    passCookies(reply, response);
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400) {
      if (isCallback) note(context, 'account.sign_on', request.ip, path.slice(path.lastIndexOf('/') + 1), /[?&]error=/.test(location) ? 'refused' : 'ok');
      return reply.redirect(location, 302);
    }
    if (!response.ok) {
      const refused = await refusalOf(response);
      note(context, 'account.refused', request.ip, path, refused.error.code);
      return sendRefusal(reply, refused);
    }
    const told: unknown = await response.json().catch(() => ({}));
    if (method === 'POST' && path !== '/sign-out') note(context, `account.${path.slice(1).replaceAll('/', '.')}`, request.ip, subjectOf(told));
    return reply.send(withoutTokens(told));
  }

  app.get(`${AUTH_PATH}/*`, answer);
  app.post(`${AUTH_PATH}/*`, answer);
}

/** The account that an answer of the library is about, as far as it says. */
function subjectOf(told: unknown): string {
  const user = typeof told === 'object' && told !== null && 'user' in told ? told.user : null;
  return typeof user === 'object' && user !== null && 'id' in user ? String(user.id) : 'account';
}
