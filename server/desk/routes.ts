import type { FastifyInstance } from 'fastify';
import { DESK_ANSWER_BYTES, DESK_HTTP, type DeskTurnsAnswer } from '../../core/contract/desk.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Desk } from './desk.ts';

/** Where a desktop hears what it is to call, and tells what came. */
export function deskRoutes(app: FastifyInstance, { store, config, clock }: AppDeps, desk: Desk): void {
  const { deskTurns, deskAnswer } = DESK_HTTP;
  app.addHook('preClose', () => Promise.resolve(desk.stop()));
  app.route({
    method: deskTurns.method,
    url: deskTurns.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const body = deskTurns.request.body.safeParse(request.body);
      if (!body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'The run of the desktop and how long it waits are expected.'));
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      // It may have gone while it was looked up.
      if (request.raw.socket.destroyed) gone.abort();
      return reply.send((await desk.listen(device.value, body.data.run, body.data.waitMs, gone.signal)) satisfies DeskTurnsAnswer);
    },
  });
  app.route({
    method: deskAnswer.method,
    url: deskAnswer.path,
    bodyLimit: DESK_ANSWER_BYTES,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = deskAnswer.request.params.safeParse(request.params);
      const body = deskAnswer.request.body.safeParse(request.body);
      if (!params.success || !body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'That is no answer to a turn.'));
      const done = await desk.answer(device.value, params.data.id, body.data);
      const at = new Date(clock.now()).toISOString();
      store.audit({ organisationId: device.value.organisationId, at, action: 'desk.answered', actor: device.value.id, subject: done.ok ? done.value.connectionId : 'turn', outcome: done.ok ? 'ok' : done.error.code });
      return done.ok ? reply.send({ turnId: done.value.turnId }) : sendRefusal(reply, { status: done.error.code === 'request.not_found' ? 404 : 409, error: done.error });
    },
  });
}
