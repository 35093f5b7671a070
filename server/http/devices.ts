import type { FastifyInstance } from 'fastify';
import { HTTP, type DevicesAnswer, type RevokeAnswer } from '../../core/contract/http.ts';
import { may } from '../../core/domain/access/may.ts';
import type { AppDeps } from '../deps.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

/** Who is let in, and showing somebody out. */
export function devicesRoutes(app: FastifyInstance, deps: AppDeps): void {
  const { store, config, clock, log } = deps;
  const nowText = () => new Date(clock.now()).toISOString();
  app.route({
    method: HTTP.devices.method,
    url: HTTP.devices.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const devices = await store.devices(device.value.organisationId);
      auditRead(store, 'devices.read', device.value, ORGANISATION_SUBJECT, nowText());
      return reply.send({ at: nowText(), devices: devices.map((one) => ({ ...one, self: one.id === device.value.id })) } satisfies DevicesAnswer);
    },
  });
  app.route({
    method: HTTP.revoke.method,
    url: HTTP.revoke.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.revoke.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'The device id is not an id.'));
      const { id, organisationId } = device.value;
      // The organisation's own list decides what exists: another organisation's device is as unknown as any.
      const devices = await store.devices(organisationId);
      const found = devices.find((one) => one.id === params.data.id);
      const unknown = refusal(404, 'request.not_found', 'There is no such device.');
      if (!found) return sendRefusal(reply, unknown);
      if (!may(device.value, `revoke:${found.role}`).allowed) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'This device stands above the one that asks.'));
      // A house without an owner's device could let nobody in again but from the server's own machine; an owner with an account signs in again.
      const owners = devices.filter((one) => one.role === 'owner').length;
      if (found.role === 'owner' && owners === 1 && !(await deps.accounts?.hasOwner(organisationId))) return sendRefusal(reply, refusal(409, 'auth.last_owner', 'This is the only device of an owner.'));
      if (!(await store.revokeDevice(organisationId, found.id))) return sendRefusal(reply, unknown);
      store.audit({ organisationId, at: nowText(), action: 'device.revoked', actor: id, subject: found.id, outcome: 'ok' });
      log.info({ deviceId: found.id, by: id, organisationId, role: found.role, requestId: request.id }, 'device revoked');
      return reply.send({ deviceId: found.id } satisfies RevokeAnswer);
    },
  });
}
