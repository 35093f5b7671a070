import type { FastifyInstance } from 'fastify';
import { DESK_ANSWER_BYTES, DESK_CALENDARS, DESK_HTTP, DESK_WRITTEN, type DeskTurnsAnswer } from '../../core/contract/desk.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Purpose } from '../calls/calls.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Device } from '../store/store.ts';
import type { Desk } from './desk.ts';
import { marksOf, takeMark } from './marks.ts';

/** Where a desktop hears what it is to call, and tells what came. */
export function deskRoutes(app: FastifyInstance, { store, config, clock, internals, vendors }: AppDeps, desk: Desk): void {
  const { deskTurns, deskAnswer, deskMarks, deskMark, deskTrial } = DESK_HTTP;
  const audit = ({ id, organisationId }: Device, action: string, subject: string, outcome: string) => store.audit({ organisationId, at: new Date(clock.now()).toISOString(), action, actor: id, subject, outcome });
  app.addHook('preClose', () => Promise.resolve(desk.stop()));
  app.route({
    method: deskTurns.method,
    url: deskTurns.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const body = deskTurns.request.body.safeParse(request.body);
      const query = deskTurns.request.query.safeParse(request.query);
      if (!body.success || !query.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'The run of the desktop and how long it waits are expected.'));
      // Only what is known here; a newer desktop may name more.
      const does = query.data.does?.split(',') ?? [];
      const [calendars, written] = [does.includes(DESK_CALENDARS), does.includes(DESK_WRITTEN)];
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      // It may have gone while it was looked up.
      if (request.raw.socket.destroyed) gone.abort();
      return reply.send((await desk.listen(device.value, { ...body.data, calendars, written }, gone.signal)) satisfies DeskTurnsAnswer);
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
      audit(device.value, 'desk.answered', done.ok ? done.value.connectionId : 'turn', done.ok ? 'ok' : done.error.code);
      return done.ok ? reply.send({ turnId: done.value.turnId }) : sendRefusal(reply, { status: done.error.code === 'request.not_found' ? 404 : 409, error: done.error });
    },
  });
  if (!internals) return;
  app.route({
    method: deskMarks.method,
    url: deskMarks.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      return device.ok ? reply.send(await marksOf(internals, device.value)) : sendRefusal(reply, device.error);
    },
  });
  app.route({
    method: deskMark.method,
    url: deskMark.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const body = deskMark.request.body.safeParse(request.body);
      if (!body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A connection, its fence and a mark are expected.'));
      const taken = await takeMark(internals, device.value, body.data);
      audit(device.value, 'desk.marked', body.data.connectionId, taken.ok ? 'ok' : taken.error.code);
      return taken.ok ? reply.send(taken.value) : sendRefusal(reply, { status: 409, error: taken.error });
    },
  });
  app.route({
    method: deskTrial.method,
    url: deskTrial.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const body = deskTrial.request.body.safeParse(request.body);
      if (!body.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'A system, a connection or null, and an outcome are expected.'));
      const { system, connectionId, outcome } = body.data;
      const { organisationId } = device.value;
      const known = connectionId === null ? vendors(system) !== null : await isOf(internals, organisationId, connectionId);
      if (!known) return sendRefusal(reply, refusal(404, 'request.not_found', 'There is no such system or connection.'));
      // As the server's own trials are noted, with the device that has called.
      audit(device.value, 'source.test' satisfies Purpose, connectionId ?? system, outcome);
      return reply.send({ noted: true });
    },
  });
}

async function isOf({ database }: StoreInternals, organisationId: string, connectionId: string): Promise<boolean> {
  const found = await database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select('id').where('organisationId', '=', organisationId).where('id', '=', connectionId).executeTakeFirst(),
  );
  return found !== undefined;
}
