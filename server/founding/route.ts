import type { FastifyInstance } from 'fastify';
import { FOUNDING_HTTP, type FoundAnswer } from '../../core/contract/founding.ts';
import type { AppDeps } from '../deps.ts';
import { isForeign, originsOf } from '../http/auth.ts';
import { setDeviceCookie } from '../http/enrol.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import { knownCurrency, knownZone } from './known.ts';
import type { Founding } from './founding.ts';

const REFUSED = {
  'auth.founding_invalid': refusal(401, 'auth.founding_invalid', 'This is not the link of this start, or there was an organisation already.'),
  'auth.founded_already': refusal(409, 'auth.founded_already', 'There is an organisation already.'),
} as const;

/** The first organisation of this server, for whoever holds the founding token. */
export function foundingRoute(app: FastifyInstance, deps: AppDeps, founding: Founding): void {
  const { store, config, clock, log } = deps;
  const { found } = FOUNDING_HTTP;
  app.route({
    method: found.method,
    url: found.path,
    config: { rateLimit: { max: config.enrolPerMinute, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      if (isForeign(originsOf(request.headers, config.publicUrl))) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'Another site may not set up an organisation.'));
      const input = found.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A founding token, name, zone, currency and a device with name and kind are expected.'));
      const { token: asked, device: wanted, ...house } = input.data;
      if (!knownZone(house.zone) || !knownCurrency(house.currency)) return sendRefusal(reply, refusal(400, 'request.invalid', 'This time zone or currency is not known.'));

      const founded = await founding.found(asked, house, wanted);
      const at = new Date(clock.now()).toISOString();
      if (!founded.ok) {
        store.audit({ organisationId: null, at, action: 'organisation.refused', actor: request.ip, subject: wanted.kind, outcome: founded.error });
        return sendRefusal(reply, REFUSED[founded.error]);
      }
      const { organisation, device, token } = founded.value;
      store.audit({ organisationId: organisation.id, at, action: 'organisation.founded', actor: request.ip, subject: device.id, outcome: 'ok' });
      log.info({ organisationId: organisation.id, deviceId: device.id, kind: device.kind, requestId: request.id }, 'organisation founded');
      const isBrowser = device.kind === 'browser';
      if (isBrowser) setDeviceCookie(request, reply, config, token);
      return reply.send({ deviceId: device.id, token: isBrowser ? null : token, organisation } satisfies FoundAnswer);
    },
  });
}
