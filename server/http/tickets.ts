import type { FastifyInstance } from 'fastify';
import { HTTP, type TicketAnswer } from '../../core/contract/http.ts';
import { may } from '../../core/domain/access/may.ts';
import { ticketLifeMs, wantedTicket } from '../../core/domain/access/tickets.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

const UNFIT = {
  wedding_missing: 'A link for this role needs its wedding.',
  contact_missing: 'A link for a vendor needs its contact.',
  too_much: 'This role is not bound to that.',
} as const;

/** A link that lets one more browser in, made by a device that is in already and never for more than it may itself. Tools make none. */
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
      const input = HTTP.tickets.request.body.safeParse(request.body ?? {});
      if (!input.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A role, a wedding and a contact may be named, nothing else.'));
      const wanted = wantedTicket(device.value, input.data);
      if (!wanted.ok) return sendRefusal(reply, refusal(400, 'request.invalid', UNFIT[wanted.error]));
      const { role, weddingId, contactId } = wanted.value;
      if (!may(device.value, `ticket:${role}`).allowed) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'This device may not let anybody in as that.'));
      // Looked up as this organisation: another one's wedding is as unknown as any.
      const scope = weddingId === null ? { bookingIds: [] } : await store.scopeOf(organisationId, weddingId, contactId);
      if (!scope) return sendRefusal(reply, refusal(404, 'request.not_found', 'There is no such wedding, or nobody of that name in it.'));
      const ticket = await store.mintTicket(organisationId, { role, weddingId, contactId, bookingIds: [...scope.bookingIds] });
      const now = clock.now();
      store.audit({ organisationId, at: new Date(now).toISOString(), action: 'ticket.made', actor: id, subject: role, outcome: 'ok' });
      const base = config.publicUrl ?? `${request.protocol}://${request.host}`;
      return reply.send({ url: `${base}/#enrol=${ticket}`, expiresAt: new Date(now + ticketLifeMs(role)).toISOString() } satisfies TicketAnswer);
    },
  });
}
