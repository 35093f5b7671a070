import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { CodedError, ErrorCode } from '../../core/contract/errors.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { Result } from '../../core/contract/result.ts';
import type { SYSTEMS_HTTP } from '../../core/contract/systems.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal, type Refusal } from '../http/errors.ts';
import type { Device } from '../store/store.ts';
import { createManagingLimit, type Managing } from './limit.ts';

export type Name = keyof typeof SYSTEMS_HTTP;

const STATUS: Partial<Record<ErrorCode, number>> = {
  'request.not_found': 404,
  'connect.not_possible': 409,
  'connect.unfinished': 409,
  'connect.system_gone': 409,
  'connect.leave_unknown': 409,
  'connect.leave_denied': 409,
  'connect.refused': 422,
  'connect.address_wrong': 422,
  'connect.untried': 503,
  'connect.leave_failed': 502,
  'secrets.unavailable': 503,
};
const refusalOf = (error: CodedError): Refusal => ({ status: STATUS[error.code] ?? 422, error });

/** Who asks what. */
export interface Asked {
  readonly device: Device;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** How the caller reached this server. */
export const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.headers.host ?? 'localhost'}`;

export type Routes = ReturnType<typeof routesWith>;

/** Authentication, limit, reading and audit are the same for all of them. */
export function routesWith(app: FastifyInstance, deps: AppDeps) {
  const { store, config, clock } = deps;
  const limit = createManagingLimit(deps);
  const nowText = () => new Date(clock.now()).toISOString();
  /** Leaves the trace of what was tried, done or refused. */
  const audit = (device: Pick<Device, 'id' | 'organisationId'>, action: string, subject: string, outcome: string) => store.audit({ organisationId: device.organisationId, at: nowText(), action, actor: device.id, subject, outcome });

  function route(name: Name, { limited, bodyLimit }: { readonly limited?: Managing; readonly bodyLimit?: number }, handler: (asked: Asked) => Promise<FastifyReply>): void {
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const wait = limited ? await limit.take(device.value.id, limited) : null;
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Connecting and changing systems is limited to a few calls a minute.', true), retryAfterSeconds: wait });
        return handler({ device: device.value, request, reply });
      },
    });
  }

  /** Null = it was answered. */
  async function read<T>({ reply }: Asked, schema: z.ZodType<T>, value: unknown, expected: string): Promise<T | null> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    await sendRefusal(reply, refusal(400, 'request.invalid', expected));
    return null;
  }

  function answer<T>({ reply, device }: Asked, result: Result<T, CodedError>, trace: { readonly action: string; readonly subject: string } | null): FastifyReply {
    if (trace) audit(device, trace.action, trace.subject, result.ok ? 'ok' : result.error.code);
    return result.ok ? reply.send(result.value) : sendRefusal(reply, refusalOf(result.error));
  }

  return { route, read, answer, audit, nowText };
}
