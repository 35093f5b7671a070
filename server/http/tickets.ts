import type { FastifyInstance } from 'fastify';
import { HTTP, type TicketAnswer } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

const TICKET_MS = 15 * 60_000;

/** A link that lets one more browser in, made by a device that is in already. Tools make none. */
export function ticketsRoute(app: FastifyInstance, deps: AppDeps): void {
  const { store, config, clock } = deps;
  app.route({
    method: HTTP.tickets.method,
    url: HTTP.tickets.path,
    config: { rateLimit: { max: config.enrolPerMinute, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const { id, kind, organisationId } = device.value;
      if (kind === 'tool') return sendRefusal(reply, refusal(403, 'auth.forbidden', 'A tool may not pair other devices.'));
      const ticket = await store.mintTicket(organisationId);
      const now = clock.now();
      store.audit({ organisationId, at: new Date(now).toISOString(), action: 'ticket.made', actor: id, subject: kind, outcome: 'ok' });
      const base = config.publicUrl ?? `${request.protocol}://${request.host}`;
      return reply.send({ url: `${base}/#enrol=${ticket}`, expiresAt: new Date(now + TICKET_MS).toISOString() } satisfies TicketAnswer);
    },
  });
}
