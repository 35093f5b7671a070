import type { FastifyInstance } from 'fastify';
import { HTTP, type MeAnswer } from '../../core/contract/http.ts';
import { PROTOCOL_VERSION } from '../../core/contract/stream.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from './auth.ts';
import { sendRefusal } from './errors.ts';

export function meRoute(app: FastifyInstance, deps: AppDeps): void {
  app.route({
    method: HTTP.me.method,
    url: HTTP.me.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, deps.store, deps.config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const { id, name, kind, organisationId, role, weddingId, contactId, bookingIds } = device.value;
      const organisation = await deps.store.organisation(organisationId);
      if (!organisation) throw new Error(`device ${id} belongs to no organisation`);
      const account = await deps.accounts?.faceOf(id);
      const server = { version: deps.version, protocol: PROTOCOL_VERSION, time: new Date(deps.clock.now()).toISOString() };
      return reply.send({ organisation, access: { role, weddingId, contactId, bookingIds }, device: { id, name, kind }, ...(account ? { account } : {}), server } satisfies MeAnswer);
    },
  });
}
