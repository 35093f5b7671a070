import type { FastifyInstance } from 'fastify';
import type { PairingDecided, PairingView, RedeemPairingAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import type { AppDeps } from '../../deps.ts';
import { authenticateRequest, isForeign, originsOf } from '../../http/auth.ts';
import { refusal, sendRefusal } from '../../http/errors.ts';
import type { Accounts } from '../accounts.ts';
import { note } from '../context.ts';
import { holderOf } from '../entering.ts';
import { decidePairing, redeemPairing, startPairing, waitingPairing } from '../pairings.ts';
import { refusedAs } from './accountRoutes.ts';
import { askFor, linkBase } from './caller.ts';
import { refusalOf } from './refusals.ts';

const at = <N extends keyof typeof HTTP>(name: N) => ({ method: HTTP[name].method, url: HTTP[name].path });
const unknown = (status: 401 | 404) => refusal(status, 'auth.pairing_invalid', 'The code is unknown, used or over.');
const needed = refusal(409, 'auth.account_needed', 'This device was let in without an account; nobody can be let in through it by a code.');

/** Programs that come in by a code, and those who let them in. */
export function pairingRoutes(app: FastifyInstance, deps: AppDeps, accounts: Accounts): void {
  const { store, config, log } = deps;
  const { context } = accounts;
  const limited = { rateLimit: { max: config.signInPerMinute, timeWindow: 60_000 } };

  app.route({
    ...at('startPairing'),
    config: limited,
    handler: async (request, reply) => {
      if (isForeign(originsOf(request.headers, config.publicUrl))) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'Another site may not begin a pairing.'));
      const input = HTTP.startPairing.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const started = await startPairing(context, askFor(context, request), input.data.device, request.ip, linkBase(request, config));
      if (!started.ok) return sendRefusal(reply, await refusalOf(started.error));
      note(context, 'pairing.asked', request.ip, input.data.device.kind);
      return reply.send(started.value);
    },
  });
  app.route({
    ...at('redeemPairing'),
    handler: async (request, reply) => {
      if (isForeign(originsOf(request.headers, config.publicUrl))) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'Another site may not redeem a pairing.'));
      const input = HTTP.redeemPairing.request.body.safeParse(request.body);
      if (!input.success) return sendRefusal(reply, refusedAs('request.invalid'));
      const redeemed = await redeemPairing(context, askFor(context, request), input.data.deviceCode);
      if (!redeemed.ok) {
        if (redeemed.error instanceof Response) return sendRefusal(reply, await refusalOf(redeemed.error));
        note(context, 'pairing.refused', request.ip, 'pairing', redeemed.error);
        if (redeemed.error === 'auth.pairing_invalid') return sendRefusal(reply, unknown(401));
        if (redeemed.error === 'auth.no_membership') return sendRefusal(reply, refusedAs('auth.no_membership'));
        return sendRefusal(reply, refusal(403, redeemed.error, 'The pairing was refused.'));
      }
      if (redeemed.value.status !== 'entered') return reply.send(redeemed.value satisfies RedeemPairingAnswer);
      const { device, token } = redeemed.value;
      const organisation = await store.organisation(device.organisationId);
      if (!organisation) throw new Error(`device ${device.id} belongs to no organisation`);
      note(context, 'device.paired', request.ip, device.id, 'ok', device.organisationId);
      log.info({ deviceId: device.id, organisationId: device.organisationId, kind: device.kind, requestId: request.id }, 'device paired');
      return reply.send({ status: 'paired', deviceId: device.id, token, organisation } satisfies RedeemPairingAnswer);
    },
  });
  app.route({
    ...at('lookAtPairing'),
    config: limited,
    handler: async (request, reply) => {
      const device = await authenticateRequest(request, store, config.publicUrl);
      if (!device.ok) return sendRefusal(reply, device.error);
      const params = HTTP.lookAtPairing.request.params.safeParse(request.params);
      if (!params.success) return sendRefusal(reply, unknown(404));
      const { id, organisationId, role } = device.value;
      const holder = await holderOf(context, id);
      if (!holder) return sendRefusal(reply, needed);
      const waiting = await waitingPairing(context, params.data.code);
      const organisation = await store.organisation(organisationId);
      if (!waiting || !organisation) return sendRefusal(reply, unknown(404));
      return reply.send({ ...waiting, organisation: { id: organisation.id, name: organisation.name }, as: { name: holder.name, email: holder.email, role } } satisfies PairingView);
    },
  });
  for (const [name, status] of [['approvePairing', 'approved'], ['denyPairing', 'denied']] as const) {
    app.route({
      ...at(name),
      config: limited,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        if (device.value.kind === 'tool') return sendRefusal(reply, refusal(403, 'auth.forbidden', 'A tool may not pair other devices.'));
        const params = HTTP[name].request.params.safeParse(request.params);
        if (!params.success) return sendRefusal(reply, unknown(404));
        const { id, organisationId } = device.value;
        const holder = await holderOf(context, id);
        if (!holder) return sendRefusal(reply, needed);
        const decided = await decidePairing(context, params.data.code, { id, accountId: holder.accountId, organisationId }, status);
        note(context, `pairing.${status}`, id, holder.accountId, decided ? 'ok' : 'auth.pairing_invalid', organisationId);
        return decided ? reply.send({ userCode: decided.userCode, status } satisfies PairingDecided) : sendRefusal(reply, unknown(404));
      },
    });
  }
}
