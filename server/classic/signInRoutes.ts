import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ErrorBody, HTTP, SESSION_COOKIE } from '../../core/contract/http.ts';
import { accountAnswer } from '../accounts/accounts.ts';
import { AUTH_PATH } from '../accounts/auth.ts';
import type { AppDeps } from '../deps.ts';
import { sessionHere } from '../accounts/http/caller.ts';
import { note } from '../accounts/context.ts';
import type { Platform } from '../platform/analytics.ts';
import { sendPage } from './layout.ts';
import { CLASSIC } from './paths.ts';
import { platformPage } from './platformPage.ts';
import { codePage, enterPage, failedPage, signInPage } from './signInPages.ts';
import { passOn, through, type Through } from './through.ts';
import { failure, WORDS } from './words.ts';

/** Ways in and out, each by the call that the console makes for it. */

const PasswordForm = z.strictObject({ email: z.string().max(254), password: z.string().max(200), remember: z.literal('yes').optional() });
const CodeForm = z.strictObject({ code: z.string().max(40), trust: z.literal('yes').optional() });
const LinkForm = z.strictObject({ link: z.string().max(2_000) });
const EnterForm = z.strictObject({ organisationId: z.string().max(60) });

const APP_CODE = /^\d{6}$/;
const TICKET = /(?:#enrol=|^)([A-Za-z0-9_-]{20,200})$/;

const again = (reply: FastifyReply, path: string): FastifyReply => reply.header('cache-control', 'no-store').redirect(path, 303);
const codeOf = ({ body }: Through): string => {
  const read = ErrorBody.safeParse(body);
  return read.success ? read.data.error.code : 'internal';
};
/** What a refusal means here, and under which status it is shown. */
const whyNot = (asked: Through): { readonly status: number; readonly words: string } => ({ status: asked.status >= 400 ? asked.status : 500, words: failure(codeOf(asked), { seconds: asked.retryAfter ?? '60' }) });

/** The way in; somebody who has signed in already and has entered nothing goes on from there. */
export async function sendSignIn(request: FastifyRequest, reply: FastifyReply, deps: AppDeps, failed: string | null): Promise<FastifyReply> {
  if (request.method === 'GET' && deps.accounts && (await sessionHere(deps.accounts.context, request))) return again(reply, CLASSIC.enter);
  const fromElsewhere = request.headers['sec-fetch-site'] === 'cross-site' && request.cookies[SESSION_COOKIE] === undefined;
  return sendPage(reply, request.method === 'GET' && failed === null ? 200 : 401, signInPage({ failed: failed === null ? null : failure(failed), email: '', accounts: deps.accounts !== undefined, fromElsewhere }));
}

export function signInRoutes(root: FastifyInstance, app: FastifyInstance, deps: AppDeps, platform: Platform | null): void {
  const { accounts } = deps;
  const unread = (reply: FastifyReply): FastifyReply => sendPage(reply, 400, failedPage(failure('request.invalid')));
  const showSignIn = (reply: FastifyReply, status: number, failed: string, email: string): FastifyReply => sendPage(reply, status, signInPage({ failed, email, accounts: accounts !== undefined, fromElsewhere: false }));

  app.post(CLASSIC.link, async (request, reply) => {
    const form = LinkForm.safeParse(request.body);
    if (!form.success) return unread(reply);
    const link = form.data.link.trim();
    const ticket = TICKET.exec(link)?.[1];
    if (ticket === undefined) return showSignIn(reply, 400, failure(link.includes('#invitation=') ? 'link.invitation' : 'link.none', { example: `${request.protocol}://${request.host}/#enrol=...` }), '');
    const asked = await through(root, request, { method: 'POST', path: HTTP.enrol.path, body: { ticket, device: { name: WORDS.device, kind: 'browser' } } });
    if (asked.status !== 200) return showSignIn(reply, whyNot(asked).status, whyNot(asked).words, '');
    passOn(reply, asked.cookies);
    return again(reply, CLASSIC.today);
  });

  app.get(CLASSIC.signIn, async (_request, reply) => sendPage(reply, 200, signInPage({ failed: null, email: '', accounts: accounts !== undefined, fromElsewhere: false })));
  if (!accounts) return;
  const { context } = accounts;

  /** From a session to a device, where there is no choice. `set`: cookies that the sign-in has just set. */
  async function goIn(request: FastifyRequest, reply: FastifyReply, set: readonly string[], organisationId?: string): Promise<FastifyReply> {
    passOn(reply, set);
    const asked = await through(root, request, { method: 'POST', path: HTTP.enter.path, body: { ...(organisationId === undefined ? {} : { organisationId }), device: { name: WORDS.device, kind: 'browser' } } }, set);
    if (asked.status === 200) {
      passOn(reply, asked.cookies);
      return again(reply, CLASSIC.today);
    }
    if (organisationId === undefined && (codeOf(asked) === 'auth.organisation_choice' || codeOf(asked) === 'auth.no_membership')) return again(reply, CLASSIC.enter);
    return showSignIn(reply, whyNot(asked).status, whyNot(asked).words, '');
  }

  app.post(CLASSIC.signIn, async (request, reply) => {
    const form = PasswordForm.safeParse(request.body);
    if (!form.success) return unread(reply);
    const { email, password, remember } = form.data;
    const asked = await through(root, request, { method: 'POST', path: `${AUTH_PATH}/sign-in/email`, body: { email: email.trim(), password, rememberMe: remember !== undefined } });
    if (asked.status !== 200) return showSignIn(reply, whyNot(asked).status, whyNot(asked).words, email);
    if (typeof asked.body === 'object' && asked.body !== null && 'twoFactorRedirect' in asked.body) {
      passOn(reply, asked.cookies);
      return again(reply, CLASSIC.code);
    }
    return goIn(request, reply, asked.cookies);
  });
  app.get(CLASSIC.code, async (_request, reply) => sendPage(reply, 200, codePage(null)));
  app.post(CLASSIC.code, async (request, reply) => {
    const form = CodeForm.safeParse(request.body);
    if (!form.success) return unread(reply);
    const code = form.data.code.replaceAll(' ', '');
    const path = `${AUTH_PATH}/two-factor/${APP_CODE.test(code) ? 'verify-totp' : 'verify-backup-code'}`;
    const asked = await through(root, request, { method: 'POST', path, body: { code, ...(APP_CODE.test(code) ? { trustDevice: form.data.trust !== undefined } : {}) } });
    if (asked.status !== 200) return sendPage(reply, whyNot(asked).status, codePage(whyNot(asked).words));
    return goIn(request, reply, asked.cookies);
  });
  app.get(CLASSIC.enter, async (request, reply) => {
    const session = await sessionHere(context, request);
    if (!session) return again(reply, CLASSIC.signIn);
    const marked = platform !== null && (await platform.standing(session)) !== 'not_marked';
    return sendPage(reply, 200, enterPage(await accountAnswer(context, session), marked));
  });
  app.post(CLASSIC.enter, async (request, reply) => {
    const form = EnterForm.safeParse(request.body);
    return form.success ? goIn(request, reply, [], form.data.organisationId) : unread(reply);
  });
  app.post(CLASSIC.signOut, async (request, reply) => {
    const asked = await through(root, request, { method: 'POST', path: `${AUTH_PATH}/sign-out`, body: {} });
    if (asked.status >= 400) return sendPage(reply, whyNot(asked).status, failedPage(whyNot(asked).words));
    passOn(reply, asked.cookies);
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return again(reply, CLASSIC.signIn);
  });

  if (platform) {
    app.get(CLASSIC.platform, async (request, reply) => {
      const session = await sessionHere(context, request);
      if (!session) return sendPage(reply, 401, signInPage({ failed: failure('auth.signed_out'), email: '', accounts: true, fromElsewhere: request.headers['sec-fetch-site'] === 'cross-site' }));
      const standing = await platform.standing(session);
      const code = standing === 'marked' ? 'ok' : standing === 'not_marked' ? 'auth.forbidden' : 'auth.second_factor_needed';
      note(context, 'platform.analytics_read', session.accountId, 'platform', code);
      return code === 'ok' ? sendPage(reply, 200, platformPage(await platform.analytics())) : sendPage(reply, 403, failedPage(failure(code)));
    });
  }
}
