import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HTTP } from '../../core/contract/http.ts';
import type { LOOKING_HTTP, SyncType } from '../../core/contract/looking.ts';
import { systemNamed } from '../../core/domain/intake/aliases.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Device } from '../store/store.ts';
import { createManagingLimit } from '../systems/limit.ts';
import type { Looking } from './looking.ts';

const NO_WEDDING = refusal(404, 'request.not_found', 'There is no such wedding.');
const NO_SYSTEM = refusal(404, 'request.not_found', 'There is no such system.');
const BAD_STATE = refusal(400, 'request.invalid', 'The state is open, overridden or resolved.');
const BAD = refusal(400, 'request.invalid', 'Ids and names of systems are expected, nothing else.');

/** Looks at sources on demand, and how connections stand, under the addresses that the requirements name. */
export function lookingRoutes(app: FastifyInstance, deps: AppDeps, looking: Looking): void {
  const { store, config, clock, vendors } = deps;
  const limit = createManagingLimit(deps);
  const route = (name: keyof typeof LOOKING_HTTP, answer: (device: Device, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const wait = HTTP[name].method === 'POST' ? await limit.take(device.value.id, 'managing') : null;
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Asking for looks is limited to a few calls a minute.', true), retryAfterSeconds: wait });
        return answer(device.value, request, reply);
      },
    });
  const trace = ({ id: actor, organisationId }: Device, subject: string) => store.audit({ organisationId, at: new Date(clock.now()).toISOString(), action: 'connection.looked', actor, subject, outcome: 'ok' });

  const syncing = (name: 'syncWedding' | 'syncCalendars' | 'syncTimeline', only?: SyncType) => route(name, async (device, request, reply) => {
    const params = HTTP.syncWedding.request.params.safeParse(request.params);
    const body = HTTP.syncWedding.request.body.safeParse(request.body ?? {});
    if (!params.success || !body.success) return sendRefusal(reply, BAD);
    const answer = await looking.syncWedding(device.organisationId, params.data.weddingId, { ...body.data, ...(only ? { syncType: only } : {}) });
    if (!answer) return sendRefusal(reply, NO_WEDDING);
    trace(device, params.data.weddingId);
    return reply.send(answer);
  });
  syncing('syncWedding');
  syncing('syncCalendars', 'calendar');
  syncing('syncTimeline', 'bookings');
  route('calendarConflicts', async (device, request, reply) => {
    const query = HTTP.calendarConflicts.request.query.safeParse(request.query);
    return query.success ? reply.send(await looking.conflicts(device.organisationId, query.data.state ?? 'open')) : sendRefusal(reply, BAD_STATE);
  });
  route('weddingStatus', async (device, request, reply) => {
    const params = HTTP.weddingStatus.request.params.safeParse(request.params);
    if (!params.success) return sendRefusal(reply, BAD);
    const answer = await looking.weddingStatus(device.organisationId, params.data.weddingId);
    return answer ? reply.send(answer) : sendRefusal(reply, NO_WEDDING);
  });
  route('syncConnections', async (device, request, reply) => {
    const body = HTTP.syncConnections.request.body.safeParse(request.body ?? {});
    if (!body.success) return sendRefusal(reply, BAD);
    trace(device, 'all');
    return reply.send(await looking.sync(device.organisationId, body.data));
  });
  route('connectionStatus', async (device, _request, reply) => reply.send(await looking.status(device.organisationId)));
  route('syncCrm', async (device, request, reply) => {
    const params = HTTP.syncCrm.request.params.safeParse(request.params);
    if (!params.success) return sendRefusal(reply, BAD);
    const system = systemNamed(params.data.crmType);
    if (!vendors(system)) return sendRefusal(reply, NO_SYSTEM);
    trace(device, system);
    return reply.send(await looking.sync(device.organisationId, { systems: [system] }));
  });
}
