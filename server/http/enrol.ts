import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HTTP, SESSION_COOKIE, type EnrolAnswer } from '../../core/contract/http.ts';
import type { Config } from '../config.ts';
import type { AppDeps } from '../deps.ts';
import { isForeign, originsOf } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

const COOKIE_DAYS = 180;

/** A browser's token, where no script can read it. */
export function setDeviceCookie(request: FastifyRequest, reply: FastifyReply, config: Pick<Config, 'publicUrl'>, token: string): void {
  const secure = request.protocol === 'https' || config.publicUrl?.startsWith('https:') === true;
  void reply.setCookie(SESSION_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: COOKIE_DAYS * 86_400 });
}

/** Exchanges a one-use ticket for a device token, or for a session cookie when the device is a browser. */
export function enrolRoute(app: FastifyInstance, deps: AppDeps): void {
  const { store, config, clock, log } = deps;
  app.route({
    method: HTTP.enrol.method,
    url: HTTP.enrol.path,
    config: { rateLimit: { max: config.enrolPerMinute, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      if (isForeign(originsOf(request.headers, config.publicUrl))) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'Another site may not enrol a device.'));
      const input = HTTP.enrol.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A ticket and a device with name and kind are expected.'));

      const enrolled = await store.enrol(input.data.ticket, input.data.device);
      const at = new Date(clock.now()).toISOString();
      if (!enrolled.ok) {
        store.audit({ organisationId: null, at, action: 'device.refused', actor: request.ip, subject: input.data.device.kind, outcome: enrolled.error });
        return sendRefusal(reply, refusal(401, enrolled.error, 'The ticket is unknown, used or too old.'));
      }
      const { device, token } = enrolled.value;
      const organisation = await store.organisation(device.organisationId);
      if (!organisation) throw new Error(`device ${device.id} belongs to no organisation`);
      store.audit({ organisationId: device.organisationId, at, action: 'device.enrolled', actor: request.ip, subject: device.id, outcome: 'ok' });
      log.info({ deviceId: device.id, organisationId: device.organisationId, kind: device.kind, requestId: request.id }, 'device enrolled');

      const isBrowser = device.kind === 'browser';
      if (isBrowser) setDeviceCookie(request, reply, config, token);
      return reply.send({ deviceId: device.id, token: isBrowser ? null : token, organisation } satisfies EnrolAnswer);
    },
  });
}
