import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConnectionFiguresAnswer, FiguresAnswer, FigureWindow } from '../../core/contract/figures.ts';
import { HTTP } from '../../core/contract/http.ts';
import { connectionFiguresCsv, figuresCsv, figuresFileName } from '../../core/domain/figures/csv.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { FiguresReading } from './reading.ts';

const BAD_WINDOW = refusal(400, 'request.invalid', 'The window is 24h, 7d or 30d.');
const BAD_ID = refusal(400, 'request.invalid', 'The id is not an id.');
const NO_CONNECTION = refusal(404, 'request.not_found', 'There is no such connection.');

/** Whoever names CSV and not JSON wants a table. */
function wantsCsv({ headers: { accept = '' } }: FastifyRequest): boolean {
  const named = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  return named.includes('text/csv') && !named.includes('application/json');
}

const sendCsv = (reply: FastifyReply, text: string, window: FigureWindow, name: string | null): FastifyReply =>
  reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${figuresFileName(window, name)}"`).send(text);

/** Figures of connections, as JSON or as a table. */
export function figuresRoutes(app: FastifyInstance, { store, config }: AppDeps, figures: FiguresReading): void {
  app.route({
    method: HTTP.figures.method,
    url: HTTP.figures.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const query = HTTP.figures.request.query.safeParse(request.query);
      if (!query.success) return sendRefusal(reply, BAD_WINDOW);
      const { window = '24h' } = query.data;
      const answer = await figures.all(device.value.organisationId, window);
      void reply.header('vary', 'accept');
      return wantsCsv(request) ? sendCsv(reply, figuresCsv(answer), window, null) : reply.send(answer satisfies FiguresAnswer);
    },
  });

  app.route({
    method: HTTP.connectionFigures.method,
    url: HTTP.connectionFigures.path,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.connectionFigures.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, BAD_ID);
      const query = HTTP.connectionFigures.request.query.safeParse(request.query);
      if (!query.success) return sendRefusal(reply, BAD_WINDOW);
      const { window = '24h' } = query.data;
      const answer = await figures.one(device.value.organisationId, params.data.id, window);
      if (!answer) return sendRefusal(reply, NO_CONNECTION);
      void reply.header('vary', 'accept');
      return wantsCsv(request) ? sendCsv(reply, connectionFiguresCsv(answer), window, answer.connection.name) : reply.send(answer satisfies ConnectionFiguresAnswer);
    },
  });
}
