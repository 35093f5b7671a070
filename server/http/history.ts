import type { FastifyInstance } from 'fastify';
import { HISTORY_PAGE, HTTP, type HistoryAnswer } from '../../core/contract/http.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import { viewEvent, viewSnapshot } from '../../core/domain/access/view.ts';
import { changedFields } from '../../core/domain/record/history.ts';
import type { AppDeps } from '../deps.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

/** What changed, and what stood, as far as the device may see it. */
export function historyRoutes(app: FastifyInstance, deps: AppDeps): void {
  const { store, clock, config } = deps;
  app.route({
    method: HTTP.history.method,
    url: HTTP.history.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.history.request.params.safeParse(request.params);
      const query = HTTP.history.request.query.safeParse(request.query);
      if (!params.success || !query.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A collection, an id and, if any, a position are expected.'));
      const { collection, id } = params.data;
      const events = await store.history(device.value.organisationId, collection, id, query.data.before ?? null, HISTORY_PAGE);
      const view = { subject: device.value, weddingId: null };
      const entries = events.flatMap((event) => {
        const seen = viewEvent(view, event);
        return seen && 'event' in seen ? [{ event: seen.event, changed: changedFields(seen.event) }] : [];
      });
      auditRead(store, 'history.read', device.value, id, new Date(clock.now()).toISOString());
      const before = events.length === HISTORY_PAGE ? (events.at(-1)?.seq ?? null) : null;
      return reply.send({ at: new Date(clock.now()).toISOString(), entries, before } satisfies HistoryAnswer);
    },
  });

  app.route({
    method: HTTP.record.method,
    url: HTTP.record.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const query = HTTP.record.request.query.safeParse(request.query);
      if (!query.success) return sendRefusal(reply, refusal(400, 'request.invalid', '`at` is expected: a position in the log, or an instant in UTC with milliseconds.'));
      const { at } = query.data;
      const snapshot = await store.recordAt(device.value.organisationId, /^\d+$/.test(at) ? { seq: Number(at) } : { instant: at });
      if (!snapshot) return sendRefusal(reply, refusal(404, 'request.not_found', 'The log does not go that far.'));
      auditRead(store, 'record.read', device.value, ORGANISATION_SUBJECT, new Date(clock.now()).toISOString());
      return reply.send(viewSnapshot({ subject: device.value, weddingId: null }, snapshot) satisfies Snapshot);
    },
  });
}
