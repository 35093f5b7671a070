import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../../core/contract/http.ts';
import { codedError, type CodedError, type ErrorCode } from '../../core/contract/errors.ts';

/** A refusal on its way to the caller: the status and the only thing the caller is told. */
export interface Refusal {
  readonly status: number;
  readonly error: CodedError;
  readonly retryAfterSeconds?: number;
}

export const refusal = (status: number, code: ErrorCode, message: string, retryable = false): Refusal => ({ status, error: codedError(code, message, retryable) });

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const titleOf = (code: ErrorCode): string => `${code.slice(0, 1).toUpperCase()}${code.slice(1)}`.replace('.', ': ').replaceAll('_', ' ');

/** The only body that an error has: a problem document whose `error` member is what our own clients read. */
export const problemOf = ({ status, error }: Refusal): Problem => ({ type: `/api/docs#error-${error.code}`, title: titleOf(error.code), status, detail: error.message, code: error.code, error });

export function sendRefusal(reply: FastifyReply, refused: Refusal): FastifyReply {
  if (refused.retryAfterSeconds !== undefined) void reply.header('retry-after', String(refused.retryAfterSeconds));
  return reply.code(refused.status).type(PROBLEM_TYPE).send(problemOf(refused));
}

/** What a framework error means to a caller. Anything unexpected is `internal` and says nothing. */
export function toRefusal(error: unknown): Refusal {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  switch (status) {
    case 413:
      return refusal(413, 'request.invalid', 'The body is too large.');
    case 415:
      return refusal(415, 'request.invalid', 'This media type is not taken here.');
    case 429:
      return refusal(429, 'request.too_many', 'Too many requests; try again later.', true);
    case 404:
      return refusal(404, 'request.not_found', 'There is nothing here.');
    default:
      if (status >= 400 && status < 500) return refusal(status, 'request.invalid', 'The request could not be read.');
      return refusal(500, 'internal', 'Something went wrong on the server.');
  }
}

/** Answers every error and every unknown address with a `Problem`; an address known with another method is 405 with `allow`. */
export function installErrors(app: FastifyInstance): void {
  const routes: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', (route) => {
    if (route.url.includes('*')) return;
    const parts = route.url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    const pattern = new RegExp(`^${parts.join('/')}$`);
    for (const method of [route.method].flat()) routes.push({ pattern, method });
  });

  app.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
    const refused = toRefusal(error);
    if (refused.status >= 500) request.log.error({ err: error, route: request.routeOptions.url ?? null, requestId: request.id }, 'request failed');
    return sendRefusal(reply, refused);
  });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [...new Set(routes.filter((route) => route.pattern.test(path)).map((route) => route.method))];
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      void reply.header('allow', allowed.join(', '));
      return sendRefusal(reply, refusal(405, 'request.method', 'This address does not take that method.'));
    }
    return sendRefusal(reply, refusal(404, 'request.not_found', 'There is nothing here.'));
  });
}

/** An `Expect` that nobody here can meet; without this the answer would be an empty one. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify(problemOf(refusal(417, 'request.invalid', 'That expectation cannot be met.')));
  response.writeHead(417, { 'content-type': PROBLEM_TYPE, 'content-length': Buffer.byteLength(body), connection: 'close' });
  response.end(body);
}

/** What is no HTTP at all, or too slow or too long in its head, gets the same kind of answer and the line is closed. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy(error);
    return;
  }
  const [status, refused] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', refusal(408, 'request.invalid', 'The request took too long.', true)]
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', refusal(431, 'request.invalid', 'The headers are too large.')]
        : ['400 Bad Request', refusal(400, 'request.invalid', 'The request could not be read.')];
  const body = JSON.stringify(problemOf(refused));
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
