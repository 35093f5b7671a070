import type { FastifyInstance, FastifyReply } from 'fastify';
import { HTTP } from '../../core/contract/http.ts';
import type { EraseAnswer, ErasePreview, PersonalData, ReadersAnswer, RetentionAnswer } from '../../core/contract/personalData.ts';
import type { AppDeps } from '../deps.ts';
import type { EraseFault } from '../privacy/eraseContact.ts';
import type { Privacy } from '../privacy/privacy.ts';
import { actorOf } from '../store/store.ts';
import { auditRead } from '../privacy/reads.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal, type Refusal } from './errors.ts';

const UNKNOWN = refusal(404, 'request.not_found', 'There is no such contact.');
const FAULTS: Readonly<Record<EraseFault, Refusal>> = {
  not_found: UNKNOWN,
  already: refusal(409, 'personal_data.already_erased', 'This person was erased before.'),
  last_owner: refusal(409, 'auth.last_owner', 'The last owner cannot be forgotten; somebody else has to be one first.'),
  not_confirmed: refusal(409, 'personal_data.not_confirmed', 'The name that was typed is not the name that is held.'),
};
const badId = (reply: FastifyReply) => sendRefusal(reply, refusal(400, 'request.invalid', 'The contact id is not an id.'));

/** What is held of a contact, forgetting it, who was told of it, and how long what is kept. */
export function personalDataRoutes(app: FastifyInstance, deps: AppDeps, privacy: Privacy): void {
  const { store, config, clock, log } = deps;
  const nowText = () => new Date(clock.now()).toISOString();
  app.route({
    method: HTTP.personalData.method,
    url: HTTP.personalData.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.personalData.request.params.safeParse(request.params);
      if (!params.success) return badId(reply);
      const held = await privacy.export(device.value.organisationId, params.data.id);
      if (!held) return sendRefusal(reply, UNKNOWN);
      auditRead(store, 'personal_data.exported', device.value, params.data.id, nowText());
      return reply.send(held satisfies PersonalData);
    },
  });
  app.route({
    method: HTTP.erasePreview.method,
    url: HTTP.erasePreview.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.erasePreview.request.params.safeParse(request.params);
      if (!params.success) return badId(reply);
      const preview = await privacy.preview(device.value.organisationId, params.data.id);
      if (preview.ok) auditRead(store, 'personal_data.previewed', device.value, params.data.id, nowText());
      return preview.ok ? reply.send(preview.value satisfies ErasePreview) : sendRefusal(reply, FAULTS[preview.error]);
    },
  });
  app.route({
    method: HTTP.erase.method,
    url: HTTP.erase.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.erase.request.params.safeParse(request.params);
      if (!params.success) return badId(reply);
      const body = HTTP.erase.request.body.safeParse(request.body);
      if (!body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'The name, typed, and a reason are expected.'));
      const { organisationId, id: deviceId } = device.value;
      const { confirm, reason } = body.data;
      const done = await privacy.erase({ organisationId, contactId: params.data.id, reason, confirm, actor: actorOf(device.value) });
      if (!done.ok) {
        if (done.error !== 'not_found') store.audit({ organisationId, at: nowText(), action: 'personal_data.erased', actor: deviceId, subject: params.data.id, outcome: FAULTS[done.error].error.code });
        return sendRefusal(reply, FAULTS[done.error]);
      }
      const { erasedAt, events, rows, deliveries, memberships, accounts, revoked } = done.value;
      store.audit({ organisationId, at: nowText(), action: 'personal_data.erased', actor: deviceId, subject: params.data.id, outcome: 'ok' });
      log.info({ contactId: params.data.id, by: deviceId, organisationId, reason, events, rows, deliveries, memberships, accounts, requestId: request.id }, 'contact erased');
      return reply.send({ contactId: params.data.id, erasedAt, events, rows, deliveries, devices: revoked.length } satisfies EraseAnswer);
    },
  });
  app.route({
    method: HTTP.readers.method,
    url: HTTP.readers.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.readers.request.params.safeParse(request.params);
      if (!params.success) return badId(reply);
      const readers = await privacy.readers(device.value.organisationId, params.data.id);
      if (!readers) return sendRefusal(reply, UNKNOWN);
      auditRead(store, 'personal_data.readers', device.value, params.data.id, nowText());
      return reply.send(readers satisfies ReadersAnswer);
    },
  });
  app.route({
    method: HTTP.retention.method,
    url: HTTP.retention.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      return reply.send((await privacy.retention(device.value.organisationId)) satisfies RetentionAnswer);
    },
  });
  app.route({
    method: HTTP.setRetention.method,
    url: HTTP.setRetention.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const body = HTTP.setRetention.request.body.safeParse(request.body);
      if (!body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A number of days for each kind, within its limits, is expected.'));
      const { organisationId, id } = device.value;
      await privacy.setRetention(organisationId, body.data);
      store.audit({ organisationId, at: nowText(), action: 'retention.changed', actor: id, subject: organisationId, outcome: 'ok' });
      return reply.send((await privacy.retention(organisationId)) satisfies RetentionAnswer);
    },
  });
}
