import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DryRun, DryRunPage } from '../../core/contract/dryRuns.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal, type Refusal } from '../http/errors.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import type { Device } from '../store/store.ts';
import { createManagingLimit, type Managing } from '../systems/limit.ts';
import type { Deliveries } from './deliveries.ts';
import type { DryRunFault } from './dryRuns.ts';
import { placeOf } from './lots.ts';

const NO_RUN = refusal(404, 'request.not_found', 'There is no such dry run.');
const BAD_PAGE = refusal(400, 'request.invalid', 'The id of a dry run is expected, and a place in it that was told.');
const FAULTS: Readonly<Record<DryRunFault, Refusal>> = {
  'request.invalid': refusal(400, 'request.invalid', 'Ids, or a narrowing with a beginning and an end, are expected.'),
  'request.not_found': refusal(404, 'request.not_found', 'There is no such delivery.'),
  'replay.nothing': refusal(409, 'replay.nothing', 'There is nothing in it that could be worked on again.'),
  'replay.too_large': refusal(409, 'replay.too_large', 'That is more than one dry run may have.'),
};

type Name = 'beginDryRun' | 'dryRun' | 'cancelDryRun';
/** It changes nothing, and what it asks of a source is bounded by that source's own limits: whoever looks first is not to run out of calls by it. */
const LIMITED: Readonly<Partial<Record<Name, Managing>>> = { beginDryRun: 'previewing', cancelDryRun: 'previewing' };

/** Working out what working on deliveries again would do. */
export function dryRunRoutes(app: FastifyInstance, deps: AppDeps, deliveries: Deliveries): void {
  const { store, config, clock } = deps;
  const limit = createManagingLimit(deps);
  const nowText = () => new Date(clock.now()).toISOString();
  const route = (name: Name, answer: (device: Device, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const kind = LIMITED[name];
        const wait = kind ? await limit.take(device.value.id, kind) : null;
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Dry runs are limited to a few calls a minute.', true), retryAfterSeconds: wait });
        return answer(device.value, request, reply);
      },
    });
  const audit = ({ id: actor, organisationId }: Device, action: string, subject: string, outcome: string) => store.audit({ organisationId, at: nowText(), action, actor, subject, outcome });

  route('beginDryRun', async (device, request, reply) => {
    const lot = HTTP.beginDryRun.request.body.safeParse(request.body);
    if (!lot.success) return sendRefusal(reply, FAULTS['request.invalid']);
    const begun = await deliveries.beginDryRun(device.organisationId, lot.data, device.id);
    audit(device, 'dry_run.started', begun.ok ? begun.value.id : 'none', begun.ok ? 'ok' : begun.error);
    return begun.ok ? reply.send(begun.value satisfies DryRun) : sendRefusal(reply, FAULTS[begun.error]);
  });

  route('dryRun', async (device, request, reply) => {
    const params = HTTP.dryRun.request.params.safeParse(request.params);
    const query = HTTP.dryRun.request.query.safeParse(request.query);
    if (!params.success || !query.success) return sendRefusal(reply, BAD_PAGE);
    const { after, only } = query.data;
    const place = after === undefined ? null : placeOf(after);
    if (after !== undefined && place === null) return sendRefusal(reply, BAD_PAGE);
    const page = await deliveries.dryRun(device.organisationId, params.data.id, { after: place, only });
    if (!page) return sendRefusal(reply, NO_RUN);
    auditRead(store, 'deliveries.read', device, ORGANISATION_SUBJECT, nowText());
    return reply.send(page satisfies DryRunPage);
  });

  route('cancelDryRun', async (device, request, reply) => {
    const params = HTTP.cancelDryRun.request.params.safeParse(request.params);
    if (!params.success) return sendRefusal(reply, BAD_PAGE);
    const run = await deliveries.cancelDryRun(device.organisationId, params.data.id);
    if (!run) return sendRefusal(reply, NO_RUN);
    audit(device, 'dry_run.cancelled', run.id, 'ok');
    return reply.send(run satisfies DryRun);
  });
}
