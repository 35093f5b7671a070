import type { FastifyInstance } from 'fastify';
import type { JoinAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import type { ErrorCode } from '../../../core/contract/errors.ts';
import { refusal, sendRefusal, type Refusal } from '../../http/errors.ts';
import { setDeviceCookie } from '../../http/enrol.ts';
import { endSessions } from '../../store/sessions.ts';
import { accountAnswer, type Accounts } from '../accounts.ts';
import { note, nowOf } from '../context.ts';
import { enter } from '../entering.ts';
import { accept, findInvitation, lookAt } from '../invitations.ts';
import { deleteAccount, endMembership } from '../members.ts';
import { passwordRefusedIn, signOnFor } from '../signOn.ts';
import { askFor, passCookies, refuseForeign, sessionOf } from './caller.ts';
import { refusalOf } from './refusals.ts';

const WHY = {
  'auth.no_membership': [403, 'This account belongs to no such organisation.'],
  'auth.organisation_choice': [409, 'This account belongs to several organisations; say which.'],
  'auth.last_owner': [409, 'Nobody else could let an owner in.'],
  'auth.invitation_invalid': [404, 'The invitation is unknown, used, withdrawn or over.'],
  'auth.invitation_other': [403, 'The invitation is for another address.'],
  'auth.already_member': [409, 'This account is a member already.'],
  'auth.account_elsewhere': [409, 'Another organisation answers for this account.'],
  'auth.account_exists': [409, 'There is an account with this address.'],
  'auth.password_unfit': [400, 'The password must not be the address.'],
  'auth.sign_on_required': [403, 'This organisation signs in at its own provider.'],
  'auth.credentials_wrong': [401, 'This is not the password.'],
  'request.not_found': [404, 'There is no such thing.'],
  'request.invalid': [400, 'The request was not understood.'],
} as const satisfies Partial<Record<ErrorCode, readonly [number, string]>>;
export const refusedAs = (code: keyof typeof WHY): Refusal => refusal(WHY[code][0], code, WHY[code][1]);

/** Endpoints of whoever is signed in, or about to be. */
export function accountRoutes(app: FastifyInstance, accounts: Accounts): void {
  const { context, attempts } = accounts;
  const { config, log } = context;
  const limited = { rateLimit: { max: config.signInPerMinute, timeWindow: 60_000 } };

  app.route({
    ...at('account'),
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      return session.ok ? reply.send(await accountAnswer(context, session.value)) : sendRefusal(reply, session.error);
    },
  });
  app.route({
    ...at('enter'),
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const input = HTTP.enter.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const entered = await enter(context, session.value, input.data.organisationId, input.data.device.name);
      if (!entered.ok) return sendRefusal(reply, refusedAs(entered.error));
      const { device, token } = entered.value;
      const organisation = await context.store.organisation(device.organisationId);
      if (!organisation) throw new Error(`device ${device.id} belongs to no organisation`);
      note(context, 'device.entered', session.value.accountId, device.id, 'ok', device.organisationId);
      log.info({ deviceId: device.id, organisationId: device.organisationId, accountId: session.value.accountId, requestId: request.id }, 'browser entered');
      setDeviceCookie(request, reply, config, token);
      return reply.send({ deviceId: device.id, organisation, role: device.role });
    },
  });
  app.route({
    ...at('endSession'),
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const params = HTTP.endSession.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const own = await context.internals.database.system.selectFrom('sessions').select('id').where('accountId', '=', session.value.accountId).where('id', '=', params.data.id).executeTakeFirst();
      if (!own) return sendRefusal(reply, refusedAs('request.not_found'));
      await endSessions(context.internals, [own.id]);
      note(context, 'session.revoked', session.value.accountId, own.id);
      return reply.send({ sessionId: own.id });
    },
  });
  app.route({
    ...at('leave'),
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const params = HTTP.leave.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { accountId } = session.value;
      const member = await context.internals.database.system.selectFrom('memberships').select(['id', 'organisationId', 'accountId', 'role']).where('accountId', '=', accountId).where('id', '=', params.data.id).executeTakeFirst();
      if (!member) return sendRefusal(reply, refusedAs('request.not_found'));
      const ended = await endMembership(context, member, 'left');
      note(context, 'membership.left', accountId, member.id, ended.ok ? 'ok' : ended.error, member.organisationId);
      return ended.ok ? reply.send({ membershipId: member.id }) : sendRefusal(reply, refusedAs(ended.error));
    },
  });
  app.route({
    ...at('deleteAccount'),
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const input = HTTP.deleteAccount.request.body.safeParse(request.body ?? {});
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { accountId } = session.value;
      const { account } = await accountAnswer(context, session.value);
      if (account.hasPassword) {
        const attempt = `password:${accountId}`;
        const wait = await attempts.begin(attempt);
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'auth.throttled', 'Too many attempts; try again later.', true), retryAfterSeconds: wait });
        if (!(await (await context.auth()).passwordFits(accountId, input.data.password ?? ''))) return sendRefusal(reply, refusedAs('auth.credentials_wrong'));
        await attempts.succeeded(attempt);
      }
      const deleted = await deleteAccount(context, accountId);
      note(context, 'account.deleted', accountId, accountId, deleted.ok ? 'ok' : deleted.error);
      return deleted.ok ? reply.send({ accountId }) : sendRefusal(reply, refusedAs(deleted.error));
    },
  });

  app.route({
    ...at('rename'),
    config: limited,
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const input = HTTP.rename.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { accountId } = session.value;
      const { name } = input.data;
      await context.internals.database.system.updateTable('accounts').set({ name, updatedAt: nowOf(context) }).where('id', '=', accountId).execute();
      note(context, 'account.renamed', accountId, accountId);
      return reply.send({ accountId, name });
    },
  });
  app.route({
    ...at('lookAtInvitation'),
    config: limited,
    handler: async (request, reply) => {
      const foreign = refuseForeign(request, config);
      if (foreign) return sendRefusal(reply, foreign);
      const input = HTTP.lookAtInvitation.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const found = await lookAt(context, input.data.invitation);
      return found ? reply.send(found) : sendRefusal(reply, refusedAs('auth.invitation_invalid'));
    },
  });
  app.route({
    ...at('join'),
    config: limited,
    handler: async (request, reply) => {
      const foreign = refuseForeign(request, config);
      if (foreign) return sendRefusal(reply, foreign);
      const input = HTTP.join.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, input.error.issues.some((issue) => issue.path[0] === 'password') ? refusal(400, 'auth.password_unfit', 'The password has a wrong length.') : refusedAs('request.invalid'));
      const { invitation: token, name, password } = input.data;
      const invitation = await findInvitation(context, token);
      if (!invitation) return sendRefusal(reply, refusedAs('auth.invitation_invalid'));
      if (password.trim().toLowerCase() === invitation.email) return sendRefusal(reply, refusedAs('auth.password_unfit'));
      if (invitation.role !== 'owner' && (await passwordRefusedIn(context, invitation.organisationId, invitation.email))) return sendRefusal(reply, refusedAs('auth.sign_on_required'));
      const response = await askFor(context, request)('/sign-up/email', { name, email: invitation.email, password });
      if (!response.ok) return sendRefusal(reply, await refusalOf(response));
      const { user } = (await response.json()) as { user: { id: string } };
      const accepted = await accept(context, invitation, user.id);
      if (!accepted.ok) {
        // Somebody used the link in the same moment: no account is left behind that nobody was invited to.
        await deleteAccount(context, user.id);
        return sendRefusal(reply, refusedAs(accepted.error));
      }
      note(context, 'membership.begun', user.id, accepted.value.membershipId, 'ok', invitation.organisationId);
      passCookies(reply, response);
      return reply.send({ membershipId: accepted.value.membershipId, organisationId: invitation.organisationId, role: invitation.role } satisfies JoinAnswer);
    },
  });
  app.route({
    ...at('accept'),
    config: limited,
    handler: async (request, reply) => {
      const session = await sessionOf(context, request);
      if (!session.ok) return sendRefusal(reply, session.error);
      const input = HTTP.accept.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const invitation = await findInvitation(context, input.data.invitation);
      if (!invitation) return sendRefusal(reply, refusedAs('auth.invitation_invalid'));
      const { account } = await accountAnswer(context, session.value);
      if (account.email !== invitation.email) return sendRefusal(reply, refusedAs('auth.invitation_other'));
      const accepted = await accept(context, invitation, account.id, session.value.sessionId);
      if (!accepted.ok) return sendRefusal(reply, refusedAs(accepted.error));
      note(context, 'membership.begun', account.id, accepted.value.membershipId, 'ok', invitation.organisationId);
      return reply.send({ membershipId: accepted.value.membershipId, organisationId: invitation.organisationId, role: invitation.role } satisfies JoinAnswer);
    },
  });
  app.route({
    ...at('signOnFor'),
    config: limited,
    handler: async (request, reply) => {
      const foreign = refuseForeign(request, config);
      if (foreign) return sendRefusal(reply, foreign);
      const input = HTTP.signOnFor.request.body.safeParse(request.body);
      return input.success ? reply.send(await signOnFor(context, input.data.email)) : sendRefusal(reply, refusedAs('request.invalid'));
    },
  });
}

const at = <N extends keyof typeof HTTP>(name: N) => ({ method: HTTP[name].method, url: HTTP[name].path });
