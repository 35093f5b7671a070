import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { HTTP } from '../../core/contract/http.ts';
import { LEAVE_MS, type LeaveAnswer } from '../../core/contract/systems.ts';
import type { AppDeps } from '../deps.ts';
import { hashOf } from '../store/vault.ts';
import { originOf, type Routes } from './asking.ts';
import { LEAVE_PATH } from './leave.ts';
import type { Systems } from './systems.ts';

/** Binds an answer to the browser that asked; a page that another site has opened does not bring it along. */
const LEAVE_COOKIE = 'wedsync_leave';

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
const GIVEN = page('Connected', 'Leave was given. You can close this window and go on in WedSync.');
const DENIED = page('Leave was not given', 'Nothing was changed. Close this window; in WedSync you can ask again whenever you like.');
const NOT_OURS = page('Not connected', 'This answer came too late, was used before, or belongs to another browser. Close this window and give leave again in WedSync.');
const FAILED = page('Not connected', 'The other side did not finish what it began. Close this window; WedSync says what happened and what to do.');
const SAID: Partial<Record<ErrorCode, string>> = { 'connect.leave_denied': DENIED, 'connect.leave_unknown': NOT_OURS };

/** Asking for leave, and what comes back: from a desktop's listener, or from the browser itself. */
export function leaveRoutes(app: FastifyInstance, deps: AppDeps, systems: Systems, { route, read, answer, audit }: Routes): void {
  const { config } = deps;
  const ownOrigins = (request: FastifyRequest): string[] => (config.publicUrl === null ? [originOf(request)] : [config.publicUrl]);

  route('askLeave', { limited: 'managing' }, async (asked) => {
    const { request, reply, device } = asked;
    const params = await read(asked, HTTP.askLeave.request.params, request.params, 'The connection id is not an id.');
    if (!params) return reply;
    const body = await read(asked, HTTP.askLeave.request.body, request.body, 'The address that the browser is sent back to is expected.');
    if (!body) return reply;
    const asking = await systems.askLeave(device, params.id, body.redirectUri, ownOrigins(request));
    if (asking.ok) {
      const secure = request.protocol === 'https' || config.publicUrl?.startsWith('https:') === true;
      // Lax: the vendor's page sends the browser here, and the cookie has to come along then.
      void reply.setCookie(LEAVE_COOKIE, hashOf(asking.value.state).toString('hex'), { path: LEAVE_PATH, httpOnly: true, sameSite: 'lax', secure, maxAge: LEAVE_MS / 1000 });
    }
    return answer<LeaveAnswer>(asked, asking, { action: 'connection.leave_asked', subject: params.id });
  });

  route('leaveGiven', { limited: 'managing' }, async (asked) => {
    const body = await read(asked, HTTP.leaveGiven.request.body, asked.request.body, 'The address that the browser was sent back to is expected.');
    if (!body) return asked.reply;
    const given = await systems.leaveGiven(body.callbackUrl, asked.device);
    const subject = given.ok ? given.value.connection.id : 'unknown';
    return answer(asked, given.ok ? { ok: true, value: { connection: given.value.connection } } : given, { action: 'connection.leave_given', subject });
  });

  app.route({
    method: 'GET',
    url: LEAVE_PATH,
    handler: async (request, reply): Promise<FastifyReply> => {
      void reply.type('text/html; charset=utf-8');
      const { state } = request.query as { state?: unknown };
      const asked = request.cookies[LEAVE_COOKIE];
      void reply.clearCookie(LEAVE_COOKIE, { path: LEAVE_PATH });
      if (typeof state !== 'string' || asked === undefined || asked !== hashOf(state).toString('hex')) return reply.code(400).send(NOT_OURS);
      const [origin] = ownOrigins(request);
      const given = await systems.leaveGiven(`${origin ?? ''}${request.url}`, null);
      if (given.ok) audit({ id: request.ip, organisationId: given.value.organisationId }, 'connection.leave_given', given.value.connection.id, 'ok');
      return given.ok ? reply.send(GIVEN) : reply.code(400).send(SAID[given.error.code] ?? FAILED);
    },
  });
}
