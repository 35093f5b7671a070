import type { FastifyInstance } from 'fastify';
import { HTTP, type IntegrationsAnswer } from '../../core/contract/http.ts';
import { queueOfAll } from '../../core/domain/intake/queue.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from './auth.ts';
import { sendRefusal } from './errors.ts';

export function integrationsRoute(app: FastifyInstance, deps: AppDeps): void {
  app.route({
    method: HTTP.integrations.method,
    url: HTTP.integrations.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, deps.store, deps.config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const integrations = await deps.store.integrations(device.value.organisationId);
      return reply.send({ at: new Date(deps.clock.now()).toISOString(), integrations, queue: queueOfAll(integrations.map((view) => view.queue)) } satisfies IntegrationsAnswer);
    },
  });
}
