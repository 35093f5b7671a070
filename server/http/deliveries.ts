import type { FastifyInstance } from 'fastify';
import { HTTP, type DeliveriesAnswer } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { auditRead } from '../privacy/reads.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

export function deliveriesRoute(app: FastifyInstance, deps: AppDeps): void {
  app.route({
    method: HTTP.deliveries.method,
    url: HTTP.deliveries.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, deps.store, deps.config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.deliveries.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'The connection id is not an id.'));
      // The organisation's own list decides what exists: another organisation's connection is as unknown as any.
      const { organisationId } = device.value;
      const known = (await deps.store.integrations(organisationId)).some((view) => view.connection.id === params.data.id);
      if (!known) return sendRefusal(reply, refusal(404, 'request.not_found', 'There is no such connection.'));
      const deliveries = await deps.store.deliveries(organisationId, params.data.id);
      auditRead(deps.store, 'deliveries.read', device.value, params.data.id, new Date(deps.clock.now()).toISOString());
      return reply.send({ at: new Date(deps.clock.now()).toISOString(), deliveries } satisfies DeliveriesAnswer);
    },
  });
}
