import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type DeliveryPage, type DeliveryWhole, type RefusalsAnswer, type Replay, type ReplayPreview, type ReplaysAnswer, type TestEventAnswer } from '../../core/contract/deliveries.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal, type Refusal } from '../http/errors.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import { actorOf, type Device } from '../store/store.ts';
import { createManagingLimit } from '../systems/limit.ts';
import type { Deliveries } from './deliveries.ts';
import { isNamed, placeOf, statesOf } from './lots.ts';
import type { ReplayFault } from './replays.ts';

const BAD_ID = refusal(400, 'request.invalid', 'The id is not an id.');
const BAD_QUERY = refusal(400, 'request.invalid', 'This narrowing is not understood.');
const NO_DELIVERY = refusal(404, 'request.not_found', 'There is no such delivery.');
const NO_REPLAY = refusal(404, 'request.not_found', 'There is no such replay.');
const NO_CONNECTION = refusal(404, 'request.not_found', 'There is no such connection.');
const FAULTS: Readonly<Record<ReplayFault, Refusal>> = {
  'request.invalid': refusal(400, 'request.invalid', 'Ids, or a narrowing with a beginning and an end, are expected.'),
  'request.not_found': NO_DELIVERY,
  'replay.running': refusal(409, 'replay.running', 'Another replay is running; it has to end first.', true),
  'replay.nothing': refusal(409, 'replay.nothing', 'There is nothing in it that could be worked on again.'),
  'replay.body_gone': refusal(409, 'replay.body_gone', 'What was delivered is not kept any more.'),
  'replay.dry_run_over': refusal(409, 'replay.dry_run_over', 'The dry run is unfinished, over, or was carried out already.'),
  'replay.too_large': refusal(409, 'replay.too_large', 'That is more than one replay may have.'),
};

/** Looking into deliveries, and working on them again. */
export function deliveryRoutes(app: FastifyInstance, deps: AppDeps, deliveries: Deliveries): void {
  const { store, config, clock, log } = deps;
  const limit = createManagingLimit(deps);
  const nowText = () => new Date(clock.now()).toISOString();
  type Name = 'searchDeliveries' | 'delivery' | 'previewReplay' | 'replay' | 'replays' | 'replayState' | 'cancelReplay' | 'testEvent' | 'refusals';
  /** They change what is worked on, or call somebody. */
  const LIMITED: readonly Name[] = ['replay', 'cancelReplay', 'testEvent'];
  const route = (name: Name, answer: (device: Device, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const wait = LIMITED.includes(name) ? await limit.take(device.value.id, 'managing') : null;
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Replays and test events are limited to a few calls a minute.', true), retryAfterSeconds: wait });
        return answer(device.value, request, reply);
      },
    });
  const idOf = (request: FastifyRequest): string | null => {
    const params = HTTP.delivery.request.params.safeParse(request.params);
    return params.success ? params.data.id : null;
  };
  const audit = ({ id: actor, organisationId }: Device, action: string, subject: string, outcome: string) => store.audit({ organisationId, at: nowText(), action, actor, subject, outcome });

  route('searchDeliveries', async (device, request, reply) => {
    const query = HTTP.searchDeliveries.request.query.safeParse(request.query);
    if (!query.success) return sendRefusal(reply, BAD_QUERY);
    const { before, ...narrowing } = query.data;
    const states = statesOf(narrowing.state);
    const place = before === undefined ? null : placeOf(before);
    if (states === null || (before !== undefined && place === null)) return sendRefusal(reply, BAD_QUERY);
    const page = await deliveries.search(device.organisationId, narrowing, states, place);
    auditRead(store, 'deliveries.read', device, ORGANISATION_SUBJECT, nowText());
    return reply.send(page satisfies DeliveryPage);
  });

  route('delivery', async (device, request, reply) => {
    const id = idOf(request);
    if (id === null) return sendRefusal(reply, BAD_ID);
    const whole = await deliveries.whole(device, id);
    if (!whole) return sendRefusal(reply, NO_DELIVERY);
    auditRead(store, 'deliveries.read', device, ORGANISATION_SUBJECT, nowText());
    return reply.send(whole satisfies DeliveryWhole);
  });

  route('previewReplay', async (device, request, reply) => {
    const lot = HTTP.previewReplay.request.body.safeParse(request.body);
    if (!lot.success || (!isNamed(lot.data) && statesOf(lot.data.state) === null)) return sendRefusal(reply, FAULTS['request.invalid']);
    const preview = await deliveries.preview(device.organisationId, lot.data);
    auditRead(store, 'deliveries.read', device, ORGANISATION_SUBJECT, nowText());
    return reply.send(preview satisfies ReplayPreview);
  });

  route('replay', async (device, request, reply) => {
    const lot = HTTP.replay.request.body.safeParse(request.body);
    if (!lot.success) return sendRefusal(reply, FAULTS['request.invalid']);
    const begun = await deliveries.replay(device.organisationId, lot.data, actorOf(device).name);
    audit(device, 'replay.started', begun.ok ? begun.value.id : 'none', begun.ok ? 'ok' : begun.error);
    if (!begun.ok) return sendRefusal(reply, FAULTS[begun.error]);
    log.info({ replayId: begun.value.id, total: begun.value.total, by: device.id, organisationId: device.organisationId, requestId: request.id }, 'replay started');
    return reply.send(begun.value satisfies Replay);
  });

  route('replays', async (device, _request, reply) => reply.send({ at: nowText(), replays: await deliveries.replays(device.organisationId) } satisfies z.infer<typeof ReplaysAnswer>));

  route('replayState', async (device, request, reply) => {
    const id = idOf(request);
    if (id === null) return sendRefusal(reply, BAD_ID);
    const replay = await deliveries.replayOf(device.organisationId, id);
    return replay ? reply.send(replay satisfies Replay) : sendRefusal(reply, NO_REPLAY);
  });

  route('cancelReplay', async (device, request, reply) => {
    const id = idOf(request);
    if (id === null) return sendRefusal(reply, BAD_ID);
    const replay = await deliveries.cancel(device.organisationId, id);
    if (!replay) return sendRefusal(reply, NO_REPLAY);
    audit(device, 'replay.cancelled', id, 'ok');
    return reply.send(replay satisfies Replay);
  });

  route('testEvent', async (device, request, reply) => {
    const id = idOf(request);
    if (id === null) return sendRefusal(reply, BAD_ID);
    const deliveryId = await deliveries.testEvent(device.organisationId, id, actorOf(device).name);
    if (deliveryId === null) return sendRefusal(reply, NO_CONNECTION);
    audit(device, 'connection.test_event', id, 'ok');
    return reply.send({ deliveryId } satisfies z.infer<typeof TestEventAnswer>);
  });

  route('refusals', async (device, request, reply) => {
    const id = idOf(request);
    if (id === null) return sendRefusal(reply, BAD_ID);
    const refusals = await deliveries.refusals(device.organisationId, id);
    return refusals ? reply.send(refusals satisfies z.infer<typeof RefusalsAnswer>) : sendRefusal(reply, NO_CONNECTION);
  });
}
