import type { FastifyInstance } from 'fastify';
import { HTTP } from '../../core/contract/http.ts';
import type { Command } from '../../core/contract/commands.ts';
import type { AppDeps } from '../deps.ts';
import { createManagingLimit } from '../systems/limit.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

/** Decisions that manage a connection, as its endpoints do; they share their budget. */
const MANAGING: readonly Command['type'][] = ['connection.pause', 'connection.resume'];

/** Takes a person's decision. Refused decisions are answers (200 with an outcome); only unreadable ones are errors. */
export function commandsRoute(app: FastifyInstance, deps: AppDeps): void {
  const { store, clock, log, metrics } = deps;
  const limit = createManagingLimit(deps);
  app.route({
    method: HTTP.commands.method,
    url: HTTP.commands.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, deps.config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const input = HTTP.commands.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusal(400, 'request.invalid', 'This is not a command that is known here.'));
      const command = input.data;
      const { id: deviceId, organisationId } = device.value;
      const wait = MANAGING.includes(command.type) ? await limit.take(deviceId, 'managing') : null;
      if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Pausing and resuming connections is limited to a few calls a minute.', true), retryAfterSeconds: wait });
      const asked = await deps.asking?.before(organisationId, device.value, command);
      if (asked?.ok === false) return sendRefusal(reply, { ...refusal(503, asked.error.code, asked.error.message, true), retryAfterSeconds: 1 });
      const answer = await store.command(organisationId, device.value, command, asked?.value);
      metrics.commands.inc({ type: command.type, outcome: answer.outcome });
      if (answer.outcome === 'rejected') {
        const at = new Date(clock.now()).toISOString();
        store.audit({ organisationId, at, action: 'command.rejected', actor: deviceId, subject: command.type, outcome: answer.error.code });
      }
      const ms = Math.round(reply.elapsedTime * 100) / 100;
      log.info({ command: command.type, commandId: command.commandId, deviceId, organisationId, outcome: answer.outcome, ms, requestId: request.id }, 'command');
      return reply.send(answer);
    },
  });
}
