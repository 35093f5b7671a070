import type { FastifyInstance } from 'fastify';
import type { SignOnAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import type { AppDeps } from '../../deps.ts';
import { authenticateRequest } from '../../http/auth.ts';
import { refusal, sendRefusal } from '../../http/errors.ts';
import type { Accounts } from '../accounts.ts';
import { note } from '../context.ts';
import { holderOf } from '../entering.ts';
import { removeSignOn, setSignOn, signOnOf } from '../signOn.ts';
import { linkBase } from './caller.ts';

const at = <N extends keyof typeof HTTP>(name: N) => ({ method: HTTP[name].method, url: HTTP[name].path });
const REFUSED = {
  'sign_on.issuer_refused': refusal(400, 'sign_on.issuer_refused', 'No OpenID Connect provider answers at this address, or it may not be called.'),
  'sign_on.domain_taken': refusal(409, 'sign_on.domain_taken', 'Another organisation signs in with this domain.'),
  secret_missing: refusal(400, 'request.invalid', 'A new provider needs its client secret.'),
} as const;

/** An organisation's own provider, for its owners. The client secret goes in and never comes out. */
export function signOnRoutes(app: FastifyInstance, deps: AppDeps, accounts: Accounts): void {
  const { store, config } = deps;
  const { context } = accounts;
  app.route({
    ...at('signOn'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      return reply.send({ signOn: await signOnOf(context, device.value.organisationId, linkBase(request, config)) } satisfies SignOnAnswer);
    },
  });
  app.route({
    ...at('setSignOn'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      if (device.value.kind === 'tool') return sendRefusal(reply, refusal(403, 'auth.forbidden', 'A tool may not say who vouches for people.'));
      const input = HTTP.setSignOn.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'Issuer, client id, client secret and domain are expected.'));
      const { id, organisationId } = device.value;
      const set = await setSignOn(context, organisationId, input.data, (await holderOf(context, id))?.accountId ?? null);
      note(context, 'sign_on.set', id, input.data.domain, set.ok ? 'ok' : set.error, organisationId);
      if (!set.ok) return sendRefusal(reply, REFUSED[set.error]);
      return reply.send({ signOn: await signOnOf(context, organisationId, linkBase(request, config)) } satisfies SignOnAnswer);
    },
  });
  app.route({
    ...at('removeSignOn'),
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const { id, organisationId } = device.value;
      const removed = await removeSignOn(context, organisationId, (await holderOf(context, id))?.accountId ?? null);
      note(context, 'sign_on.removed', id, 'sign_on', removed ? 'ok' : 'request.not_found', organisationId);
      return reply.send({ signOn: null } satisfies SignOnAnswer);
    },
  });
}
