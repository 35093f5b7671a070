import type { FastifyInstance } from 'fastify';
import type { InviteAnswer, PeopleAnswer, ResetLinkAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { may } from '../../../core/domain/access/may.ts';
import { wantedTicket } from '../../../core/domain/access/tickets.ts';
import type { AppDeps } from '../../deps.ts';
import { authenticateRequest } from '../../http/auth.ts';
import { refusal, sendRefusal } from '../../http/errors.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../../privacy/reads.ts';
import type { Accounts } from '../accounts.ts';
import { note, nowOf } from '../context.ts';
import { holderOf } from '../entering.ts';
import { invite, openInvitations, revokeInvitation } from '../invitations.ts';
import { changeRole, endMembership, findMember, listMembers } from '../members.ts';
import { refusedAs } from './accountRoutes.ts';
import { linkBase, mailBase } from './caller.ts';

const at = <N extends keyof typeof HTTP>(name: N) => ({ method: HTTP[name].method, url: HTTP[name].path });
const above = refusal(403, 'auth.forbidden', 'This stands above the device that asks.');
/** A program's token is no way to become a person, or to make one more than they are. */
const toolless = refusal(403, 'auth.forbidden', 'A tool may not decide about people.');
const HOUSE_ROLES: readonly string[] = ['owner', 'coordinator', 'staff'];

/** Who belongs to an organisation: for its managers, and never above what they are themselves. */
export function peopleRoutes(app: FastifyInstance, deps: AppDeps, accounts: Accounts): void {
  const { store, config } = deps;
  const { context } = accounts;
  const limited = { rateLimit: { max: config.signInPerMinute, timeWindow: 60_000 } };

  app.route({
    ...at('people'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const { organisationId, id } = device.value;
      const holder = await holderOf(context, id);
      const members = await listMembers(context, organisationId, holder?.membershipId ?? null);
      auditRead(store, 'people.read', device.value, ORGANISATION_SUBJECT, nowOf(context));
      return reply.send({ at: nowOf(context), members, invitations: await openInvitations(context, organisationId), mail: context.mail.configured } satisfies PeopleAnswer);
    },
  });
  app.route({
    ...at('invite'),
    config: limited,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      if (device.value.kind === 'tool') return sendRefusal(reply, refusal(403, 'auth.forbidden', 'A tool may not invite people.'));
      const input = HTTP.invite.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { email, ...grant } = input.data;
      const wanted = wantedTicket(device.value, grant);
      if (!wanted.ok) return sendRefusal(reply, refusal(400, 'request.invalid', 'This role and that wedding or contact do not fit together.'));
      const { role, weddingId, contactId } = wanted.value;
      if (!may(device.value, `ticket:${role}`).allowed) return sendRefusal(reply, above);
      const { organisationId, id, name } = device.value;
      const scope = weddingId === null ? { bookingIds: [] } : await store.scopeOf(organisationId, weddingId, contactId);
      const organisation = await store.organisation(organisationId);
      if (!scope || !organisation) return sendRefusal(reply, refusedAs('request.not_found'));
      const holder = await holderOf(context, id);
      const made = await invite(context, { organisation, email, access: { role, weddingId, contactId, bookingIds: [...scope.bookingIds] }, invitedBy: holder?.name ?? name, base: linkBase(request, config), mailBase: mailBase(request, config) });
      note(context, 'invitation.made', id, made.ok ? made.value.invitation.id : role, made.ok ? 'ok' : made.error, organisationId);
      if (made.ok && made.value.mail === 'failed') note(context, 'invitation.mail', id, made.value.invitation.id, 'mail.failed', organisationId);
      return made.ok ? reply.send(made.value satisfies InviteAnswer) : sendRefusal(reply, refusedAs(made.error));
    },
  });
  app.route({
    ...at('revokeInvitation'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.revokeInvitation.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { organisationId, id } = device.value;
      const found = (await openInvitations(context, organisationId)).find((one) => one.id === params.data.id);
      if (!found) return sendRefusal(reply, refusedAs('request.not_found'));
      if (!may(device.value, `ticket:${found.role}`).allowed) return sendRefusal(reply, above);
      if (!(await revokeInvitation(context, organisationId, found.id))) return sendRefusal(reply, refusedAs('request.not_found'));
      note(context, 'invitation.revoked', id, found.id, 'ok', organisationId);
      return reply.send({ invitationId: found.id });
    },
  });
  app.route({
    ...at('setRole'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      if (device.value.kind === 'tool') return sendRefusal(reply, toolless);
      const params = HTTP.setRole.request.params.safeParse(request.params);
      const input = HTTP.setRole.request.body.safeParse(request.body);
      if (!params.success || !input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { role } = input.data;
      const { organisationId, id } = device.value;
      const member = await findMember(context, organisationId, params.data.id);
      if (!member) return sendRefusal(reply, refusedAs('request.not_found'));
      if (!may(device.value, `ticket:${role}`).allowed || !may(device.value, `revoke:${member.role}`).allowed) return sendRefusal(reply, above);
      // Those who are bound to a wedding have other rows in sight; they are removed and invited anew.
      if (!HOUSE_ROLES.includes(member.role)) return sendRefusal(reply, refusal(400, 'request.invalid', 'A guest of the record does not become one of the house.'));
      const changed = await changeRole(context, member, role);
      note(context, `membership.role.${role}`, id, member.id, changed.ok ? 'ok' : changed.error, organisationId);
      return changed.ok ? reply.send({ membershipId: member.id, role }) : sendRefusal(reply, refusedAs(changed.error));
    },
  });
  app.route({
    ...at('removeMember'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.removeMember.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { organisationId, id } = device.value;
      const member = await findMember(context, organisationId, params.data.id);
      if (!member) return sendRefusal(reply, refusedAs('request.not_found'));
      if (!may(device.value, `revoke:${member.role}`).allowed) return sendRefusal(reply, above);
      const ended = await endMembership(context, member, 'shown_out');
      note(context, 'membership.removed', id, member.id, ended.ok ? 'ok' : ended.error, organisationId);
      return ended.ok ? reply.send({ membershipId: member.id }) : sendRefusal(reply, refusedAs(ended.error));
    },
  });
  app.route({
    ...at('resetLink'),
    config: limited,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      if (device.value.kind === 'tool') return sendRefusal(reply, toolless);
      const params = HTTP.resetLink.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const { organisationId, id } = device.value;
      const member = await findMember(context, organisationId, params.data.id);
      if (!member) return sendRefusal(reply, refusedAs('request.not_found'));
      // Whoever can set a password is that account, everywhere.
      const db = context.internals.database.system;
      const elsewhere = await db.selectFrom('memberships').select('id').where('accountId', '=', member.accountId).where('organisationId', '<>', organisationId).limit(1).executeTakeFirst();
      const account = await db.selectFrom('accounts').select('platformAdmin').where('id', '=', member.accountId).executeTakeFirst();
      if (elsewhere || account?.platformAdmin !== false) {
        note(context, 'account.reset_link', id, member.accountId, 'auth.account_elsewhere', organisationId);
        return sendRefusal(reply, refusedAs('auth.account_elsewhere'));
      }
      const { token, expiresAt } = await (await context.auth()).createReset(member.accountId);
      note(context, 'account.reset_link', id, member.accountId, 'ok', organisationId);
      return reply.send({ url: `${linkBase(request, config)}/#reset=${token}`, expiresAt: expiresAt.toISOString() } satisfies ResetLinkAnswer);
    },
  });
}
